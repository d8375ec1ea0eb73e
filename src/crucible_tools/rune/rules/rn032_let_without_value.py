"""RN032: `let` without a value."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Let


def check(script: Script) -> Iterator[Finding]:
    """Finds `let x;`, with a type or without one."""
    tokens = script.tree.tokens
    for node in script.tree.of(Let):
        if node.equals is not None or node.semicolon is None or node.word == "const":
            continue
        last = node.type.last if node.type is not None else node.pattern.last
        if last + 1 != node.semicolon or node.pattern.first != node.pattern.last:
            continue
        name = script.word(node.pattern.first)
        at = tokens.ends[last]
        fix = Fix(True, "Write `= ()`", (Edit(at, at, " = ()"),))
        message = f"a `let` of Rune needs a value: `{name}` has none"
        yield Finding("RN032", tokens.starts[node.pattern.first], at, message, fix=fix)


RULE = Rule(
    code="RN032",
    name="let-without-value",
    summary="`let x;`: a `let` needs a value.",
    why="""\
Every variable of Rune begins with a value. What has none yet is `()`, the value that stands for nothing.

The repair writes it: `let x = ();`.
""",
    before="""\
pub async fn call(args) {
    let size;
    if args.a > 5 { size = "big"; } else { size = "small"; }
    size
}
""",
    after="""\
pub async fn call(args) {
    let size = ();
    if args.a > 5 { size = "big"; } else { size = "small"; }
    size
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("let ", "var "),
)
