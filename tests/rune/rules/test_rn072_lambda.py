"""RN072: `lambda`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("one parameter", body("let f = lambda x: x + 1;"), body("let f = |x| x + 1;"), (2,)),
    Case("two", body("args.l.iter().fold(0, lambda a, b: a + b)"), body("args.l.iter().fold(0, |a, b| a + b)"), (2,)),
    Case("none", body("let f = lambda: 1;"), body("let f = || 1;"), (2,)),
    Case("with a default", body("let f = lambda x, y=2: x + y;"), None, (2,)),
)

RUNE = (
    body("let lambda = 1;", "lambda + 1"),
    body("args.lambda"),
    body("#{ lambda: 1 }"),
    body("lambda(1)"),
    body("fn lambda(x) { x }"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (body("args.l.iter().map(lambda x: x + 1).collect::<Vec>()"), [2, 3, 4]),
    (body("let f = lambda a, b: a * b;", "f(args.a, 4)"), 8),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN072")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN072") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
