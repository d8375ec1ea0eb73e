"""RN166: `Ordering::Less` as a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Match

_PATTERN: Final = re.compile(r"(?:[a-z]\w*::)*Ordering::(?:Less|Equal|Greater)")
_NAMES: Final = ("order", "ordering", "compared_as", "order_of_both")


def check(script: Script) -> Iterator[Finding]:
    """Finds arms of `match` with a pattern of `Ordering`."""
    name = ""
    for arm in script.tree.of(Arm):
        pattern = arm.pattern
        source = script.source(pattern)
        if not isinstance(arm.parent, Match) or _PATTERN.fullmatch(source.replace(" ", "")) is None:
            continue
        if not name:
            used = set(script.tree.tokens.texts)
            name = next((one for one in _NAMES if one not in used), "order_")
        start, end = script.start(pattern), script.end(pattern)
        fix = _fix(script, arm, f"{name} if {name} == {source}")
        message = f"`{source}` as a pattern matches no value in Rune 0.14: the arm is never taken"
        hint = f"ask with `==`: `{name} if {name} == {source} =>`"
        yield Finding("RN166", start, end, message, hint=hint, fix=fix)


def _fix(script: Script, arm: Arm, text: str) -> Fix | None:
    start, end = script.start(arm.pattern), script.end(arm.pattern)
    # It compiles and goes on silently: in a source that runs, results change.
    safe = script.compiles is False
    if arm.guard is None:
        return Fix(safe, "Compare in a guard", (Edit(start, end, text),))
    first, last = script.start(arm.guard), script.end(arm.guard)
    if has_comment(script, start, first):
        return None
    return Fix(safe, "Compare in the guard", (Edit(start, first, f"{text} && ("), Edit(last, last, ")")))


RULE = Rule(
    code="RN166",
    name="order-pattern",
    summary="`match a.cmp(b) { Ordering::Less => .. }`: as a pattern, an Ordering matches nothing in Rune 0.14.",
    why="""\
Silent: Rune 0.14 takes `Ordering::Less` as a pattern, and it matches no value, not even `Ordering::Less`. The match
goes on to `_`, or gives `()`. `==` compares orderings as it should.

The repair compares in a guard. It is unsafe where the source runs today, since arms begin to be taken.
""",
    before="""\
pub async fn call(args) {
    match args.a.cmp(1) {
        std::cmp::Ordering::Less => "less",
        _ => "more",
    }
}
""",
    after="""\
pub async fn call(args) {
    match args.a.cmp(1) {
        order if order == std::cmp::Ordering::Less => "less",
        _ => "more",
    }
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("Ordering::",),
)
