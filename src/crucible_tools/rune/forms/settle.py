"""From drafts to tools: every form is looked for, and what came of it is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crucible_tools.model.locations import Location
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune import schema_checks
from crucible_tools.rune.forms import attribute, direct, grouped, hooks, lost, plugin, script
from crucible_tools.rune.forms.reading import Draft, Reading
from crucible_tools.rune.report import FailedTool, Reason
from crucible_tools.rune.rules.schema_places import written_place

TOOL_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}\Z")
"""What a tool may be called (legacy-tools.md)."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of a source, those that can't be, and what there is to say about the former."""

    tools: tuple[ToolDefinition, ...]
    failed: tuple[FailedTool, ...]
    warnings: tuple[Reason, ...]


async def look_for_forms(reading: Reading) -> None:
    """Finds every form in a source; what one form has claimed, no later one takes."""
    plugin.read(reading)
    attribute.read(reading)
    hooks.read(reading)
    await direct.read(reading)
    await hooks.read_unmarked(reading)
    script.read(reading)
    grouped.read(reading)
    await plugin.read_tools(reading)
    lost.read(reading)


def settle(reading: Reading, capabilities: tuple[str, ...], refusal: tuple[Reason, ...]) -> Tools:
    """Checks the drafts of a source.

    Args:
        reading: after its forms were looked for.
        capabilities: what the source's host functions need.
        refusal: why no tool of this source can be one: it does not compile.
    """
    tools: dict[str, ToolDefinition] = {}
    failed: list[FailedTool] = []
    warnings: list[Reason] = []
    for draft in sorted(reading.drafts, key=lambda draft: draft.function.line if draft.function else 0):
        problems, remarks = _check(draft, reading)
        if draft.name in tools:
            message = f"{draft.name!r} is the name of another tool in this file"
            problems.append(Reason("RN905", "error", message, location=_named(draft, reading, again=True)))
        definition = _definition(draft, capabilities)
        if problems or refusal:
            shown = draft.name if TOOL_NAME.match(draft.name) else reading.stem
            # A source that does not compile could not say what its functions give: that is no reason of its own.
            own = [problem for problem in problems if not (refusal and problem.code == "RN304")]
            failed.append(FailedTool(shown, draft.form, draft.entry, (*refusal, *own), definition))
        else:
            tools[draft.name] = definition
            warnings += remarks
    return Tools(tuple(tools.values()), tuple(failed), tuple(warnings))


def _check(draft: Draft, reading: Reading) -> tuple[list[Reason], list[Reason]]:
    """What keeps a draft from being a tool, and what is merely to be said about it."""
    problems = list(draft.problems)
    if not TOOL_NAME.match(draft.name):
        message = f"{draft.name[:140]!r} can't be a tool's name: 1 to 128 of A-Z a-z 0-9 _ . - are allowed"
        location = _named(draft, reading)
        hint = None if location else "its name is that of the file: rename the file, or let `NAME()` give another one"
        problems.append(Reason("name", "error", message, hint=hint, location=location))
    remarks: list[Reason] = []
    # A draft without a schema has a problem already that keeps it from having one.
    found = schema_checks.check_input(draft.input_schema) if draft.input_schema or draft.declared else []
    for reason in found:
        (problems if reason.severity == "error" else remarks).append(_about(reason, draft, reading, "INPUT_SCHEMA"))
    if draft.output_schema is not None:
        found = schema_checks.check(draft.output_schema)
        problems += [_about(reason, draft, reading, "OUTPUT_SCHEMA") for reason in found]
    return problems, remarks


def _named(draft: Draft, reading: Reading, *, again: bool = False) -> Location | None:
    """Where a tool gets its name: the text of it, or the function; None when it is called like its file.

    Args:
        draft: the tool.
        reading: its source.
        again: the name was there before, so that the last place counts.
    """
    written = f'"{draft.name}"'
    at = reading.text.rfind(written) if again else reading.text.find(written)
    if at >= 0:
        line = reading.text.count("\n", 0, at) + 1
        return Location(reading.path, line, at - reading.text.rfind("\n", 0, at), len(written))
    if draft.name == reading.stem and not again:
        return None
    function = reading.top("NAME") if draft.form == "direct" else draft.function
    return reading.at(function) if function else None


def _about(reason: Reason, draft: Draft, reading: Reading, schema: str) -> Reason:
    """A reason about a schema, with the tool and the function that gives it."""
    function = reading.top(schema) if draft.declared else draft.function
    location = reading.at(function) if function else None
    if function and reason.within:
        location = written_place(reading.text, reading.path, schema, reason.within) or location
    what = "output schema" if schema == "OUTPUT_SCHEMA" else "input schema"
    message = f"the {what} of {draft.name[:140]} {reason.message}"
    return Reason(reason.code, reason.severity, message, reason.hint, location)


def _definition(draft: Draft, capabilities: tuple[str, ...]) -> ToolDefinition:
    return ToolDefinition(
        name=draft.name,
        description=draft.description,
        input_schema=draft.input_schema,
        output_schema=draft.output_schema,
        version=draft.version,
        category=draft.category,
        tags=draft.tags,
        author=draft.author,
        form=draft.form,
        entry=draft.entry,
        calling=draft.calling,
        positional=draft.positional,
        capabilities=capabilities,
    )
