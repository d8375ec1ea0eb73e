"""RN053: `f".."`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body('f"Hi {args.s} {args.a + 1} {{x}} `$5` \\n \\"q\\""'),
        body('`Hi ${args.s} ${args.a + 1} {x} \\`\\$5\\` \\n \\"q\\"`'),
        (2,),
    ),
    Case(
        "a format",
        body('f"{args.a} is {args.a + 1:.2f} {{x}}"'),
        body('format!("{} is {:.2} {{x}}", args.a, args.a + 1)'),
        (2,),
    ),
)

RUNE = (
    body('let f = "x";', "f"),
    body('"{x}"'),
    body("`${args.a}`"),
    body('b"x".len()'),
    body("'f'"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('f"{args.s} {args.a:03d} {1.5:.2f} {{x}}"'), "x 001 1.50 {x}"),
    (body('f"Hi {args.s} {args.a + 1} {{x}} `$5` \\n \\"q\\""'), 'Hi x 2 {x} `$5` \n "q"'),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN053")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN053") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
