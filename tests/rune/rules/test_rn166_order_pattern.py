"""RN166: `Ordering::Less` as a pattern."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.check.repairing import repair
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, source
from tests.rune.rules.support import outcome, safe_only

HEAD = "use std::cmp::Ordering;\npub async fn call(args) {\n    "

CASES = [
    Case(
        HEAD + "match args.a.cmp(2) {\n        Ordering::Less => 1,\n        Ordering::Greater => 2,\n"
        "        Ordering::Equal => 3,\n    }\n}\n",
        HEAD + "match args.a.cmp(2) {\n        order if order == Ordering::Less => 1,\n"
        "        order if order == Ordering::Greater => 2,\n"
        "        order if order == Ordering::Equal => 3,\n    }\n}\n",
        2,
        {"a": 3},
        safe=False,
        count=3,
    ),
    Case(
        "let order = 5;\n    match args.a.cmp(2) { std::cmp::Ordering::Less if args.a > 0 => order, _ => 2 }",
        "let order = 5;\n    match args.a.cmp(2) {"
        " ordering if ordering == std::cmp::Ordering::Less && (args.a > 0) => order, _ => 2 }",
        5,
        {"a": 1},
        safe=False,
    ),
]

QUIET = [
    "let o = args.a.cmp(2);\n    if o == std::cmp::Ordering::Less { 1 } else { 2 }",
    "match args.a { Some(x) => x, None => 1 }",
    "match args.a { Other::Less => 1, _ => 2 }",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN166")


async def test_the_pattern_matches_nothing(engine: ScriptEngine) -> None:
    text = source("match args.a.cmp(2) { std::cmp::Ordering::Less => 1, _ => 2 }")
    assert await outcome(engine, text, {"a": 1}) == 2


def test_it_is_safe_in_a_source_that_never_compiled() -> None:
    text = HEAD + "let mut n = match args.a.cmp(2) { Ordering::Less => 1, _ => 2 };\n    n\n}\n"
    assert "order if order ==" in repair(text, accept=safe_only, compiles=False).text
    assert "order if order ==" not in repair(text, accept=safe_only, compiles=True).text


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN166") == []
