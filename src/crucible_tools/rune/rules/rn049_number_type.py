"""RN049: number types that Rune does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crucible_tools.rune.rules.operands import outer
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Cast, Generics, Literal, MethodCall, Path

_TYPES: Final = dict.fromkeys(("i8", "i16", "i32", "i128", "isize", "u8", "u16", "u32", "u128", "usize"), "i64") | {
    "f32": "f64"
}
_OTHERS: Final = dict.fromkeys(("int", "integer", "long", "short", "byte"), "i64") | {"float": "f64", "double": "f64"}
"""What they are called in other languages."""
_MAX: Final = {
    "i8": 127, "i16": 32767, "i32": 2147483647, "u8": 255, "u16": 65535, "u32": 4294967295,
    "isize": 9223372036854775807, "usize": 9223372036854775807,
}  # fmt: skip
_MIN: Final = {"i8": -128, "i16": -32768, "i32": -2147483648, "u8": 0, "u16": 0, "u32": 0, "usize": 0}
_SUFFIX: Final = re.compile(r"_?(usize|isize)$")


def check(script: Script) -> Iterator[Finding]:
    """Finds `as usize`, `parse::<i32>()`, `i32::MAX` and `0usize`."""
    found = [*_casts(script), *_turbofish(script), *_paths(script), *_literals(script)]
    yield from sorted(found, key=lambda item: item.start)


def _casts(script: Script) -> Iterator[Finding]:
    for node in script.tree.of(Cast):
        word = script.source(node.type)
        if word in _TYPES or word in _OTHERS:
            finding = _finding(script, node.type.first, _TYPES.get(word) or _OTHERS[word])
            yield _never_below(script, node, finding) if word.startswith("u") else finding


def _never_below(script: Script, node: Cast, finding: Finding) -> Finding:
    """`(a as usize).saturating_sub(b)` stops at 0, which an `i64` does not."""
    call = outer(node).parent
    if not isinstance(call, MethodCall) or call.base is not outer(node) or finding.fix is None:
        return finding
    if script.word(call.name) != "saturating_sub":
        return finding
    end = script.end(call)
    return replace(finding, fix=replace(finding.fix, edits=(*finding.fix.edits, Edit(end, end, ".max(0)"))))


def _turbofish(script: Script) -> Iterator[Finding]:
    for generics in script.tree.of(Generics):
        up = generics.parent
        if isinstance(up, MethodCall) and script.word(up.name) == "parse" and _is_unsigned(script, generics):
            message = "no text is parsed as a `u64` in Rune, but as an `i64`"
            yield _finding(script, generics.args[0].first, "i64", message)
            continue
        if isinstance(up, (MethodCall, Path)):
            for arg in generics.args:
                if script.source(arg) in _TYPES:
                    yield _finding(script, arg.first, _TYPES[script.source(arg)])


def _is_unsigned(script: Script, generics: Generics) -> bool:
    return len(generics.args) == 1 and script.source(generics.args[0]) == "u64"


def _paths(script: Script) -> Iterator[Finding]:
    for path in script.tree.of(Path):
        if len(path.segments) != 2 or path.generics:
            continue
        type_, name = path.segments
        figures = _MAX if name == "MAX" else _MIN if name == "MIN" else None
        if figures is not None and type_ in figures and type_ in _TYPES:
            start, end = script.start(path), script.end(path)
            fix = Fix(True, f"Write `{figures[type_]}`", (Edit(start, end, str(figures[type_])),))
            yield Finding("RN049", start, end, f"there is no type `{type_}` in Rune", fix=fix)
        elif name == "parse" and type_ in _TYPES:
            yield _finding(script, path.tokens[0], _TYPES[type_])


def _literals(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Literal):
        suffix = _SUFFIX.search(tokens.texts[node.first]) if node.kind == "int" else None
        if suffix:
            start = tokens.starts[node.first] + suffix.start()
            end = tokens.ends[node.first]
            fix = Fix(True, f"Delete `{suffix[0]}`", (Edit(start, end, ""),))
            yield Finding("RN049", start, end, f"there is no type `{suffix[1]}` in Rune", fix=fix)


def _finding(script: Script, token: int, instead: str, message: str = "") -> Finding:
    tokens = script.tree.tokens
    word, start, end = tokens.texts[token], tokens.starts[token], tokens.ends[token]
    fix = Fix(True, f"Write `{instead}`", (Edit(start, end, instead),))
    message = message or f"there is no type `{word}` in Rune: numbers are `i64` and `f64`"
    return Finding("RN049", start, end, message, fix=fix)


RULE = Rule(
    code="RN049",
    name="number-type",
    summary="`x as usize`, `parse::<i32>()`, `i32::MAX`: numbers are `i64` and `f64` in Rune.",
    why="""\
Integers of Rune have 64 bits and a sign, floats have 64 bits. (There is `u64` for the rare case that needs it.) Lists
are indexed with integers, and `len()` gives one.

The repair writes `i64` and `f64`, and for `i32::MAX` and the like the number itself.
""",
    before="""\
pub async fn call(args) {
    args.a as usize
}
""",
    after="""\
pub async fn call(args) {
    args.a as i64
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(
        "size",
        "i8",
        "i16",
        "i32",
        "i128",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "f32",
        *(f"as {word}" for word in _OTHERS),
    ),
)
