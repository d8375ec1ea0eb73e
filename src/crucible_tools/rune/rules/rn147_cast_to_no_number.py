"""RN147: casts to what is no number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Cast
from crucible_tools.rune.types.values import BOOL, CHAR, JSON, LIST, NUMBER, OBJECT, STRING

_KINDS: Final = {
    "String": STRING, "str": STRING, "&str": STRING, "Vec": LIST, "Object": OBJECT, "bool": BOOL, "char": CHAR,
}  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds `x as String`, `x as Vec`, `x as bool`."""
    for node in script.tree.of(Cast):
        name = script.source(node.type).partition("<")[0]
        kind = _KINDS.get(name)
        if kind is None:
            continue
        start, end = script.end(node.base), script.end(node)
        fix = _fix(script, node, kind)
        cast = script.text[start:end].strip()
        message = f"`as` makes numbers of numbers only: `{cast}` fails for every value"
        hint = None if fix else "a template makes a text: `` `${x}` ``; a comparison makes a boolean: `x != 0`"
        yield Finding("RN147", end - len(cast), end, message, hint=hint, fix=fix)


def _fix(script: Script, node: Cast, kind: int) -> Fix | None:
    """Deletes it where the value is of that sort already, or comes from outside; writes a number as a text."""
    value, start, end = script.types.of(node.base), script.end(node.base), script.end(node)
    if value.only(kind) or (value.only(JSON) and value.may(kind)):
        return Fix(True, f"Delete `{script.text[start:end].strip()}`", (Edit(start, end, ""),))
    if kind == STRING and value.only(NUMBER | BOOL | CHAR) and tight(node.base):
        first = script.start(node.base)
        return Fix(True, "Write a template", (Edit(first, first, "`${"), Edit(start, end, "}`")))
    return None


RULE = Rule(
    code="RN147",
    name="cast-to-no-number",
    summary="`x as String`, `x as bool`: `as` makes numbers of numbers, and fails for every other type.",
    why="""\
`as i64`, `as u64` and `as f64` turn one sort of number into another. There is no cast to a text, a list, an object or a
boolean: it compiles, and fails whenever it is reached.

The repair deletes the cast where the value is of that sort, or comes from outside and may be. It makes a text of a
number with a template.
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
