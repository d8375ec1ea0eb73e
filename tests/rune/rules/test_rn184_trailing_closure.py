"""RN184: closures behind a call: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "with bars and arrows",
        body("l.iter().any { |x| x > 1 };", "l.iter().any { x -> x > 1 }"),
        body("l.iter().any(|x| { x > 1 });", "l.iter().any(|x| { x > 1 })"),
        (2, 3),
    ),
    Case(
        "with names of their own",
        body("l.iter().any { it > 1 };", "l.map { $0 + 1 }.x { $0 + $1 }"),
        body("l.iter().any(|it| { it > 1 });", "l.map(|value| { value + 1 }).x(|one, other| { one + other })"),
        (2, 3, 3),
    ),
)

RUNE = (
    body("if a.b { |x| x } else { it }", "while a.it { it }", "for x in a.b { it }", "match a.b { it => it }"),
    body("a.b; { it }"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN184")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN184") == []
