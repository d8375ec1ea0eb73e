"""RN040: `i++`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "statements",
        body("let i = 0;", "i++;", "i--;", "++i;", "args.n++;", "while i < 5 { i++ }", "i"),
        body("let i = 0;", "i += 1;", "i -= 1;", "i += 1;", "args.n += 1;", "while i < 5 { i += 1 }", "i"),
        (3, 4, 5, 6, 7),
    ),
    Case(
        "in an expression",
        body("let i = 0;", "let k = i++;", "k"),
        None,
        (3,),
    ),
)

RUNE = (
    body("let a = 1;", "a += 1;", "a"),
    body("let a = 1 - -1;", "a"),
    body("let a = 1--1;", "a"),
    body('"i++"'),
    body("`i++`"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let i = 0;", "i++;", "++i;", "while i < 5 { i++ }", "i--;", "i"), 4),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN040")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN040") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
