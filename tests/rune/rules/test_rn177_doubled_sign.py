"""RN177: signs that stand twice: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "commas",
        body("[a,, b]", "f(, x)", "[, a]"),
        body("[a, b]", "f( x)", "[ a]"),
        (2, 3, 4),
    ),
    Case(
        "braces",
        body("#{{ a: 1 }}"),
        body("#{ a: 1 }"),
        (2,),
    ),
)

RUNE = (
    body("[a, b,]", "#{ a: #{ b: 1 } }", "{{ 1 }}", "#{}"),
    body('format!("{{}}")'),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN177")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN177") == []
