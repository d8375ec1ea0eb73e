"""RN145: an assignment as a condition."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, If, While


def check(script: Script) -> Iterator[Finding]:
    """Finds `if a = b {`."""
    tokens = script.tree.tokens
    for node in sorted([*script.tree.of(If), *script.tree.of(While)], key=lambda node: node.first):
        condition = bare(node.condition)
        if not isinstance(condition, Assign) or condition.op != "=":
            continue
        start, end = tokens.starts[condition.token], tokens.ends[condition.token]
        message = "`=` assigns, and what it gives is never `true`: this never goes into the block"
        yield Finding("RN145", start, end, message, "warning", fix=Fix(False, "Write `==`", (Edit(start, end, "=="),)))


RULE = Rule(
    code="RN145",
    name="assigned-condition",
    summary="`if a = b {`: this assigns, and never goes into the block; `==` compares.",
    why="""\
An assignment gives `()`, and a condition of Rune takes everything but `true` for false. The block is never run, and the
variable has another value afterwards.

The repair writes `==`. It is unsafe: the block begins to run.
""",
    before="""\
pub async fn call(args) {
    if args.a = 1 { "one" } else { "other" }
}
""",
    after="""\
pub async fn call(args) {
    if args.a == 1 { "one" } else { "other" }
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
    words=("if ", "while "),
)
