"""RN169: formats that Rune reads in another way: found, repaired, and not found where they say the same."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings

CASES = [
    Case('format!("{:.0}%", args.a)', 'format!("{}%", (args.a as f64).round() as i64)', "3%", {"a": 2.75}, safe=False),
    Case(
        'format!("{:>4.0}", args.a * 1.0)',
        'format!("{:>4}", ((args.a * 1.0) as f64).round() as i64)',
        "   3",
        {"a": 2.75},
        safe=False,
    ),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN169")


@pytest.mark.parametrize("body", ['format!("{:.1}", args.a)', 'format!("{:>5}", 1)', 'format!("{:5}", 1)', "`:.0`"])
def test_what_means_the_same_is_left_alone(body: str) -> None:
    assert findings(body, "RN169") == []


def test_a_number_with_a_width_goes_to_the_right_where_nothing_compiled() -> None:
    found = findings('let mut n = 1;\n    format!("{:5}", n)', "RN169", compiles=False)
    assert [item.fix is not None and item.fix.safe for item in found] == [True]
