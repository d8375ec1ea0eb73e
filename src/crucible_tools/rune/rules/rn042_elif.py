"""RN042: `elif`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import If


def check(script: Script) -> Iterator[Finding]:
    """Finds `elif`, `elsif` and `elseif`."""
    tokens = script.tree.tokens
    for node in script.tree.of(If):
        word = tokens.texts[node.first]
        if word in ("elif", "elsif", "elseif"):
            start, end = tokens.starts[node.first], tokens.ends[node.first]
            fix = Fix(True, "Write `else if`", (Edit(start, end, "else if"),))
            yield Finding("RN042", start, end, f"`{word}` is written `else if` in Rune", fix=fix)


RULE = Rule(
    code="RN042",
    name="elif",
    summary="`elif x {`, `elseif x {`: Rune writes `else if`.",
    why="""\
The repair writes `else if`.
""",
    before="""\
pub async fn call(args) {
    if args.a == 1 { "one" } elif args.a == 2 { "two" } else { "many" }
}
""",
    after="""\
pub async fn call(args) {
    if args.a == 1 { "one" } else if args.a == 2 { "two" } else { "many" }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("elif", "elsif", "elseif"),
)
