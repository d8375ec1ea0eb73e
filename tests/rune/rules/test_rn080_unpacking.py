"""RN080: several names without parentheses: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("in a loop", body("for k, v in args.o { }"), body("for (k, v) in args.o { }"), (2,)),
    Case("several values", body("let a, b = 1, f(2);"), body("let (a, b) = (1, f(2));"), (2,)),
    Case(
        "parts of a text",
        body('let k, v = args.s.split(",");'),
        body('let [k, v] = args.s.split(",").collect::<Vec>();'),
        (2,),
    ),
    Case("what may be a list", body("let a, b = args.l;"), None, (2,)),
    Case("an Option", body('let a, b = args.s.split_once(",");'), None, (2,)),
)

RUNE = (
    body("let (a, b) = (1, 2);"),
    body("for (k, v) in args.o { }"),
    body("let a = 1;"),
    body("f(|a, b| a)"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "let n = 0;",
            "for i, x in args.l.iter().enumerate() { n += i * x; }",
            'let k, v = args.s.split(",");',
            "let a, b = 1, 2;",
            "[n, k, v, a, b]",
        ),
        [8, "x", "y", 1, 2],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN080")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN080") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
