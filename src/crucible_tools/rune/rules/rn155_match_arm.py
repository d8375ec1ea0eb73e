"""RN155: arms of a `match` as other languages write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Match

_OTHERWISE: Final = frozenset({"default", "else"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `1: "a"` and `1 -> "a"`, `case 1 =>`, and `default =>` and `else =>`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Arm):
        if not isinstance(node.parent, Match):
            continue
        pattern, word = node.pattern, tokens.texts[node.pattern.first]
        start, end = tokens.starts[pattern.first], tokens.ends[pattern.first]
        if word == "case" and pattern.last > pattern.first:
            fix = Fix(True, "Delete `case`", cut_up_to(script, pattern.first, pattern.first + 1))
            yield Finding("RN155", start, end, "an arm of Rune begins with its pattern, without `case`", fix=fix)
        if tokens.texts[pattern.last] in _OTHERWISE and (pattern.first == pattern.last or word == "case"):
            place = tokens.starts[pattern.last], tokens.ends[pattern.last]
            fix = Fix(True, "Write `_`", (Edit(*place, "_"),))
            message = f"the arm for everything else is `_` in Rune, not `{tokens.texts[pattern.last]}`"
            yield Finding("RN155", *place, message, fix=fix)
        if tokens.texts[node.arrow] != "=>":
            yield _sign(script, node.arrow)


def _sign(script: Script, sign: int) -> Finding:
    tokens, source = script.tree.tokens, script.text
    start, end = tokens.starts[sign], tokens.ends[sign]
    before = "" if source[start - 1].isspace() else " "
    behind = "" if source[end].isspace() else " "
    message = f"between a pattern and what is done for it stands `=>` in Rune, not `{tokens.texts[sign]}`"
    return Finding(
        "RN155", start, end, message, fix=Fix(True, "Write `=>`", (Edit(start, end, f"{before}=>{behind}"),))
    )


RULE = Rule(
    code="RN155",
    name="match-arm",
    summary='`match x { 1: "a", else -> "b" }`: an arm is written `pattern => value`, and the last one `_ => value`.',
    why="""\
Other languages write `case 1:`, or `1 -> "a"` as Kotlin does, and `default` or `else` for what is left. Rune writes
`1 => "a"` and `_ => "b"`.

The repair writes the arrow and the `_`, and deletes `case`.
""",
    before="""\
pub async fn call(args) {
    match args.a {
        1: "one",
        case 2 => "two",
        else -> "many",
    }
}
""",
    after="""\
pub async fn call(args) {
    match args.a {
        1 => "one",
        2 => "two",
        _ => "many",
    }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("match",),
)
