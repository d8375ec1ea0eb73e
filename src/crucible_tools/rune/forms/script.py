"""The header and script forms: a file that is one tool, entered at `main` or where `//! @entry` says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Location
from crucible_tools.model.near import near
from crucible_tools.rune import schemas
from crucible_tools.rune.facts import Function
from crucible_tools.rune.forms.reading import ARGUMENTS, Draft, Reading, parameters, reads_object
from crucible_tools.rune.report import Reason

MAIN: Final = "main"

_DIRECTIVES: Final = ("entry", "param", "version", "tags", "category", "author", "name")
_TELLING: Final = ("entry", "param")
"""Directives that only make sense in a tool: without the function they name they show a tool that lost it."""


@dataclass(slots=True)
class _Header:
    entry: str | None = None
    values: dict[str, str] = field(default_factory=dict[str, str])
    params: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])


def read(reading: Reading) -> None:
    """Finds the one tool of a header or script file. Its other functions are no tools."""
    header = _header(reading)
    name = (header.entry if header else None) or MAIN
    function = reading.top(name)
    usable = function if function and function.public and not function.instance else None
    if usable is None or usable.path in reading.taken:
        _lost(reading, header, name, function)
        return
    form = "header" if header else "script"
    reading.claim(usable, form)
    header = header or _Header()
    draft = Draft(
        name=header.values.get("name") or reading.stem,
        form=form,
        entry=usable.entry,
        function=usable,
        description=_description(reading, usable, form == "header"),
        version=header.values.get("version") or "1.0.0",
        category=header.values.get("category") or "general",
        tags=tuple(tag for part in header.values.get("tags", "").split(",") if (tag := part.strip())),
        author=header.values.get("author"),
    )
    reading.drafts.append(draft)
    _take_parameters(reading, draft, usable, header)


def _header(reading: Reading) -> _Header | None:
    """The directives of the header, if it has any."""
    header = _Header()
    found = False
    for line in reading.facts.header:
        word, _, rest = line.strip().partition(" ")
        directive, rest = word.removeprefix("@"), rest.strip()
        if not word.startswith("@") or directive not in _DIRECTIVES:
            continue
        found = True
        if directive == "entry":
            header.entry = rest
        elif directive == "param":
            name, _, described = rest.partition(" ")
            declared, _, text = described.strip().partition(" ")
            header.params[name] = (declared, text.strip())
        else:
            header.values[directive] = rest
    return header if found else None


def _lost(reading: Reading, header: _Header | None, name: str, function: Function | None) -> None:
    """A header that describes a tool whose function is not there, in a file with no other tool."""
    if (
        header is None
        or (header.entry is None and not header.params)
        or reading.drafts
        or reading.hooks
        or reading.plugin
    ):
        return
    if function is None:
        message = f"its header describes a tool, and there is no function `{name}`"
        close = near(name, [item.name for item in reading.facts.functions if item.top and item.public], 1)
        hint = f"did you mean `{close[0]}`?" if close else None
        location = _written(reading, "entry", name) or _written(reading, "param", next(iter(header.params), ""))
        reason = Reason("no-entry", "error", message, hint=hint, location=location)
    else:
        message = f"`{name}` is private, so that nothing can call it"
        hint = "write `pub` in front of it"
        reason = Reason("RN029", "error", message, hint=hint, location=reading.at(function))
    reading.found("header")
    draft = Draft(name=reading.stem, form="header", entry=name, function=None, problems=[reason])
    draft.description = reading.plain_header()
    reading.drafts.append(draft)


def _written(reading: Reading, directive: str, name: str) -> Location | None:
    """Where the header says something of a name."""
    found = re.search(rf"^.*@{directive}[ \t]+({re.escape(name)})(?!\S)", reading.text, re.MULTILINE)
    if found is None:
        return None
    at = found.start(1)
    line = reading.text.count("\n", 0, at) + 1
    return Location(reading.path, line, at - reading.text.rfind("\n", 0, at), len(name))


def _description(reading: Reading, function: Function, header_first: bool) -> str:
    header = reading.plain_header()
    return (header or function.description) if header_first else (function.description or header)


def _take_parameters(reading: Reading, draft: Draft, function: Function, header: _Header) -> None:
    names = parameters(function)
    if names is None:
        message = f"`{function.name}` takes a pattern, not a parameter with a name"
        draft.problems.append(Reason("parameters", "error", message, location=reading.at(function)))
        return
    one_object = len(names) == 1 and names[0] not in header.params and _takes_object(reading, function)
    if one_object and not header.params:
        draft.input_schema = schemas.inferred(function, names[0], reading.facts.by_path)
        return
    if one_object:
        properties = {name: _property(header.params[name]) for name in header.params}
        draft.input_schema = schemas.of_object(properties, properties)
        return
    draft.calling, draft.positional = "positional", names
    # Strings, unless the header says otherwise; all are required (legacy-tools.md).
    properties = {name: _property(header.params.get(name, ("string", ""))) for name in names}
    draft.input_schema = schemas.of_object(properties, names)
    for name in header.params:
        if name not in properties:
            message = f"the header describes {name!r}, which is no parameter of `{function.name}`"
            close = near(name.strip("[]{}"), list(properties), 1)
            hint = f"did you mean {close[0]!r}?" if close else None
            location = _written(reading, "param", name) or reading.at(function)
            draft.problems.append(Reason("parameters", "error", message, hint=hint, location=location))


def _takes_object(reading: Reading, function: Function) -> bool:
    """Whether the one parameter of a function is an object: as it is used, or as `args` is elsewhere.

    A `main(args)` that is not `async` and shows no field may as well take the text of a command line.
    """
    if reads_object(function):
        return True
    if function.params[0].name != ARGUMENTS:
        return False
    return function.is_async or bool(schemas.inferred(function, ARGUMENTS, reading.facts.by_path)["properties"])


def _property(described: tuple[str, str]) -> JsonObject:
    declared, text = described
    schema = schemas.of_type(declared or "string")
    if text:
        schema["description"] = text
    return schema
