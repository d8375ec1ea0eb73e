"""RN114: adding a number to a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.languages import joins_anything
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Binary, Expr, Literal
from crucible_tools.rune.types.values import ANY, BOOL, CHAR, NAMES, NUMBER, STRING, UNIT

_SHOWN: Final = NUMBER | BOOL | CHAR


def check(script: Script) -> Iterator[Finding]:
    """Finds `+` and `+=` between a text and what is certainly none, but can be shown."""
    found: list[Finding] = []
    for node in script.tree.of(Binary):
        if node.op == "+":
            for text, other in ((node.left, node.right), (node.right, node.left)):
                if script.types.of(text).only(STRING):
                    found += _other(script, other)
                    break
    for node in script.tree.of(Assign):
        if node.op == "+=" and script.types.of(node.target).only(STRING):
            found += _other(script, node.value)
    yield from sorted(found, key=lambda item: item.start)


def _other(script: Script, other: Expr) -> Iterator[Finding]:
    value = script.types.of(other)
    if value.may(STRING) and value.may(NUMBER) and joins_anything(script) and field_read(script, other) is not None:
        yield _unknown(script, other)
        return
    if value.kinds in (0, ANY) or value.may(STRING | UNIT) or not value.only(_SHOWN):
        return
    start, end = script.start(other), script.end(other)
    source = script.source(other)
    names = [name for kind, name in NAMES.items() if value.kinds & kind]
    kinds = " or ".join(("an " if name[0] in "aeio" else "a ") + name for name in names)
    inner = bare(other)
    if isinstance(inner, Literal) and inner.kind in ("int", "bool") and source == script.source(inner):
        fix = Fix(True, f'Write `"{source}"`', (Edit(start, end, f'"{source}"'),))
    else:
        fix = Fix(True, f"Write `` `${{{source}}}` ``", (Edit(start, start, "`${"), Edit(end, end, "}`")))
    yield Finding("RN114", start, end, f"`{source}` is {kinds}, and `+` adds texts to texts only", fix=fix)


def _unknown(script: Script, other: Expr) -> Finding:
    """What may be a text or none: where anything is joined to a text, a template does the same for both."""
    start, end = script.start(other), script.end(other)
    source = script.source(other)
    fix = Fix(True, f"Write `` `${{{source}}}` ``", (Edit(start, start, "`${"), Edit(end, end, "}`")))
    return Finding(
        "RN114", start, end, f"`{source}` may be no text, and `+` adds texts to texts only", "warning", fix=fix
    )


RULE = Rule(
    code="RN114",
    name="text-with-number",
    summary='`"n = " + 1`: a text takes nothing but texts, and a number becomes none by itself.',
    why="""\
`+` and `+=` on a text take another text. A number, a boolean or a character there is an error. In a template they are
shown: `` `n = ${n}` ``.

The repair puts the value into a template of its own. It is safe, because the sum never gave a result. In a source of
JavaScript, Java or C#, where anything can be joined to a text, it does so for arguments, too.
""",
    before="""\
pub async fn call(args) {
    let n = 3;
    "n = " + n
}
""",
    after="""\
pub async fn call(args) {
    let n = 3;
    "n = " + `${n}`
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("+",),
)
