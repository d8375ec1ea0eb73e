"""RN059: `True` and `False`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "all",
        body("[True, False, TRUE, FALSE]"),
        body("[true, false, true, false]"),
        (2, 2, 2, 2),
    ),
    Case(
        "in a template",
        body("`${True}`"),
        body("`${true}`"),
        (2,),
    ),
)

RUNE = (
    body("[true, false]"),
    body("let True = 1;", "True"),
    body('"True"'),
    body("args.True"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("[True, False]"), [True, False]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN059")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN059") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
