"""RN182: signs of Lua: `#list`, `a .. b`, `text:upper()`, `for i = 1, n`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import stop
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_TEXTS: Final = frozenset({"string", "backtick"})
_VALUES: Final = frozenset({"name", "int", "float", "string", "backtick"})
_IN_FRONT: Final = frozenset({"=", "return", "..", "+", "=="})
_ENDS: Final = frozenset({"do", "{", ";"})
_INSERTS: Final = re.compile(
    r"\btable\.(?:insert|remove|concat|sort)\(\s*(\w+)\b|\bipairs\(\s*(\w+)\s*\)|\[#(\w+)\s*\+"
)
_MOST_DOTS: Final = 200
_MOST_STEPS: Final = 40


def check(script: Script) -> Iterator[Finding]:
    """Finds `#list`, texts joined with `..`, methods behind `:`, loops `for i = 1, n`, and `{}` for a list."""
    found = [*_joined(script)] if " .. " in script.text else []
    if script.compiles is not True:
        found += [*_lengths(script), *_methods(script), *_loops(script), *_tables(script)]
    yield from sorted(found, key=lambda item: item.start)


def _joined(script: Script) -> Iterator[Finding]:
    """`"a" .. b`: a range of texts is nothing that anybody can go through."""
    tokens = script.tree.tokens
    texts = tokens.texts
    dots = {i for i, word in enumerate(texts) if word == ".." and 0 < i < len(texts) - 1 and _has_blanks(script, i)}
    if len(dots) > _MOST_DOTS:
        return
    last = -1
    for i in sorted(dots):
        if i <= last:
            continue
        known = _chain(script, i, dots)
        if not any(tokens.kinds[first] in _TEXTS for first, _ in known):
            continue
        last = known[-1][1]
        start, end = tokens.starts[known[0][0]], tokens.ends[last]
        text = "".join(_shown(script.text[tokens.starts[first] : tokens.ends[behind]]) for first, behind in known)
        fix = Fix(True, "Write a template", (Edit(start, end, f"`{text}`"),))
        message = "`..` makes a range: a template makes one text of several values"
        yield Finding("RN182", tokens.starts[i], tokens.ends[i], message, fix=fix)


def _chain(script: Script, i: int, dots: set[int]) -> list[tuple[int, int]]:
    """The operands of all the `..` that follow one another; none if one of them cannot be told."""
    found: list[tuple[int, int]] = []
    part = _before(script, i - 1)
    while part is not None:
        found.append(part)
        if part[1] + 1 not in dots:
            return found
        part = _after(script, part[1] + 2)
    return []


def _before(script: Script, last: int) -> tuple[int, int] | None:
    """The tokens of the operand that ends with one: a literal, or names, calls and indexes."""
    tokens = script.tree.tokens
    if tokens.kinds[last] in ("string", "int", "float"):
        return last, last
    at = last
    for _ in range(_MOST_STEPS):
        partner = tokens.partner[at]
        if tokens.kinds[at] == "backtick":
            return (partner, last) if 0 <= partner < at and at == last else None
        if 0 <= partner < at:
            at = partner - 1
        elif tokens.kinds[at] == "name":
            if script.word(at - 1) not in (".", "::", "#"):
                return at, last
            at -= 1
        elif tokens.texts[at] in (".", "::"):
            at -= 1
        elif tokens.texts[at] == "#":
            return at, last
        else:
            return None
    return None


def _after(script: Script, first: int) -> tuple[int, int] | None:
    tokens = script.tree.tokens
    kind = tokens.kinds[first]
    if kind in ("string", "int", "float"):
        return first, first
    if kind == "backtick":
        return (first, tokens.partner[first]) if tokens.partner[first] > first else None
    at = first + (tokens.texts[first] == "#")
    if tokens.kinds[at : at + 1] != ["name"]:
        return None
    for _ in range(_MOST_STEPS):
        after = script.word(at + 1)
        if after in (".", "::") and tokens.kinds[at + 2 : at + 3] == ["name"]:
            at += 2
        elif after in ("(", "[") and tokens.partner[at + 1] > 0:
            at = tokens.partner[at + 1]
        else:
            return first, at
    return None


def _shown(text: str) -> str:
    """An operand as a part of a template."""
    if text.startswith('"'):
        return text[1:-1].replace('\\"', '"').replace("`", "\\`").replace("${", "\\${")
    if text.startswith("`"):
        return text[1:-1]
    if text.startswith("#"):
        return f"${{{text[1:]}.len()}}"
    return f"${{{text}}}"


def _has_blanks(script: Script, i: int) -> bool:
    tokens = script.tree.tokens
    return script.text[tokens.starts[i] - 1].isspace() and script.text[tokens.ends[i] : tokens.ends[i] + 1].isspace()


def _lengths(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i in range(len(tokens) - 1):
        if tokens.texts[i] != "#" or tokens.kinds[i + 1] != "name" or tokens.ends[i] != tokens.starts[i + 1]:
            continue
        if tokens.kinds[i - 1 : i] == ["name"] and script.word(i - 1) not in ("return", "in", "and", "or", "not"):
            continue
        last = i + 1
        while script.word(last + 1) == "." and tokens.kinds[last + 2 : last + 3] == ["name"]:
            last += 2
        if (
            script.word(last + 1) == "["
            and tokens.ends[last] == tokens.starts[last + 1]
            and tokens.partner[last + 1] > 0
        ):
            last = tokens.partner[last + 1]
        if script.word(last + 1) == "(":
            continue
        start, end = tokens.starts[i], tokens.ends[last]
        text = f"{script.text[tokens.ends[i] : end]}.len()"
        fix = Fix(True, f"Write `{text}`", (Edit(start, end, text),))
        yield Finding("RN182", start, end, "the length of a list or of a text is `.len()` in Rune", fix=fix)


def _methods(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i in range(2, len(tokens) - 2):
        if tokens.texts[i] != ":" or tokens.kinds[i - 1] != "name" or tokens.kinds[i + 1] != "name":
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        tight = tokens.ends[i - 1] == start and tokens.starts[i + 1] == end
        if tight and script.word(i + 2) == "(" and (script.word(i - 2) == "." or script.word(i - 2) in _IN_FRONT):
            fix = Fix(True, "Write `.`", (Edit(start, end, "."),))
            yield Finding("RN182", start, end, "a method stands behind a dot in Rune", fix=fix)


def _loops(script: Script) -> Iterator[Finding]:
    """`for i = 1, n do`: up to the last number, and with it."""
    tokens = script.tree.tokens
    for i in range(len(tokens) - 3):
        if tokens.texts[i] != "for" or tokens.kinds[i + 1] != "name" or tokens.texts[i + 2] != "=":
            continue
        comma = stop(script, i + 3)
        if script.word(comma) != ",":
            continue
        end = stop(script, comma + 1, _ENDS | {","})
        if script.word(end) not in ("do", "{"):
            continue
        edits = (
            Edit(tokens.starts[i + 2], tokens.ends[i + 2], "in"),
            Edit(tokens.starts[comma], tokens.starts[comma + 1], "..="),
        )
        message = "a loop over numbers is written `for i in 1..=n {`"
        fix = Fix(True, "Write `for .. in ..`", edits)
        yield Finding("RN182", tokens.starts[i], tokens.ends[i], message, fix=fix)


def _tables(script: Script) -> Iterator[Finding]:
    """`local list = {}` for what items are put into."""
    if "table." not in script.text and "ipairs(" not in script.text:
        return
    lists = {next(name for name in found.groups() if name) for found in _INSERTS.finditer(script.text)}
    tokens = script.tree.tokens
    for i in range(2, len(tokens) - 1):
        if tokens.texts[i] != "{" or tokens.texts[i + 1] != "}" or tokens.texts[i - 1] != "=":
            continue
        if tokens.texts[i - 2] in lists:
            start, end = tokens.starts[i], tokens.ends[i + 1]
            fix = Fix(True, "Write `[]`", (Edit(start, end, "[]"),))
            yield Finding("RN182", start, end, "an empty list is written `[]` in Rune", fix=fix)


RULE = Rule(
    code="RN182",
    name="lua-sign",
    summary='`#list`, `"a" .. b`, `text:upper()`, `for i = 1, n`: Lua, which Rune writes otherwise.',
    why="""\
Lua asks for a length with `#`, joins texts with `..`, calls methods behind `:`, and counts with `for i = 1, n`, up to
and with the last number. In Rune `..` makes a range: between texts it compiles, and gives nothing that can be used.

The repair writes `.len()`, a template, a dot and `1..=n`, and `[]` for a table that items are put into.
""",
    before="""\
pub fn call(args) {
    "length: " .. #args.list
}
""",
    after="""\
pub fn call(args) {
    `length: ${args.list.len()}`
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=(" .. ", "#", ":", "for "),
)
