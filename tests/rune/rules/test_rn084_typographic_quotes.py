"""RN084: typographic quotes: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("double ones", body("let s = “a b”;"), body('let s = "a b";'), (2,)),
    Case("low ones", body("let s = „a“;"), body('let s = "a";'), (2,)),
    Case("single ones", body("let s = ‘a’;"), body('let s = "a";'), (2,)),
    Case("with a straight one inside", body('let s = “a " b”;', 'let t = "x";'), None, (2,)),
)

RUNE = (
    body('let s = "“a”";'),
    body("// “a”", "1"),
    body("`“a”`"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body("let s = “a, ä”;", "s"), "a, ä"),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN084")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN084") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
