"""RN173: misspelt words: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in front of functions",
        "pub asyn fn f() { 1 }\npub fucntion g(x) { x }\npbu fn h() { 1 }\n",
        "pub async fn f() { 1 }\npub fn g(x) { x }\npub fn h() { 1 }\n",
        (1, 2, 3),
    ),
    Case(
        "statements",
        body("lte x = 1;", "fro y in x { braek; }", "whlie x < 3 { contineu; }", "retrun x;"),
        body("let x = 1;", "for y in x { break; }", "while x < 3 { continue; }", "return x;"),
        (2, 3, 3, 4, 4, 5),
    ),
    Case(
        "`else`",
        body("if x { 1 } esle { 2 }"),
        body("if x { 1 } else { 2 }"),
        (2,),
    ),
)

RUNE = (
    body("let retrun = 1;", "retrun + 1"),
    body("let lett = |x| x;", "lett(1);", "lett"),
    body("matches!(x);", "lets.go()", "Point { x }"),
    body("retrun.x", "fom(1)", "whiles[0] = 1;"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN173")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN173") == []
