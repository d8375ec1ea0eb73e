"""RN180: blocks that end with a word: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "then",
        body("if x then", "f();", "elseif y then", "g();", "else", "h();", "end"),
        body("if x {", "f();", "} else if y {", "g();", "} else {", "h();", "}"),
        (2,),
    ),
    Case(
        "do",
        body("while x do f(); end", "list.each do |x|", "g(x);", "end"),
        body("while x { f(); }", "list.each(|x| {", "g(x);", "})"),
        (2,),
    ),
)

RUNE = (
    body("let end = 1;", "end + 1"),
    body("f(end)", "args.end"),
    body("if x { end } else { 2 }"),
    "fn end() { 1 }\nfn f() { end() }\n",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN180")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN180") == []
