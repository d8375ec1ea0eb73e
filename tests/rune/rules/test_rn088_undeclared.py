"""RN088: variables that nothing declares: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "where it is used",
        body("total = 0;", "total += 1;", "total"),
        body("let total = 0;", "total += 1;", "total"),
        (2,),
    ),
    Case(
        "assigned in a branch",
        body("if args.a > 1 { t = 1; } else { t = 2; }", "t"),
        body("let t = ();", "if args.a > 1 { t = 1; } else { t = 2; }", "t"),
        (2,),
    ),
    Case(
        "used in a loop only",
        body("for x in args.l {", "    y = x;", "    f(y);", "}"),
        body("for x in args.l {", "    let y = x;", "    f(y);", "}"),
        (3,),
    ),
)

RUNE = (
    body("let a = 1;", "a = 2;"),
    body("args.a = 1;"),
    body('args["k"] = 1;'),
    "fn f(x) { x = 1; x }\n",
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "total = 0;",
            "for x in args.l { total += x; }",
            'if total > 3 { label = "big"; } else { label = "small"; }',
            "label",
        ),
        "big",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN088")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN088") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
