"""RN164: Python's `a // b`, which is a comment in Rune."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Field, Index, Literal, MethodCall, Node, Paren, Path

_DIVISOR: Final = re.compile(r"//\s*(\d+|[A-Za-z_][\w.]*(?:\(\))?)(\)*;)\s*$|//\s*(\d+)(\)*,)\s*$")
"""What is left of a statement or of an entry behind the two strokes: one operand, and what ends it."""
_TIGHT: Final = (Path, Field, MethodCall, Call, Index, Paren, Literal)
_OPERANDS: Final = frozenset({"name", "int", "float"})


def check(script: Script) -> Iterator[Finding]:
    """Finds a comment that is the rest of a division: `let half = n // 2;`."""
    tokens = script.tree.tokens
    for start, end in tokens.comments:
        found = _DIVISOR.match(script.text[start:end])
        before = bisect_left(tokens.starts, start) - 1
        if found is None or before < 0 or "\n" in script.text[tokens.ends[before] : start]:
            continue
        if tokens.kinds[before] not in _OPERANDS and tokens.texts[before] not in (")", "]"):
            continue
        after = script.word(before + 1)
        if after in (".", ";", ",", "?", "{") or (after in (")", "]") and ")" not in (found[2] or found[4])):
            continue  # the statement goes on, or has its end
        by, rest = found[1] or found[3], found[2] or found[4]
        message = "`//` begins a comment in Rune: what is divided is taken as it is"
        yield Finding(
            "RN164",
            start,
            start + 2,
            message,
            hint="`a / b` of integers leaves the rest away",
            fix=_fix(script, before, (start, end), by, rest),
        )


def _fix(script: Script, before: int, comment: tuple[int, int], by: str, rest: str) -> Fix | None:
    divided: Node | None = None
    for kind in _TIGHT:
        for node in script.tree.of(kind):
            if node.last == before and (divided is None or node.first < divided.first):
                divided = node
    if divided is None:
        return None
    name, additions = inserted(script, divided, "floor_div")
    start = script.start(divided)
    text = script.text[comment[0] : comment[1]]
    end = comment[0] + len(text.rstrip())
    edits = (Edit(start, start, f"{name}("), Edit(script.end(divided), end, f", {by}){rest}"))
    return Fix(True, f"Call a function `{name}` that the repair adds", edits, additions)


RULE = Rule(
    code="RN164",
    name="floor-division",
    summary="`let half = n // 2;`: `//` begins a comment in Rune, and the statement has no end.",
    why="""\
In Python `//` divides and rounds down. In Rune the rest of the line is a comment, so that the semicolon is missing, and
a semicolon added there would leave the division away.

The repair adds a private function that rounds down as Python does, and calls it.
""",
    before="""\
pub async fn call(args) {
    let half = args.a // 2;
    half
}
""",
    after="""\
pub async fn call(args) {
    let half = floor_div(args.a, 2);
    half
}

fn floor_div(number, by) {
    if number is f64 || by is f64 {
        return (number as f64 / by as f64).floor();
    }
    let rest = number % by;
    if rest != 0 && (rest < 0) != (by < 0) { number / by - 1 } else { number / by }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("//",),
)
