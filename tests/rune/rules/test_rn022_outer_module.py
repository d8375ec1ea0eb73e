"""RN022: a module in another file: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        """\
mod a;
pub mod b;
mod c {
    mod d;
}
""",
        None,
        (1, 2, 4),
    ),
)

RUNE = (
    """\
mod a { pub fn f() { 1 } }
pub fn call(args) { a::f() }
""",
    body('"mod a;"'),
    """\
// mod a;
pub fn call(args) { 1 }
""",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN022")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN022") == []
