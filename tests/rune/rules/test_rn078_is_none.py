"""RN078: `is None`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "a value", body("args.a is None", "args.a is not None"), body("args.a is Tuple", "args.a is not Tuple"), (2, 3)
    ),
    Case(
        "an Option",
        body('args.get("a") is None', 'args.get("a") is not None'),
        body('args.get("a").is_none()', 'args.get("a").is_some()'),
        (2, 3),
    ),
    Case(
        "null",
        body("args.a is null", "args.a is not undefined"),
        body("args.a is Tuple", "args.a is not Tuple"),
        (2, 3),
    ),
)


def test_of_what_nothing_declares_yet_nobody_knows_what_it_is() -> None:
    (found,) = findings(body('x = args.get("a");', "x is None"), "RN078")
    assert found.fix is None


RUNE = (
    body("args.a is Tuple"),
    body("args.a is not String"),
    body('args.get("a") == None'),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (body('x = args.get("z");', "x is None"), True),
    (body('[args.a is None, args.get("b") is None, args.get("a") is not None]'), [False, True, True]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN078")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN078") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
