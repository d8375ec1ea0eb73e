"""RN144: a `for` over a string."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.method_edits import after
from crucible_tools.rune.rules.receivers import kinds
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Expr, Field, For, Index, Literal, MethodCall, Paren, Path, Template
from crucible_tools.rune.types.values import INT, STRING

_TIGHT = (Call, Field, Index, Literal, MethodCall, Paren, Path, Template)


def check(script: Script) -> Iterator[Finding]:
    """Finds loops over what is certainly a string or a number."""
    for loop in script.tree.of(For):
        mask = kinds(script, loop.iterable)
        if mask not in (INT, STRING):
            continue
        start, end = script.start(loop.iterable), script.end(loop.iterable)
        if mask == STRING:
            message, hint = "a string cannot be walked over", "`text.chars()` gives its characters"
            fix = Fix(True, "Walk over the characters", _edits(script, loop.iterable, "", ".chars()"))
        else:
            message, hint = "a number cannot be walked over", "`0..n` are the numbers below `n`"
            fix = Fix(False, "Count from 0", _edits(script, loop.iterable, "0..", ""))
        yield Finding("RN144", start, end, message, hint=hint, fix=fix)


def _edits(script: Script, what: Expr, front: str, behind: str) -> tuple[Edit, ...]:
    start = script.start(what)
    opened, closed = ("", "") if isinstance(what, _TIGHT) else ("(", ")")
    edits = [Edit(start, start, front + opened)] if front + opened else []
    return (*edits, *([after(script, what, closed + behind)] if closed + behind else []))


RULE = Rule(
    code="RN144",
    name="string-walked-over",
    summary="`for c in text {`: a string is no sequence, its `chars()` are.",
    why="""\
Lists, objects, ranges and iterators can be walked over, strings and numbers cannot. The repair writes
`text.chars()`. For a number it writes `0..n`, which is unsafe, as one could have meant another beginning.
""",
    before="""\
pub async fn call(args) {
    let n = 0;
    for c in "a b c" {
        if c == ' ' {
            n += 1;
        }
    }
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = 0;
    for c in "a b c".chars() {
        if c == ' ' {
            n += 1;
        }
    }
    n
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("for ",),
)
