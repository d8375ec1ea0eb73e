"""RN164: Python's `a // b`, which is a comment in Rune."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.languages import is_python
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Field, Index, Literal, MethodCall, Node, Paren, Path

_DIVISOR: Final = re.compile(r"//\s*(\d+|[A-Za-z_][\w.]*(?:\(\))?)(\)*;)\s*$|//\s*(\d+)(\)*,)\s*$")
"""What is left of a statement or of an entry behind the two strokes: one operand, and what ends it."""
_LAST: Final = re.compile(r"//\s*(\d+|[A-Za-z_][\w.]*)()()()\s*$")
_COMPOUND: Final = re.compile(r"//=\s*([\w.]+(?:\(\))?)(;?)\s*$")
_TIGHT: Final = (Path, Field, MethodCall, Call, Index, Paren, Literal)
_OPERANDS: Final = frozenset({"name", "int", "float"})


def check(script: Script) -> Iterator[Finding]:
    """Finds a comment that is the rest of a division: `let half = n // 2;`."""
    yield from sorted((*_divided(script), *_compound(script)), key=lambda item: item.start)


def _divided(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for start, end in tokens.comments:
        found = _DIVISOR.match(script.text[start:end]) or (_ended(script, start, end) if is_python(script) else None)
        before = bisect_left(tokens.starts, start) - 1
        if found is None or before < 0 or "\n" in script.text[tokens.ends[before] : start]:
            continue
        if tokens.kinds[before] not in _OPERANDS and tokens.texts[before] not in (")", "]"):
            continue
        after = script.word(before + 1)
        if after in (".", ";", ",", "?", "{") or (after in (")", "]") and ")" not in (found[2] or found[4] or "")):
            continue  # the statement goes on, or has its end
        by, rest = found[1] or found[3], found[2] or found[4] or ""
        message = "`//` begins a comment in Rune: what is divided is taken as it is"
        yield Finding(
            "RN164",
            start,
            start + 2,
            message,
            hint="`a / b` of integers leaves the rest away",
            fix=_fix(script, before, (start, end), by, rest),
        )


def _ended(script: Script, start: int, end: int) -> re.Match[str] | None:
    """Python ends a statement with its line: a number, or a name of the source, is all that is left of it."""
    found = _LAST.match(script.text[start:end])
    if found is None or (not found[1].isdigit() and found[1].split(".")[0] not in script.tree.tokens.texts):
        return None
    return found


def _compound(script: Script) -> Iterator[Finding]:
    """`n //= d`: the statement loses what is done, and the next line joins."""
    tokens = script.tree.tokens
    for start, end in tokens.comments:
        found = _COMPOUND.match(script.text[start:end])
        before = bisect_left(tokens.starts, start) - 1
        if found is None or before < 0 or script.compiles is not False:
            continue
        line = script.text.rfind("\n", 0, start) + 1
        target = _target(script, before)
        if target is None or script.text[line : script.start(target)].strip():
            continue
        name, additions = inserted(script, target, "floor_div")
        text = f" = {name}({script.source(target)}, {found[1]}){found[2]}"
        stop = start + len(script.text[start:end].rstrip())
        fix = Fix(
            True, f"Call a function `{name}` that the repair adds", (Edit(script.end(target), stop, text),), additions
        )
        message = "`//` begins a comment in Rune: nothing is divided"
        yield Finding("RN164", start, start + 3, message, fix=fix)


def _fix(script: Script, before: int, comment: tuple[int, int], by: str, rest: str) -> Fix | None:
    divided = _target(script, before)
    if divided is None:
        return None
    name, additions = inserted(script, divided, "floor_div")
    start = script.start(divided)
    text = script.text[comment[0] : comment[1]]
    end = comment[0] + len(text.rstrip())
    edits = (Edit(start, start, f"{name}("), Edit(script.end(divided), end, f", {by}){rest}"))
    return Fix(True, f"Call a function `{name}` that the repair adds", edits, additions)


def _target(script: Script, last: int) -> Node | None:
    """The largest operand that ends with a token."""
    found: Node | None = None
    for kind in _TIGHT:
        for node in script.tree.of(kind):
            if node.last == last and (found is None or node.first < found.first):
                found = node
    return found


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
