"""RN188: a value behind a block: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "calls and indexes",
        body("if x { return 1; }", "(a, b)"),
        body("if x { return 1; };", "(a, b)"),
        (3,),
    ),
    Case(
        "behind a match and a loop",
        body("match x { _ => {} }", "[1];", "loop { break; }", "-1"),
        body("match x { _ => {} };", "[1];", "loop { break; };", "-1"),
        (3, 5),
    ),
)

RUNE = (
    body("if x { 1 };", "(a, b)"),
    body("for x in l { f(x); }", "(a, b)"),
    body("while x { f(); }", "[1]"),
    body("if x { return 1; }", "a", "#{ b: 1 }"),
    body("let a = if x { 1 } else { 2 }", "- 1;"),
    body("if x { 1 } else { 2 }"),
    body("f(1);", "(a, b)"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN188")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN188") == []
