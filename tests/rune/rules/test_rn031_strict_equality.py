"""RN031: `===`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "both",
        body('args.a === 1 && args.s !== "y"'),
        body('args.a == 1 && args.s != "y"'),
        (2, 2),
    ),
    Case(
        "in a template",
        body("`${args.a === 1}`"),
        body("`${args.a == 1}`"),
        (2,),
    ),
)

RUNE = (
    body('args.a == 1 && args.s != "y"'),
    body('"==="'),
    body("`a === b`"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body('args.a === 1 && args.s !== "y"'), True),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN031")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN031") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
