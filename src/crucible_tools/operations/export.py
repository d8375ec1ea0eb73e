"""The catalogue in the forms in which others take tools."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.operations.openapi import openapi_document
from crucible_tools.operations.serving import ServedTool
from crucible_tools.operations.serving.names import host_names
from crucible_tools.operations.serving.schemas import why_anthropic_refuses
from crucible_tools.operations.serving.tool import served
from crucible_tools.store.state import State


class Catalogue(StrEnum):
    """For whom the catalogue is."""

    OPENAI = "openai"
    """Tools of OpenAI's chat completions, and of all that speak as they do."""
    ANTHROPIC = "anthropic"
    """Tools of Anthropic's messages."""
    LANGCHAIN = "langchain"
    """The keyword arguments of `StructuredTool`, but for the function."""
    OPENAPI = "openapi"
    """The OpenAPI 3.1 document that a server gives."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The catalogue as it was asked for.

    Args:
        document: it.
        left_out: why tools are not in it, by their names: one that is refused would take all others with it.
    """

    document: Json
    left_out: Mapping[str, str]


async def export(place: str, wanted: Catalogue) -> Exported:
    """The active tools of a state, in this form.

    Names that a form refuses are written otherwise, always the same way; servers take them, too (see `exported_names`).

    Raises:
        StateError: the state can't be read.
    """
    every = _tools(place)
    aliases = host_names([tool.name for tool in every])
    left_out = _left_out(every, wanted)
    tools = [tool for tool in every if tool.name not in left_out]
    match wanted:
        case Catalogue.OPENAI:
            document: Json = [_openai(tool, aliases[tool.name]) for tool in tools]
        case Catalogue.ANTHROPIC:
            document = [_anthropic(tool, aliases[tool.name]) for tool in tools]
        case Catalogue.LANGCHAIN:
            document = [_langchain(tool, aliases[tool.name]) for tool in tools]
        case Catalogue.OPENAPI:
            document = openapi_document(tools, aliases)
    return Exported(document, left_out)


async def exported_names(place: str, wanted: Catalogue) -> dict[str, str]:
    """The tools' own names, by the names that they are exported with.

    Raises:
        StateError: the state can't be read.
    """
    every = _tools(place)
    left_out = _left_out(every, wanted)
    return {alias: name for name, alias in host_names([tool.name for tool in every]).items() if name not in left_out}


def _left_out(tools: Iterable[ServedTool], wanted: Catalogue) -> dict[str, str]:
    if wanted is not Catalogue.ANTHROPIC:
        return {}
    refused = {tool.name: why_anthropic_refuses(tool.input_schema) for tool in tools}
    return {name: why for name, why in refused.items() if why is not None}


def _tools(place: str) -> list[ServedTool]:
    with State(place) as state:
        return [served(tool) for tool in state.tools() if tool.active]


def _openai(tool: ServedTool, alias: str) -> JsonObject:
    function = {"name": alias, "description": tool.definition.description, "parameters": tool.input_schema}
    return {"type": "function", "function": function}


def _anthropic(tool: ServedTool, alias: str) -> JsonObject:
    return {"name": alias, "description": tool.definition.description, "input_schema": tool.input_schema}


def _langchain(tool: ServedTool, alias: str) -> JsonObject:
    definition = tool.definition
    return {
        "name": alias,
        "description": definition.description,
        "args_schema": tool.input_schema,
        "tags": list(definition.tags),
        "metadata": {"crucible_name": tool.name, "level": tool.level.value, "capabilities": list(tool.capabilities)},
    }
