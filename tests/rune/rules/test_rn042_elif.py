"""RN042: `elif`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "both",
        body("if args.a == 1 { 1 } elif args.a == 2 { 2 } elsif args.a == 3 { 3 } else { 4 }"),
        body("if args.a == 1 { 1 } else if args.a == 2 { 2 } else if args.a == 3 { 3 } else { 4 }"),
        (2, 2),
    ),
    Case(
        "on lines",
        body("if args.a == 2 {", "    1", "}", "elif args.a == 1 {", "    2", "}"),
        body("if args.a == 2 {", "    1", "}", "else if args.a == 1 {", "    2", "}"),
        (5,),
    ),
)

RUNE = (
    body("if args.a == 1 { 1 } else if args.a == 2 { 2 } else { 3 }"),
    body("let elif = 1;", "elif"),
    body('"elif"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("if args.a == 2 { 1 } elseif args.a == 1 { 2 } else { 4 }"), 2),
    (body("if args.a == 2 { 1 } elif args.a == 1 { 2 } else { 4 }"), 2),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN042")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN042") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
