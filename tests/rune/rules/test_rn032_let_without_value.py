"""RN032: `let` without a value: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "plain and typed",
        body("let x;", "let y: i64; // later", "x = 1; y = 2;", "x + y"),
        body("let x = ();", "let y: i64 = (); // later", "x = 1; y = 2;", "x + y"),
        (2, 3),
    ),
    Case(
        "in a closure",
        body("let f = || { let x; x = 1; x };", "f()"),
        body("let f = || { let x = (); x = 1; x };", "f()"),
        (2,),
    ),
)

RUNE = (
    body("let x = ();", "x"),
    body('if let Some(x) = args.get("a") { x } else { 1 }'),
    body('"let x;"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let x;", "if args.a == 1 { x = 5; } else { x = 6; }", "x"), 5),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN032")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN032") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
