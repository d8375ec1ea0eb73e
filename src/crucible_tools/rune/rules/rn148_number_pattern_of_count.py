"""RN148: a length matched with numbers."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import around, bare
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Expr, LetCondition, Match, Pattern, Tuple
from crucible_tools.rune.types.values import COUNT


def check(script: Script) -> Iterator[Finding]:
    """Finds `match list.len() { 0 => .. }` and `if let 0 = list.len()`, in tuples too."""
    if "int" not in script.tree.tokens.kinds:
        return
    by_subject: dict[Expr, list[Pattern]] = {}
    for arm in script.tree.of(Arm):
        if isinstance(arm.parent, Match):
            by_subject.setdefault(arm.parent.subject, []).append(arm.pattern)
    for condition in script.tree.of(LetCondition):
        by_subject.setdefault(condition.value, []).append(condition.pattern)
    for subject in sorted(by_subject, key=lambda item: item.first):
        yield from _of(script, subject, by_subject[subject])


def _of(script: Script, subject: Expr, patterns: list[Pattern]) -> Iterator[Finding]:
    """What is wrong with the patterns of one value: a finding for each value that they never match."""
    inner = bare(subject)
    members = inner.items if isinstance(inner, Tuple) else [inner]
    parts = [part for part in members if isinstance(part, Expr)]
    counts = [at for at, part in enumerate(parts) if script.types.of(part) == COUNT]
    for at in counts:
        number = next((token for pattern in patterns for token in _numbers(script, pattern, at, len(parts))), None)
        if number is not None:
            yield _finding(script, parts[at], number)


def _numbers(script: Script, pattern: Pattern, at: int, parts: int) -> Iterator[int]:
    """The tokens of numbers in a pattern that stand where one part of the value does."""
    tokens = script.tree.tokens
    for first, last in pattern.alternatives:
        if parts == 1:
            places = [first] if first == last else []
        else:
            places = _members(script, first, last)
            places = [places[at]] if len(places) == parts else []
        for token in places:
            if token >= 0 and tokens.kinds[token] == "int" and not tokens.texts[token].endswith("u64"):
                yield token


def _members(script: Script, first: int, last: int) -> list[int]:
    """The members of `(a, 1, _)`: their tokens, or -1 for what has several."""
    tokens = script.tree.tokens
    if tokens.texts[first] != "(" or tokens.partner[first] != last:
        return []
    found: list[int] = []
    begin = at = first + 1
    while at <= last:
        if at == last or tokens.texts[at] == ",":
            if at > begin:
                found.append(begin if at == begin + 1 else -1)
            begin = at + 1
        elif tokens.partner[at] > at:
            at = tokens.partner[at]
        at += 1
    return found


def _finding(script: Script, subject: Expr, number: int) -> Finding:
    source, pattern = script.source(subject), script.word(number)
    edits: tuple[Edit, ...] = around(script, subject, "", " as i64")
    return Finding(
        "RN148",
        script.start(subject),
        script.end(subject),
        f"`{source}` is a `u64`, and the pattern `{pattern}` an `i64`: it never matches",
        "warning",
        # Where it runs, another arm was taken for ever.
        fix=Fix(script.compiles is False, "Match it `as i64`", edits),
    )


RULE = Rule(
    code="RN148",
    name="number-pattern-of-count",
    summary="`match list.len() { 0 => .. }`: a length is a `u64`, which the pattern of a number never matches.",
    why="""\
`len()`, `count()` and the numbers of `enumerate()` are integers without a sign, `u64`; a number in a pattern is an
`i64`. Comparing the two with `==` works, but a pattern asks for the very type: the arm is never taken, without any
error.

The repair matches the length `as i64`. It is unsafe where the source runs, because an arm is taken that never was.
""",
    before="""\
pub async fn call(args) {
    match args.a.len() {
        0 => "none",
        1 => "one",
        _ => "many",
    }
}
""",
    after="""\
pub async fn call(args) {
    match args.a.len() as i64 {
        0 => "none",
        1 => "one",
        _ => "many",
    }
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("len()", "count()", "enumerate()", "as u64"),
)
