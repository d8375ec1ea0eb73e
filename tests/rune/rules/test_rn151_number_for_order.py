"""RN151: a function for `sort_by` that gives a number or a boolean."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case(
        "let v = args.v;\n    v.sort_by(|a, b| b - a);\n    v",
        "let v = args.v;\n    v.sort_by(|a, b| b.cmp(a));\n    v",
        [3, 2, 1],
        {"v": [1, 3, 2]},
    ),
    Case(
        "let v = args.v;\n    v.sort_by(|a, b| { a.n > b.n });\n    v",
        "let v = args.v;\n    v.sort_by(|a, b| { a.n.cmp(b.n) });\n    v",
        [{"n": 1.5}, {"n": 2.5}],
        {"v": [{"n": 2.5}, {"n": 1.5}]},
    ),
]

QUIET = [
    "args.v.sort_by(|a, b| a.cmp(b))",
    "args.v.sort_by(order)\n}\nfn order(a, b) { a.cmp(b)",
    "args.v.sort_by(|a, b| by(a, b))\n}\nfn by(a, b) { a.cmp(b)",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN151")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN151") == []


@pytest.mark.parametrize("body", ["args.v.sort_by(|a, b| a < b)", "args.v.sort_by(|a, b| a.n - a.m)"])
def test_what_has_two_readings_is_left_to_its_author(body: str) -> None:
    assert [(item.fix, item.hint is not None) for item in findings(body, "RN151")] == [(None, True)]
