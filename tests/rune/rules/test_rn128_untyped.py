"""RN128: `sum`, `collect` and `parse` without a type."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case("[1, 2].iter().sum()", "[1, 2].iter().sum::<i64>()", 3),
    Case("[1.5, 2.0].iter().sum()", "[1.5, 2.0].iter().sum::<f64>()", 3.5),
    Case("args.list.iter().sum()", "args.list.iter().sum::<i64>()", 3, {"list": [1, 2]}),
    Case("[1, 2].iter().map(|x| x * 2).collect()", "[1, 2].iter().map(|x| x * 2).collect::<Vec>()", [2, 4]),
    Case("[2, 3].iter().product()", "[2, 3].iter().product::<i64>()", 6),
    Case('"5".parse().unwrap_or(0)', '"5".parse::<i64>().unwrap_or(0)', 5),
    Case('"5.5".parse().unwrap_or(0.0)', '"5.5".parse::<f64>().unwrap_or(0.0)', 5.5),
    Case('"5".parse().unwrap()', '"5".parse::<i64>().unwrap()', 5, safe=False),
    Case('"abc".chars().rev().collect()', '"abc".chars().rev().collect::<String>()', "cba", safe=False),
    Case('let cs = "abc".chars().collect();\ncs[1]', 'let cs = "abc".chars().collect::<Vec>();\ncs[1]', "b"),
    Case("[1, 2].sum()", "[1, 2].iter().sum::<i64>()", 3),
    Case(
        "let names = args.keys()\n    .map(|k| k)\n    .collect();\nnames",
        "let names = args.keys()\n    .map(|k| k)\n    .collect::<Vec>();\nnames",
        [],
        lines=(3,),
    ),
]

FINE = [
    "[1].iter().sum::<i64>()",
    "[1.0].iter().product::<f64>()",
    '"5".parse::<i64>()',
    'i64::parse("5")',
    '[("a", 1)].iter().collect::<Object>()',
    "struct Bill { n }\nimpl Bill {\n    fn sum(self) { self.n }\n}\npub async fn call(args) {\n"
    "    Bill { n: 1 }.sum()\n}\n",
    'json::from_string("{}")?',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN128") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN128") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
