"""RN065: a semicolon too many: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body("let a = 1;;", "; f();;;", "if a == 1 { ; a = 2; }", "a"),
        body("let a = 1;", " f();", "if a == 1 {  a = 2; }", "a"),
        (2, 3, 3, 3, 4),
    ),
    Case(
        "in a closure",
        body("args.l.iter().map(|x| { x;; x })"),
        body("args.l.iter().map(|x| { x; x })"),
        (2,),
    ),
)

RUNE = (
    body("let a = 1;", "if a == 1 { };", "a"),
    """\
fn f() { 1 };
struct A { x };
pub fn call(args) { f() }
""",
    body('";;"'),
    body("// ;;", "1"),
    body("match args.a { 1 => { 2 } _ => { 3 } };", "4"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let a = args.a;;", "if a == 1 { ; a = 2; };", "a"), 2),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN065")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN065") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
