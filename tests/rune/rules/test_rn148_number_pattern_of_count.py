"""RN148: a length matched with numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case(
        'match args.v.len() { 0 => "none", 1 => "one", _ => "many" }',
        'match args.v.len() as i64 { 0 => "none", 1 => "one", _ => "many" }',
        "one",
        {"v": [5]},
        safe=False,
    ),
    Case(
        "let n = [1, 2].len();\n    if let 2 = n { true } else { false }",
        "let n = [1, 2].len();\n    if let 2 = n as i64 { true } else { false }",
        True,
        safe=False,
    ),
    Case(
        "match (args.v.len() % 2, true) { (1, _) => 1, _ => 0 }",
        "match ((args.v.len() % 2) as i64, true) { (1, _) => 1, _ => 0 }",
        1,
        {"v": [5]},
        safe=False,
    ),
    Case(
        "args.v.iter().enumerate().map(|(i, x)| match i { 0 => x, _ => i }).collect::<Vec>()",
        "args.v.iter().enumerate().map(|(i, x)| match i as i64 { 0 => x, _ => i }).collect::<Vec>()",
        [5, 1],
        {"v": [5, 6]},
        safe=False,
    ),
]

QUIET = [
    "match args.v.len() as i64 { 0 => 1, _ => 2 }",
    "match args.v.len() { n if n == 0 => 1, _ => 2 }",
    "match args.v.len() { 3u64 => 1, _ => 2 }",
    "match args.n { 0 => 1, _ => 2 }",
    "let n = 0;\n    n = args.v.len();\n    match n { 0 => 1, _ => 2 }",
    "match (args.n, args.v.len()) { (0, _) => 1, _ => 2 }",
    "for i in 0..args.v.len() { match i { 0 => {}, _ => {} } }",
    "match 1 + args.v.len() { 2 => 1, _ => 2 }",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN148")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN148") == []


def test_the_repair_of_a_source_that_never_ran_is_safe() -> None:
    body = "match args.v.len() { 0 => 1, _ => 2 }"
    safe = [[item.fix.safe for item in findings(body, "RN148", compiles=known) if item.fix] for known in (True, False)]
    assert safe == [[False], [True]]
