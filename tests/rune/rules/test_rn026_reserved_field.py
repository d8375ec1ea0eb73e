"""RN026: a reserved word as a field: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "read and written",
        body("args.default.enum = args.const;", "args.in?.default"),
        body('args["default"]["enum"] = args["const"];', 'args["in"]?["default"]'),
        (2, 2, 2, 3, 3),
    ),
    Case(
        "in a template",
        body("`${args.default}`"),
        body('`${args["default"]}`'),
        (2,),
    ),
    Case(
        "behind a comment",
        body("args. /* the word */ default"),
        body('args /* the word */ ["default"]'),
        (2,),
    ),
    Case(
        "a method",
        body('args.s.match("x")'),
        None,
        (2,),
    ),
)

RUNE = (
    body("args.type + args.where + args.try"),
    body('args["default"]'),
    body("async { 1 }.await"),
    body("(1, 2).0"),
    body('"args.default"'),
    body('#{ "default": 1 }'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body('args.o["default"] = 5;', "args.o.default + 1"), 6),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN026")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN026") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
