"""RN150: a length that is taken to fall below 0."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case(
        "let i = args.v.len() - 1;\n    while i >= 0 { i -= 1; }\n    i",
        "let i = args.v.len() as i64 - 1;\n    while i >= 0 { i -= 1; }\n    i",
        -1,
        {"v": [5]},
    ),
    Case("args.v.len() > -1", "args.v.len() as i64 > -1", True, {"v": []}),
    Case("-args.v.len()", "-(args.v.len() as i64)", -1, {"v": [5]}),
    Case("if args.v.len() - 2 < 0 { 1 } else { 2 }", "if args.v.len() as i64 - 2 < 0 { 1 } else { 2 }", 1, {"v": [5]}),
]

QUIET = [
    "let i = args.v.len();\n    while i > 0 { i -= 1; }",
    "args.v.len() >= 0",
    "let i = args.n;\n    while i >= 0 { i -= 1; }",
    "let i = args.v.len() as i64 - 1;\n    while i >= 0 { i -= 1; }",
    "1 - args.v.len() < 0",
    "let i = 0;\n    while i >= 0 && i < args.v.len() { i += 1; }",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN150")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN150") == []


@pytest.mark.parametrize(
    "body",
    [
        "let i = args.v.len();\n    while i >= 0 { i -= 1; match i { 0 => break, _ => {} } }",
        "let i = args.v.len();\n    while i >= 0 { i -= 1; i = args.v.len() - 2; }",
    ],
)
def test_a_counter_whose_type_counts_is_left_to_its_author(body: str) -> None:
    assert [(item.fix, item.hint is not None) for item in findings(body, "RN150")] == [(None, True)]
