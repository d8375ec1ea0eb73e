"""Tools as MCP describes them: schemas, annotations, titles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, cast

import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from crucible_tools.formats.text import body
from crucible_tools.model.grants import ALL
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.operations.serving import ServedTool

META: Final = "crucible-tools"
"""Prefix of this package's own `_meta` keys."""

WRAPPED: Final = "result"
"""Revisions before 2026-07-28 only know objects as structured results: another value is served in this member."""

_INSIDE: Final = frozenset({"basic", "json"})
"""Capabilities that reach nothing outside of the sandbox."""

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""HTTP methods that change nothing (RFC 9110, 9.2.1)."""

_WORDS: Final = re.compile(r"[A-Za-z0-9]+")


def is_modern(protocol_version: str) -> bool:
    """Whether a revision is one without sessions, where structured results are any JSON."""
    return protocol_version in MODERN_PROTOCOL_VERSIONS


def described(tool: ServedTool, alias: str, *, modern: bool, output_schemas: bool) -> types.Tool:
    """A tool as a client lists it.

    Args:
        tool: which.
        alias: what hosts know it by.
        modern: whether the client's revision is 2026-07-28 or later.
        output_schemas: whether what it gives is described, too.
    """
    definition = tool.definition
    return types.Tool(
        name=alias,
        title=title_of(tool.name),
        description=body(definition.description),
        input_schema=tool.input_schema,
        output_schema=described_output(tool, modern=modern) if output_schemas else None,
        annotations=annotations_of(definition.capabilities, tool.policy),
        _meta={
            f"{META}/name": tool.name,
            f"{META}/version": definition.version,
            f"{META}/category": definition.category,
            f"{META}/tags": list(definition.tags),
            f"{META}/level": tool.level.value,
            f"{META}/capabilities": list(tool.capabilities),
        },
    )


def title_of(name: str) -> str:
    """A name for people: `queue.shortest_wait` is "Queue shortest wait"."""
    words = " ".join(_WORDS.findall(name))
    return words[:1].upper() + words[1:] or name


def described_output(tool: ServedTool, *, modern: bool) -> JsonObject | None:
    """The output schema in the form that a revision takes; None when it takes none."""
    schema = tool.output_schema
    if schema is None or modern or schema.get("type") == "object":
        return schema
    if _refers(schema):
        return None  # its references would count from another root
    return {"type": "object", "properties": {WRAPPED: schema}, "required": [WRAPPED]}


def is_wrapped(tool: ServedTool, *, modern: bool) -> bool:
    """Whether results of a tool are served in a member of an object, as its output schema says then."""
    schema = tool.output_schema
    return not modern and schema is not None and schema.get("type") != "object"


def _refers(schema: Any) -> bool:
    pending: list[Any] = [schema]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            fields = cast("JsonObject", current)
            if not fields.keys().isdisjoint(("$ref", "$dynamicRef", "$anchor", "$dynamicAnchor", "$id")):
                return True
            pending += fields.values()
        elif isinstance(current, list):
            pending += cast("list[Any]", current)
    return False


def annotations_of(capabilities: Iterable[str], policy: Policy) -> types.ToolAnnotations:
    """What a tool may do at worst: by what its host functions need, as far as its policy allows that.

    Capabilities of an application are not known here: nothing good is claimed of them (the protocol's defaults).
    """
    used = {capability for capability in capabilities if policy.allows(capability)} - _INSIDE
    changes, outside, unknown = False, False, False
    for capability in used:
        if capability == "http":
            outside = True
            changes |= policy.http.methods is ALL or not policy.http.methods <= _SAFE_METHODS
        elif capability == "file":
            changes |= policy.files.write is ALL or bool(policy.files.write)
        elif capability == "process":
            changes = outside = True
        else:
            unknown = True
    if unknown:
        return types.ToolAnnotations(read_only_hint=False)
    return types.ToolAnnotations(read_only_hint=not changes, destructive_hint=changes, open_world_hint=outside)
