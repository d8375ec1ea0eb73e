"""RN167: chained comparisons: found, repaired, and not found where there are none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of numbers",
        body("if 0 <= args.a < 10 { 1 } else { 2 }"),
        body("if 0 <= args.a && args.a < 10 { 1 } else { 2 }"),
        (2,),
    ),
    Case("of a length", body("1 < args.l.len() <= 3"), body("1 < args.l.len() && args.l.len() <= 3"), (2,)),
    Case("of what is called", body("1 < f(args) < 3"), None, (2,)),
)

RUNE = (
    body("1 < args.a && args.a < 3"),
    body("(1 < 2) == true"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN167")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN167") == []
