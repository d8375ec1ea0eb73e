"""RN061: several variables in one `let`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Let


def check(script: Script) -> Iterator[Finding]:
    """Finds `let a = 1, b = 2;`, and further names behind those."""
    tokens = script.tree.tokens
    for let in script.tree.of(Let):
        at = let.last + 1
        if let.semicolon is not None or let.value is None or script.word(at) != ",":
            continue
        after = script.word(at + 2)
        if tokens.kinds[at + 1 : at + 2] != ["name"] or after not in ("=", ",", ";", ":"):
            continue
        start, end = tokens.starts[at], tokens.ends[at]
        fix = Fix(True, "Write a `let` for each", (Edit(start, end, "; let"),))
        yield Finding("RN061", start, end, "a `let` of Rune names one value", fix=fix)


RULE = Rule(
    code="RN061",
    name="several-variables",
    summary="`let a = 1, b = 2;`: a `let` names one value.",
    why="""\
JavaScript lets one `let` declare several variables. In Rune each has its own.

The repair writes `let a = 1; let b = 2;`.
""",
    before="""\
pub async fn call(args) {
    let low = args.a, high = 10;
    high - low
}
""",
    after="""\
pub async fn call(args) {
    let low = args.a; let high = 10;
    high - low
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("let ", "var ", "const "),
)
