"""RN087: a bracket that closes nothing: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("a brace", "pub fn f() {\n}\n}\n", None, (3,)),
    Case("a parenthesis", body("f(1));"), None, (2,)),
)

RUNE = (
    body("f(1);"),
    body('"}"'),
    body("// }"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN087")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN087") == []
