"""RN185: forms of Go: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "loops",
        body("for _, x := range l {", "f(x);", "}", "for x > 1 {", "g();", "}", "for {", "break;", "}"),
        body("for x in l {", "f(x);", "}", "while x > 1 {", "g();", "}", "loop {", "break;", "}"),
        (2, 5, 8),
    ),
    Case(
        "a Result",
        "fn f(x) {\n    n, err := g(x)\n    if err != nil {\n        return nil, err\n    }\n    return n, nil\n}\n",
        "fn f(x) {\n    let n = g(x)?;\n    return Ok(n)\n}\n",
        (2, 4, 6),
    ),
    Case(
        "literals",
        body('f([]int{1, 2}, map[string]int{"a": 1})'),
        body('f([1, 2], #{"a": 1})'),
        (2, 2),
    ),
)

RUNE = (
    body("for (a, b) in x {", "f(a);", "}"),
    body("let (a, b) = (1, 2);", "return (a, b);"),
    body("let map = [1];", "map[0]", "return [1, 2];"),
    "struct type_ { a }\nfn f() { return #{ a: 1, b: 2 }; }\n",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN185")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN185") == []
