"""RN147: casts to what is no number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.languages import is_javascript
from crucible_tools.rune.rules.operands import around, bare, has_comment, is_operand, tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Cast
from crucible_tools.rune.types.values import BOOL, CHAR, INT, JSON, LIST, NUMBER, OBJECT, STRING

_KINDS: Final = {
    "String": STRING, "str": STRING, "&str": STRING, "string": STRING, "Vec": LIST, "Object": OBJECT, "bool": BOOL,
    "char": CHAR,
}  # fmt: skip
_WHOLE: Final = frozenset({
    "i64", "u64", "int", "usize", "isize", "i8", "i16", "i32", "i128", "u8", "u16", "u32", "u128",
})  # fmt: skip
_NUMBERS: Final = _WHOLE | {"f64", "f32", "float", "double"}
_OF_TYPESCRIPT: Final = frozenset({"any", "const", "never", "number", "object", "unknown"})
_NO_NUMBER: Final = {CHAR: "a char", BOOL: "a boolean", STRING: "a text"}
"""What is cast to numbers in other languages, and how it is called."""
_HINTS: Final = {
    STRING: "a text becomes a number with `text.parse::<i64>()`, which gives a Result",
    BOOL: "`if flag { 1 } else { 0 }` makes a number of a boolean",
    CHAR: "`c.to_i64()` is the number of a char",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds `x as String`, `x as Vec`, `x as bool`, and of what is no number `x as i64`."""
    for node in script.tree.of(Cast):
        name = script.source(node.type).partition("<")[0]
        kind = _KINDS.get(name)
        if kind is None:
            if name in _NUMBERS:
                yield from _of_no_number(script, node, name)
            elif script.compiles is False and (name[:1].isupper() or name in _OF_TYPESCRIPT):
                yield _of_no_type(script, node)
            continue
        start, end = script.end(node.base), script.end(node)
        fix = _fix(script, node, kind)
        cast = script.text[start:end].strip()
        message = f"`as` makes numbers of numbers only: `{cast}` fails for every value"
        hint = None if fix else "a template makes a text: `` `${x}` ``; a comparison makes a boolean: `x != 0`"
        yield Finding("RN147", end - len(cast), end, message, hint=hint, fix=fix)


def _of_no_type(script: Script, node: Cast) -> Finding:
    """`x as Item` and `x as any` of TypeScript, which change nothing."""
    start, end = script.end(node.base), script.end(node)
    cast = script.text[start:end].strip()
    edits = (Edit(start, end, ""),)
    fix = None if has_comment(script, start, end) else Fix(True, f"Delete `{cast}`", edits)
    message = f"`as` makes numbers of numbers only: `{cast}` says nothing to Rune"
    return Finding("RN147", end - len(cast), end, message, fix=fix)


def _of_no_number(script: Script, node: Cast, name: str) -> Iterator[Finding]:
    """What is wrong with a cast to a number of what certainly is none."""
    value = script.types.of(node.base)
    kind = next((kind for kind in _NO_NUMBER if value.only(kind)), None)
    if kind is None:
        return
    start, end = script.end(node.base), script.end(node)
    cast = script.text[start:end].strip()
    fix = _number(script, node, kind, name)
    message = f"`{cast}` fails for {_NO_NUMBER[kind]}: `as` makes numbers of numbers only"
    hint = None if fix else _HINTS[kind]
    yield Finding("RN147", end - len(cast), end, message, hint=hint, fix=fix)


def _number(script: Script, node: Cast, kind: int, name: str) -> Fix | None:
    """`c.to_i64()` for `c as i64`, `if b { 1 } else { 0 }` for `b as i64`."""
    base, end = node.base, script.end(node)
    if has_comment(script, script.end(base), end):
        return None
    if kind == CHAR:
        text = ".to_i64()" if name in _WHOLE else f".to_i64() as {name}"
        edits = around(script, base, "", text)
        return Fix(True, "Write `.to_i64()`", (*edits[:-1], Edit(script.end(base), end, edits[-1].text)))
    if kind == BOOL and name in _WHOLE:
        condition = bare(base)
        inside = (script.start(condition), script.end(condition))
        head, tail = ("(if ", " { 1 } else { 0 })") if is_operand(node) else ("if ", " { 1 } else { 0 }")
        edits = (Edit(script.start(base), inside[0], head), Edit(inside[1], end, tail))
        return Fix(True, "Write `if .. { 1 } else { 0 }`", edits)
    return None


def _fix(script: Script, node: Cast, kind: int) -> Fix | None:
    """Deletes it where the value is of that sort already, or comes from outside; writes a number as a text."""
    value, start, end = script.types.of(node.base), script.end(node.base), script.end(node)
    asked = kind == STRING and script.source(node.type) == "string" and not value.only(kind)
    if asked and value.may(kind | NUMBER) and tight(node.base) and not is_javascript(script):
        first = script.start(node.base)
        return Fix(True, "Write a template", (Edit(first, first, "`${"), Edit(start, end, "}`")))
    if value.only(kind) or (value.only(JSON) and value.may(kind)):
        return Fix(True, f"Delete `{script.text[start:end].strip()}`", (Edit(start, end, ""),))
    if kind == STRING and value.only(NUMBER | BOOL | CHAR) and tight(node.base):
        first = script.start(node.base)
        return Fix(True, "Write a template", (Edit(first, first, "`${"), Edit(start, end, "}`")))
    if kind == CHAR and value.only(INT) and not has_comment(script, script.start(node), end):
        inner = bare(node.base)
        while isinstance(inner, Cast) and script.source(inner.type) in _WHOLE:
            inner = bare(inner.base)  # `n as u8 as char`
        inside = (script.start(inner), script.end(inner))
        edits = (Edit(script.start(node), inside[0], "char::from_i64("), Edit(inside[1], end, ").unwrap()"))
        return Fix(True, "Write `char::from_i64(..).unwrap()`", edits)
    return None


RULE = Rule(
    code="RN147",
    name="cast-to-no-number",
    summary="`x as String`, `'a' as i64`: `as` makes numbers of numbers, and fails for every other type.",
    why="""\
`as i64`, `as u64` and `as f64` turn one sort of number into another. There is no cast to a text, a list, an object, a
char or a boolean, and none of a char, a boolean or a text to a number: it compiles, and fails whenever it is reached.

The repair deletes the cast where the value is of that sort, or comes from outside and may be. It makes a text of a
number with a template, a number of a char with `c.to_i64()`, and a char of a number with `char::from_i64(n).unwrap()`.
""",
    before="""\
pub async fn call(args) {
    let name = args.name as String;
    name.len()
}
""",
    after="""\
pub async fn call(args) {
    let name = args.name;
    name.len()
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=(" as ",),
)
