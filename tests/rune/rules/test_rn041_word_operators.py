"""RN041: `and`, `or`, `not`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body('if not args.a == 1 and args.s == "x" or not (args.a is String) { 1 } else { 2 }'),
        body('if !(args.a == 1) && args.s == "x" || !(args.a is String) { 1 } else { 2 }'),
        (2, 2, 2, 2),
    ),
    Case(
        "in a template",
        body("`${not true}`"),
        body("`${!true}`"),
        (2,),
    ),
    Case(
        "a call",
        body("args.l.iter().filter(|x| not f(x)).count()"),
        body("args.l.iter().filter(|x| !f(x)).count()"),
        (2,),
    ),
)

RUNE = (
    body("args.a is not String"),
    body("let and = 1;", "let or = and;", "or"),
    body("true && !false || true"),
    body('"a and b"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body('if not args.a == 1 and args.s == "x" or not (args.a is String) { 1 } else { 2 }'), 1),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN041")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN041") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
