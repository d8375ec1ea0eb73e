"""RN123: `first` and `last` on lists."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        "[args.list.first(), args.list.last()]",
        "[args.list.get(0), args.list.iter().rev().next()]",
        ["a", "b"],
        {"list": ["a", "b"]},
        lines=(1, 1),
    ),
    Case(
        'let names = args.keys().collect::<Vec>();\nnames.first().unwrap_or("none")',
        'let names = args.keys().collect::<Vec>();\nnames.get(0).unwrap_or("none")',
        "none",
        lines=(2,),
    ),
    Case(
        "let l = [];\n`${l.last().is_none()}`", "let l = [];\n`${l.iter().rev().next().is_none()}`", "true", lines=(2,)
    ),
    Case(
        "let l = [2, 1];\nlet x = l.last();\nl.sort();\n[x, l]",
        "let l = [2, 1];\nlet x = l.iter().fold(None, |_, item| Some(item));\nl.sort();\n[x, l]",
        [1, [1, 2]],
        lines=(2,),
    ),
    Case(
        "fn head(list) { list.first() }\npub async fn call(args) {\n    head([5])\n}\n",
        "fn head(list) { list.get(0) }\npub async fn call(args) {\n    head([5])\n}\n",
        5,
    ),
    Case("[1, 2].filter(|x| x > 1).first()", "[1, 2].iter().filter(|x| x > 1).next()", 2, lines=()),
    Case("if let Some(x) = [7].first() { x } else { 0 }", "if let Some(x) = [7].get(0) { x } else { 0 }", 7),
]

FINE = [
    'b"ab".first()',
    '"ab".as_bytes().last()',
    "let o = #{ first: 1 };\no.first",
    "struct Queue { items }\nimpl Queue {\n    fn first(self) { self.items[0] }\n}\n"
    "pub async fn call(args) {\n    let q = Queue { items: [1] };\n    q.first()\n}\n",
    "[1].iter().next()",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN123") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
