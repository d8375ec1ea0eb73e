"""RN172: signs that look like others: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "comparisons",
        body("a ≤ b && a ≠ c"),
        body("a <= b && a != c"),
        (2, 2),
    ),
    Case(
        "of full width",
        body("f（x， y）；"),
        body("f(x, y);"),
        (2, 2, 2, 2),
    ),
    Case(
        "of no width",
        body("let n\u200b = 1;"),
        body("let n = 1;"),
        (2,),
    ),
)

RUNE = (body('"a ≤ b"', "// →", "`× ${n} （`"),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN172")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN172") == []
