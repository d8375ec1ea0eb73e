"""RN061: several variables in one `let`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "several",
        body("let a = 1, b = 2, c;", "a + b"),
        body("let a = 1; let b = 2; let c;", "a + b"),
        (2,),
    ),
)

RUNE = (
    body("let a = (1, 2);", "a"),
    body("[1, 2]"),
    body("let [a, b] = args.l;", "a"),
    body("match args.a { 1 => 2, x => x }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let a = 1, b = 2, c;", "c = 3;", "a + b + c"), 6),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN061")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN061") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
