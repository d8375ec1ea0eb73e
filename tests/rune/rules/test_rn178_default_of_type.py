"""RN178: defaults of types: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of std",
        body("[String::default(), Vec::default(), i64::default()]"),
        body('["", [], 0]'),
        (2, 2, 2),
    ),
    Case(
        "of a struct",
        "#[derive(Default)]\nstruct P { a: i64, b: String }\nfn f() { P::default() }\n",
        '#[derive(Default)]\nstruct P { a: i64, b: String }\nfn f() { P { a: 0, b: "" } }\n',
        (3,),
    ),
)

RUNE = (
    body('#{ "default": 1 }', 'args["default"]'),
    body("// String::default()"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN178")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN178") == []
