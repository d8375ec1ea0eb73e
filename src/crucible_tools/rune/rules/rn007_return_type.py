"""RN007: the type of what a function gives back."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut
from crucible_tools.rune.rules.kept_types import kept
from crucible_tools.rune.rules.rule import Addition, Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Closure, Function


def check(script: Script) -> Iterator[Finding]:
    """Finds `-> Type` behind the parameters of functions and closures, and TypeScript's `: Type`."""
    found: list[Finding] = []
    for function in script.tree.of(Function):
        if function.arrow is not None and (function.body is not None or script.word(function.arrow) == "->"):
            last = function.returns.last if function.returns is not None else function.arrow
            value = function.body.value if function.body is not None else None
            found.append(_finding(script, function.arrow, last, *kept(script, function.returns, value)))
    for closure in script.tree.of(Closure):
        arrow = closure.close + 1
        if script.word(arrow) == "->" and arrow < closure.body.first:
            found.append(_finding(script, arrow, closure.body.first - 1))
    yield from sorted(found, key=lambda item: item.start)


def _finding(
    script: Script, arrow: int, last: int, more: tuple[Edit, ...] = (), additions: tuple[Addition, ...] = ()
) -> Finding:
    tokens, text = script.tree.tokens, script.text
    start, end = tokens.starts[arrow], tokens.ends[last]
    before = tokens.ends[arrow - 1]
    edits = cut(script, start if text[before:start].strip() else before, end)
    if end < len(text) and not text[end].isspace() and edits:
        edits = (*edits[:-1], Edit(edits[-1].start, edits[-1].end, " "))
    fix = Fix(True, f"Delete `{text[start:end]}`", (*edits, *more), additions)
    return Finding("RN007", start, end, "functions of Rune declare no type of what they give back", fix=fix)


RULE = Rule(
    code="RN007",
    name="return-type",
    summary="`fn f(x) -> String {`: functions of Rune do not declare what they give back.",
    why="""\
Rune checks types when a script runs, not before. A `->` behind the parameters of a function or closure is refused,
and so is the `: Type` of TypeScript.

The repair deletes the type. Where it says what a `collect`, `sum` or `parse` at the end of the function is to give,
it moves there: `.collect::<String>()`.
""",
    before="""\
pub async fn call(args) {
    show(args.a)
}

fn show(n) -> String {
    `n=${n}`
}
""",
    after="""\
pub async fn call(args) {
    show(args.a)
}

fn show(n) {
    `n=${n}`
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("fn ", "|", "function ", "func ", "fun ", "def "),
)
