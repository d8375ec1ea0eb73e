"""RN037: `await` in front: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body("let n = await f(args.a);", "await args.x.y(1)[0];", "await (f(1)) + await g();"),
        body("let n = f(args.a).await;", "args.x.y(1)[0].await;", "(f(1)).await + g().await;"),
        (2, 3, 4, 4),
    ),
    Case(
        "in a template",
        body("`${await f(1)}`"),
        body("`${f(1).await}`"),
        (2,),
    ),
)

RUNE = (
    body("async { 1 }.await"),
    body('"await f(1)"'),
    body("let awaited = 1;", "awaited"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
async fn f(x) { x }
pub async fn call(args) { let n = await f(args.a); n + await f(1) }
""",
        2,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN037")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN037") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
