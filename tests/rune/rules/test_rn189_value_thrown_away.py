"""RN189: values that a semicolon throws away: found, repaired with unsafe repairs, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("a name", body("let n = args.a + 1;", "n;"), body("let n = args.a + 1;", "n"), (3,)),
    Case("an object of sums", body("#{ a: args.a + 1, b: [1] };"), body("#{ a: args.a + 1, b: [1] }"), (2,)),
    Case("of a block", body("let n = { let m = 1; m; };", "n"), body("let n = { let m = 1; m };", "n"), (2,)),
)

RUNE = (
    body("let n = 1;", "f(n);"),
    body("args.l.push(1);", "n = 2;", "return n;"),
    body("if x { y; }", "for z in w { z; }"),
    body("#{ a: f() };"),
    body("x?;"),
    'pub fn NAME() { "n"; }\n',
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN189", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_does_something(source: str) -> None:
    assert findings(source, "RN189") == []
