"""RN181: comments with two dashes: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "alone and behind",
        "-- Adds.\nfn f(a) {\n    a -- it\n}\n",
        "// Adds.\nfn f(a) {\n    a // it\n}\n",
        (1, 3),
    ),
)

RUNE = (
    body("a --b", "a - -b", "i--;"),
    body('"-- text"', "// -- text"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN181")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN181") == []
