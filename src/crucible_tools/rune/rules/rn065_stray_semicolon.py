"""RN065: a semicolon too many."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds a semicolon directly behind another one, or at the beginning of a block."""
    tokens = script.tree.tokens
    open_: list[int] = []
    for i, word in enumerate(tokens.texts):
        if tokens.partner[i] > i:
            open_.append(i)
        elif 0 <= tokens.partner[i] < i and open_:
            open_.pop()
        if word != ";" or not open_ or tokens.texts[open_[-1]] != "{" or script.word(i - 1) not in (";", "{"):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        fix = Fix(True, "Delete it", (Edit(start, end, ""),))
        yield Finding("RN065", start, end, "a semicolon of Rune ends a statement, and here is none", fix=fix)


RULE = Rule(
    code="RN065",
    name="stray-semicolon",
    summary="`let x = 1;;`: a semicolon ends a statement, and there is no empty one.",
    why="""\
Other languages have empty statements. Rune asks for an expression where one would stand.

The repair deletes the semicolon.
""",
    before="""\
pub async fn call(args) {
    let n = args.a;;
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = args.a;
    n
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(";",),
)
