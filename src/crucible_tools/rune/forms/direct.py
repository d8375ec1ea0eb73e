"""The direct form: `pub fn NAME()`, `DESCRIPTION()`, `INPUT_SCHEMA()` and their like, and `pub fn call(args)`."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import Json
from crucible_tools.rune import schemas
from crucible_tools.rune.facts import Function
from crucible_tools.rune.forms.reading import Draft, Reading, parameters, reads_object
from crucible_tools.rune.report import Reason

METADATA: Final = (
    "NAME",
    "DESCRIPTION",
    "INPUT_SCHEMA",
    "OUTPUT_SCHEMA",
    "VERSION",
    "CATEGORY",
    "TAGS",
    "AUTHOR",
)
"""The functions that describe a direct tool (legacy-tools.md); `NAME` first, so that failures have a name."""

ENTRY: Final = "call"

_UNDER_SAFE: Final = "metadata is read under the level safe, whatever the tool may do: write down what it gives"

_OBJECT_PATTERN: Final = re.compile(r"\bfn\s+call\s*\(\s*#\{([\w\s,.]{0,2000})\}")

_TELLING: Final = ("NAME", "INPUT_SCHEMA")
"""Metadata that no other form has a use for: without an entry they show a tool that lost it."""


async def read(reading: Reading) -> None:
    """Finds the direct tool of a source: there is at most one."""
    metadata = {name: function for name in METADATA if (function := _metadata(reading, name))}
    call = reading.top(ENTRY)
    usable = call if call and call.public and not call.instance else None
    if usable is None and (not any(name in metadata for name in _TELLING) or _other_tools(reading)):
        return
    draft = Draft(name=reading.stem, form="direct", entry=ENTRY, function=usable)
    for function in (*metadata.values(), *((usable,) if usable else ())):
        reading.claim(function, "direct")
    reading.drafts.append(draft)
    if usable is None:
        draft.problems.append(_no_entry(reading, call, metadata))
    for name, function in metadata.items():
        if not await _evaluate(reading, draft, name, function):
            break
    if usable:
        _complete(reading, draft, usable, metadata)


def _metadata(reading: Reading, name: str) -> Function | None:
    function = reading.top(name)
    return function if function and function.public and not function.params and not function.instance else None


def _other_tools(reading: Reading) -> bool:
    """Whether some other form will find a tool here: metadata without an entry then describes the file."""
    functions = reading.facts.functions
    return any(f.marked("tool") or (f.public and [p.name for p in f.params] == ["args"]) for f in functions)


def _no_entry(reading: Reading, call: Function | None, metadata: dict[str, Function]) -> Reason:
    if call is None:
        location = reading.at(next(metadata[name] for name in _TELLING if name in metadata))
        message = "it has metadata and no `pub fn call(args)`"
        return Reason("no-entry", "error", message, hint="write the function", location=location)
    message = "`call` is private, so that nothing can call it"
    return Reason("RN029", "error", message, hint="write `pub` in front of it", location=reading.at(call))


async def _evaluate(reading: Reading, draft: Draft, name: str, function: Function) -> bool:
    """Calls a metadata function and takes its value over; gives whether another one can be called."""
    evaluation = await reading.evaluate(name)
    if not evaluation.ok:
        message = f"{name}() stopped: {evaluation.error}"
        location = evaluation.location or reading.at(function)
        hint = _UNDER_SAFE if evaluation.reason is StopReason.DENIED else None
        draft.problems.append(Reason("RN304", "error", message, hint=hint, location=location))
        # A script that stopped itself can be asked again; one that was stopped has no VM any more.
        return evaluation.reason in (StopReason.SCRIPT_ERROR, StopReason.TOOL_ERROR, StopReason.BAD_VALUE)
    if problem := _take(draft, name, evaluation.value):
        message = f"{name}() gave {_kind(evaluation.value)}, not {problem}"
        draft.problems.append(Reason("RN304", "error", message, location=reading.at(function)))
    return True


def _take(draft: Draft, name: str, value: Json) -> str | None:
    """Puts a value where it belongs; else says what it should have been."""
    match name, value:
        case "NAME", str():
            draft.name = value
        case "DESCRIPTION", str():
            draft.description = value
        case "INPUT_SCHEMA", dict():
            draft.input_schema = cast("dict[str, Any]", value)
            draft.declared = True
        case "OUTPUT_SCHEMA", dict():
            draft.output_schema = cast("dict[str, Any]", value)
        case "OUTPUT_SCHEMA" | "AUTHOR", None:
            pass
        case "VERSION", str():
            draft.version = value
        case "CATEGORY", str():
            draft.category = value
        case "AUTHOR", str():
            draft.author = value
        case "TAGS", str():
            draft.tags = tuple(tag for part in value.split(",") if (tag := part.strip()))
        case "TAGS", list():
            tags = cast("list[Any]", value)
            if not all(isinstance(tag, str) for tag in tags):
                return "a list of texts"
            draft.tags = tuple(tags)
        case "INPUT_SCHEMA" | "OUTPUT_SCHEMA", _:
            return "a JSON Schema object"
        case "TAGS", _:
            return "a list of texts"
        case _:
            return "a text"
    return None


def _kind(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "a boolean"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "a number"


def _complete(reading: Reading, draft: Draft, call: Function, metadata: dict[str, Function]) -> None:
    """How `call` is entered, and what its source says where the metadata says nothing."""
    names = parameters(call)
    if names is None and _by_pattern(reading, draft, call):
        return
    if names is None:
        message = "`call` takes a pattern, not a parameter with a name"
        draft.problems.append(Reason("parameters", "error", message, location=reading.at(call)))
        return
    if not draft.description and "DESCRIPTION" not in metadata:
        draft.description = call.description or reading.plain_header()
    properties = draft.input_schema.get("properties")
    fields: dict[str, Any] = cast("dict[str, Any]", properties) if isinstance(properties, dict) else {}
    by_position = len(names) != 1 or (names[0] in fields and not reads_object(call))
    if not by_position:
        if not draft.declared:
            draft.input_schema = schemas.inferred(call, names[0], reading.facts.by_path)
        return
    draft.calling, draft.positional = "positional", names
    if not draft.declared:
        draft.input_schema = schemas.of_object({name: {} for name in names}, names)
    elif unknown := [name for name in names if name not in fields]:
        message = f"`call` takes {unknown[0]!r}, which is no property of INPUT_SCHEMA()"
        draft.problems.append(Reason("parameters", "error", message, location=reading.at(call)))
    elif left := [name for name in fields if name not in names]:
        required = cast("list[Any]", draft.input_schema.get("required") or [])
        message = f"INPUT_SCHEMA() declares {left[0]!r}, which `call` does not take"
        hint = "take all arguments as one object: `call(args)`" if not names else "let `call` take it, or drop it"
        if any(name in required for name in left):
            draft.problems.append(Reason("parameters", "error", message, hint=hint, location=reading.at(call)))
        else:
            reading.reasons.append(Reason("parameters", "warning", message, hint=hint, location=reading.at(call)))


def _by_pattern(reading: Reading, draft: Draft, call: Function) -> bool:
    """`call(#{ a, b, .. })`: all arguments as one object, of which the pattern says what has to be there."""
    found = _OBJECT_PATTERN.search(reading.text) if len(call.params) == 1 else None
    if found is None:
        return False
    if not draft.declared:
        parts = [name for part in found[1].split(",") if (name := part.strip())]
        names = [name for name in parts if name != ".."]
        draft.input_schema = schemas.of_object({name: {} for name in names}, names, closed=names == parts)
    return True
