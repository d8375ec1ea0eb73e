"""RN147: casts to what is no number: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of what comes from outside",
        body("args.s as String", "args.l as Vec", "args.o as Object"),
        body("args.s", "args.l", "args.o"),
        (2, 3, 4),
    ),
    Case("of a number", body("args.l.len() as String"), body("`${args.l.len()}`"), (2,)),
    Case("of something else", body("args.l.len() as bool"), None, (2,)),
)

RUNE = (
    body("args.a as f64"),
    body("args.a is String"),
    body("args.a as i64"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body("let s = args.s as String;", "let n = args.l.len() as String;", "[s, n]"), ["x,y", "3"]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN147")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN147") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
