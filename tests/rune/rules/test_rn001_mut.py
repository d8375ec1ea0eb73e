"""RN001: `mut`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "several in one pattern",
        body("let (mut a, mut b) = (1, 2);", "a + b"),
        body("let (a, b) = (1, 2);", "a + b"),
        (2, 2),
    ),
    Case(
        "a parameter",
        "fn f(mut self, mut x) { x }\n",
        "fn f(self, x) { x }\n",
        (1, 1),
    ),
    Case(
        "a closure",
        body("args.l.iter().map(|mut x| { x += 1; x }).collect::<Vec>()"),
        body("args.l.iter().map(|x| { x += 1; x }).collect::<Vec>()"),
        (2,),
    ),
    Case(
        "on its own line",
        body("let mut", "    n = 1;", "n"),
        body("let n = 1;", "n"),
        (2,),
    ),
    Case(
        "in a template",
        body("`${args.l.iter().map(|mut x| x).count()}`"),
        body("`${args.l.iter().map(|x| x).count()}`"),
        (2,),
    ),
)

RUNE = (
    body("let immutable = 1; // let mut", "immutable"),
    body('"let mut x"'),
    body("`let mut x`"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let (mut a, mut b) = (1, 2);", "a + b"), 3),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN001")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN001") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
