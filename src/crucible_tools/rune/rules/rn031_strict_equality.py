"""RN031: `===`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary


def check(script: Script) -> Iterator[Finding]:
    """Finds `===` and `!==`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op not in ("===", "!=="):
            continue
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        fix = Fix(True, f"Write `{node.op[:2]}`", (Edit(start, end, node.op[:2]),))
        message = f"there is no `{node.op}` in Rune: `{node.op[:2]}` converts nothing"
        yield Finding("RN031", start, end, message, fix=fix)


RULE = Rule(
    code="RN031",
    name="strict-equality",
    summary="`a === b`, `a !== b`: Rune compares with `==` and `!=`, which convert nothing.",
    why="""\
`==` of Rune is as strict as `===` of JavaScript: it never takes a text for a number. It is stricter, even: comparing
values of different types is an error.

The repair deletes the third sign.
""",
    before="""\
pub async fn call(args) {
    args.a === 1
}
""",
    after="""\
pub async fn call(args) {
    args.a == 1
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("===", "!=="),
)
