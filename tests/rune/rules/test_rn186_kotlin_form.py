"""RN186: forms of Kotlin, Swift and C#: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "when",
        body("when (x) {", "1, 2 -> a", "in 3..4 -> b", "else -> c", "}"),
        body("match (x) {", "1 | 2 => a", "3..=4 => b", "_ => c", "}"),
        (2,),
    ),
    Case(
        "texts",
        body('"a \\(b.c) d"', '$"a {b} {{}}"'),
        body("`a ${b.c} d`", "`a ${b} {}`"),
        (2, 3),
    ),
    Case(
        "guards",
        body("guard x > 1 else { return 2; }"),
        body("if !(x > 1) { return 2; }"),
        (2,),
    ),
    Case(
        "empty ones",
        body("List<int> a = new List<int>();", "f(new HashMap<>());"),
        body("let a = [];", "f(#{});"),
        (2, 2, 3),
    ),
)

RUNE = (
    body("for i in 0..n { f(i); }", "let when = 1;", "when"),
    body('"a \\\\n b"', "`${x}`"),
    body("Point { x: 1 }", "HashMap::new()", "Vec::new()"),
    body("let guard = 1;", "guard > 0"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN186")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN186") == []
