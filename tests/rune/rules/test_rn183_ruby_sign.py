"""RN183: signs of Ruby: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "questions",
        body('[x.nil?, l.empty?, s.include?("a")]'),
        body('[x is Tuple, l.is_empty(), s.contains("a")]'),
        (2, 2, 2),
    ),
    Case(
        "symbols",
        body("f(:a, o[:b])"),
        body('f("a", o["b"])'),
        (2, 2),
    ),
    Case(
        "conditions behind",
        body("return 1 if x > 2", "f(y) unless z;", "3"),
        body("if x > 2 { return 1; }", "if !(z) { f(y); }", "3"),
        (2, 3),
    ),
    Case(
        "printing",
        body("puts x", "4"),
        body('println!("{}", x);', "4"),
        (2,),
    ),
)

RUNE = (
    body("let a = if x { 1 } else { 2 };", "f(if x { 1 } else { 2 })"),
    body("x.get(1)?", "load()?.name", "a.check?"),
    body("#{ a: b, c }", "A::b"),
    body("match x { n if n > 1 => 2, _ => 3 }"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN183")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN183") == []
