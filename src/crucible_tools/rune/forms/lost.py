"""What is nearly a declaration of a tool: directives that are none, headers in plain comments, private modules."""

from __future__ import annotations

import re
from typing import Final

from crucible_tools.model.locations import Location
from crucible_tools.rune.forms.reading import Reading, takes_object
from crucible_tools.rune.report import Reason

_MEANT: Final = {
    "entrypoint": "entry",
    "entry_point": "entry",
    "params": "param",
    "parameter": "param",
    "arg": "param",
    "argument": "param",
    "tag": "tags",
}
_MOST: Final = 100
"""Directives that are looked at; no header has as many."""

_HEADER: Final = re.compile(r"^[ \t]*//![ \t]*@(\w+)", re.MULTILINE)
_PLAIN: Final = re.compile(r"^[ \t]*//(?![/!])[ \t]*@(entry|param)[ \t]+\w+", re.MULTILINE)


def read(reading: Reading) -> None:
    """Says what was probably meant; behind all forms, since most of it matters only where nothing else is declared."""
    if "@" in reading.text:
        _misspelt(reading)
    if reading.drafts or reading.hooks or reading.plugin:
        return
    if "@" in reading.text:
        _in_plain_comments(reading)
    _in_private_modules(reading)


def _misspelt(reading: Reading) -> None:
    words = {line.strip().partition(" ")[0] for line in reading.facts.header}
    for found, _ in zip(_HEADER.finditer(reading.text), range(_MOST), strict=False):
        meant = _MEANT.get(found[1])
        if meant is not None and f"@{found[1]}" in words:
            message = f"a header has no `@{found[1]}`, and what stands behind it is not read"
            hint = f"did you mean `@{meant}`?"
            location = _place(reading, found.start(1) - 1, len(found[1]) + 1)
            reading.reasons.append(Reason("header", "warning", message, hint=hint, location=location))


def _in_plain_comments(reading: Reading) -> None:
    """`// @entry run` at the top: a header is made of `//!` lines."""
    found = _PLAIN.search(reading.text)
    if found is None or not all(_is_comment(line) for line in reading.text[: found.start()].split("\n")):
        return
    message = f"`@{found[1]}` stands in a plain comment, and only lines that begin with `//!` are a header"
    hint = "write `//!` for `//` in the lines of the header"
    location = _place(reading, found.start(1) - 1, len(found[1]) + 1)
    reading.reasons.append(Reason("header", "warning", message, hint=hint, location=location))


def _is_comment(line: str) -> bool:
    bare = line.strip()
    return not bare or bare.startswith(("//", "#!"))


def _in_private_modules(reading: Reading) -> None:
    """Functions that would be tools if their module were public."""
    private = {module.path: module for module in reading.facts.modules if not module.public and not module.external}
    told: set[tuple[str, ...]] = set()
    for function in reading.facts.functions:
        module = private.get(function.module)
        if module is None or module.path in told or function.marked("test", "bench"):
            continue
        if function.public and function.is_async and takes_object(function) and not function.impl:
            told.add(module.path)
            name = "::".join(module.path)
            message = f"`{name}` is private, so that nothing can call `{function.name}` in it"
            location = Location(reading.path, module.line, module.column, len(module.path[-1]))
            hint = "write `pub` in front of `mod`, if its functions are tools"
            reading.reasons.append(Reason("RN029", "warning", message, hint=hint, location=location))


def _place(reading: Reading, at: int, length: int) -> Location:
    line = reading.text.count("\n", 0, at) + 1
    return Location(reading.path, line, at - reading.text.rfind("\n", 0, at), length)
