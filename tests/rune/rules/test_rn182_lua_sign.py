"""RN182: signs of Lua: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "lengths",
        body("#list + #args.l[1]"),
        body("list.len() + args.l[1].len()"),
        (2, 2),
    ),
    Case(
        "texts",
        body('"a" .. b .. "c"', 'f(x) .. "!"'),
        body("`a${b}c`", "`${f(x)}!`"),
        (2, 3),
    ),
    Case(
        "methods",
        body("return args.s:upper();"),
        body("return args.s.upper();"),
        (2,),
    ),
)

RUNE = (
    body("1 .. 3", "a .. b", "#{ a: b(1) }", '[x, .., "y"]'),
    body("for i in 0 .. n { f(i); }"),
    body("#[test]", "fn g() { 1 }"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN182")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN182") == []
