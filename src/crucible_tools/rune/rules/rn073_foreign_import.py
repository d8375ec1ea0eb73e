"""RN073: imports of other languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import begins_line, ends_line, stop
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_WORDS: Final = frozenset({"import", "from", "as", "type", "default", "require", "const", "let", "var"})
_BEGINS: Final = frozenset({"import", "from", "const", "let", "var", "module", "exports", "export"})
_MOST_TOKENS: Final = 200
_MOST_PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class _Import:
    """The tokens of an import, and the tokens of the names that it brings."""

    first: int
    last: int
    names: tuple[int, ...]


def check(script: Script) -> Iterator[Finding]:
    """Finds `import x`, `from x import y`, `import { x } from "y"` and `const x = require("y")`."""
    tokens = script.tree.tokens
    at = behind = 0
    while at < len(tokens):
        if tokens.texts[at] not in _BEGINS:
            at += 1
            continue
        found = _import_at(script, at)
        if found is None:
            exported = _exported(script, at)
            if exported is not None:
                yield exported
            at += 1
            continue
        start, end = tokens.starts[found.first], tokens.ends[found.last]
        used = _used(script, found)
        leads = not script.text[behind:start].strip()
        fix = None
        if used is None and not has_comment(script, start, end):
            fix = Fix(True, "Delete the import", (_deleted(script, start, end, leads=leads),))
        hint = None
        if used is not None:
            line = tokens.place(tokens.starts[used])[0]
            hint = f"`{tokens.texts[used]}` is used on line {line}: say it with what Rune or the host has"
        message = "a tool is one file: nothing is imported but what Rune and the host have, with `use`"
        yield Finding("RN073", start, end, message, hint=hint, fix=fix)
        at = found.last + 1
        behind = end if leads else behind


def _import_at(script: Script, i: int) -> _Import | None:
    tokens = script.tree.tokens
    word = tokens.texts[i]
    if word not in ("import", "from", "const", "let", "var") or not begins_line(script, i) or i + 1 >= len(tokens):
        return None
    if word in ("const", "let", "var"):
        equals = stop(script, i + 1, frozenset({"=", ";"}))
        call = equals + 2
        if script.word(equals + 1) != "require" or script.word(call) != "(" or tokens.partner[call] < 0:
            return None
        last = tokens.partner[call]
        return _Import(i, _with_semicolon(script, last), _names(script, i + 1, equals))
    if word == "import" and script.word(i + 1) in ("(", ".", "::", "=", ";", ")", ","):
        return None
    if word == "from" and "import" not in tokens.texts[i + 1 : i + 12]:
        return None
    last = i
    while last < min(len(tokens), i + _MOST_TOKENS):
        last = max(tokens.partner[last], last)
        if script.word(last) == ";" or ends_line(script, last):
            break
        last += 1
    last = min(last, len(tokens) - 1)
    begin = i + 1
    if word == "from":
        begin = tokens.texts.index("import", i) + 1
    source = last - (script.word(last) == ";")
    end = source if tokens.kinds[source] in ("string", "char") else source + 1
    return _Import(i, last, _names(script, begin, end, dotted=True))


def _exported(script: Script, i: int) -> Finding | None:
    """`module.exports = ..;`, `exports.f = f;`, `export { f };`."""
    tokens = script.tree.tokens
    words = tokens.texts[i : i + 4]
    whole = words[:3] == ["module", ".", "exports"] or words[:2] == ["export", "{"]
    single = words[:2] == ["exports", "."] and words[3:] == ["="]
    if not (whole or single) or not begins_line(script, i):
        return None
    last = i
    while last < min(len(tokens), i + _MOST_TOKENS):
        last = max(tokens.partner[last], last)
        if script.word(last) == ";" or ends_line(script, last):
            break
        last += 1
    last = min(last, len(tokens) - 1)
    start, end = tokens.starts[i], tokens.ends[last]
    fix = None if has_comment(script, start, end) else Fix(True, "Delete it", (cut_line(script, start, end),))
    return Finding("RN073", start, end, "nothing is exported from a tool: what is `pub` can be called", fix=fix)


def _names(script: Script, first: int, end: int, *, dotted: bool = False) -> tuple[int, ...]:
    """The names that are known afterwards: behind `as` stands the one that counts."""
    tokens = script.tree.tokens
    return tuple(
        at
        for at in range(first, end)
        if tokens.kinds[at] == "name"
        and tokens.texts[at] not in _WORDS
        and script.word(at + 1) not in ("as", ":")
        and not (dotted and script.word(at - 1) == ".")
    )


def _with_semicolon(script: Script, last: int) -> int:
    return last + 1 if script.word(last + 1) == ";" else last


def _used(script: Script, found: _Import) -> int | None:
    """A token where one of its names stands again; None if there is none."""
    places = _places(script)
    for name in found.names:
        for at in places.get(script.word(name), ()):
            if not found.first <= at <= found.last:
                return at
    return None


@remembered
def _places(script: Script) -> dict[str, list[int]]:
    """Where names stand, some of each: an import needs one that is not its own."""
    tokens = script.tree.tokens
    found: dict[str, list[int]] = {}
    for at, word in enumerate(tokens.texts):
        if tokens.kinds[at] == "name" and script.word(at - 1) != "." and script.word(at + 1) != "::":
            places = found.setdefault(word, [])
            if len(places) < _MOST_PLACES:
                places.append(at)
    return found


def _deleted(script: Script, start: int, end: int, *, leads: bool) -> Edit:
    """Takes the whole line, and the blank line behind it where the file would begin with it."""
    edit = cut_line(script, start, end)
    if leads:
        stop_ = edit.end
        while script.text[stop_ : stop_ + 1] in ("\n", "\r"):
            stop_ += 1
        return Edit(edit.start, stop_, "")
    return edit


RULE = Rule(
    code="RN073",
    name="foreign-import",
    summary='`import json`, `import { x } from "y"`, `const fs = require("fs")`: a tool is one file, and loads none.',
    why="""\
What Rune itself has is named with `use std::..`, what the host offers is called by its whole path:
`fs::read_to_string`, `json::from_string`. Other files and packages of other languages cannot be loaded.

What a tool offers is `pub`, and nothing else says so.

The repair deletes the import when nothing of it is used. Otherwise it says where it is used.
""",
    before="""\
import { basename } from "path";

pub async fn call(args) {
    args.a
}
""",
    after="""\
pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("import ", "require", "exports", "export {"),
)
