"""RN174: operators of others: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "two signs",
        body("a =< b || a <> c || a ~= d", "s .= t;"),
        body("a <= b || a != c || a != d", "s += t;"),
        (2, 2, 2, 3),
    ),
)

RUNE = (
    body("let x = |n| n;", "match x { 1 => 2, n if n > 3 => 4, _ => 5 }"),
    body("a = -1;", "x.collect::<Vec>()"),
    body('"a <> b =< c"'),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN174")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN174") == []
