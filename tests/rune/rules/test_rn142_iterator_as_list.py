"""RN142: iterators that are used as lists."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case("args.keys()[0]", "args.keys().collect::<Vec>()[0]", "a", {"a": 1}),
    Case(
        "let names = args.keys();\nnames.sort();\nnames",
        "let names = args.keys().collect::<Vec>();\nnames.sort();\nnames",
        ["a", "b"],
        {"b": 1, "a": 2},
    ),
    Case(
        "let big = [1, 2, 3].iter().filter(|x| x > 1);\nbig.len()",
        "let big = [1, 2, 3].iter().filter(|x| x > 1).collect::<Vec>();\nbig.len()",
        2,
    ),
    Case(
        "let twice = [1, 2].iter().map(|x| x * 2);\ntwice.push(0);\ntwice",
        "let twice = [1, 2].iter().map(|x| x * 2).collect::<Vec>();\ntwice.push(0);\ntwice",
        [2, 4, 0],
    ),
    Case('"abc".chars()[1]', '"abc".chars().collect::<Vec>()[1]', "b"),
    Case("args.keys().iter().map(|k| k).collect::<Vec>()", "args.keys().map(|k| k).collect::<Vec>()", ["a"], {"a": 1}),
    Case("[1].iter().filter(|x| x > 1).is_empty()", "[1].iter().filter(|x| x > 1).collect::<Vec>().is_empty()", True),
    Case(
        "let [a, b] = [1, 2].iter().map(|x| x + 1);\na + b",
        "let [a, b] = [1, 2].iter().map(|x| x + 1).collect::<Vec>();\na + b",
        5,
    ),
    Case(
        "let n = [1, 2].iter().map(|x| x + 1);\nlet m = n.map(|x| x);\nm[0]",
        "let n = [1, 2].iter().map(|x| x + 1);\nlet m = n.map(|x| x).collect::<Vec>();\nm[0]",
        2,
        lines=(2,),
    ),
]

FINE = [
    "args.keys().count()",
    "let it = args.list.iter();\nit.next()",
    "let it = args.list.iter().map(|x| x);\nit.len()",
    "let names = args.keys().collect::<Vec>();\nnames[0]",
    "let o = #{};\nfor (k, v) in args.iter() {\n    o[k] = v;\n}\no",
    "let l = [1];\nl.iter();\nl[0]",
    "struct Box { items }\nimpl Box {\n    fn iter(self) { self.items }\n}\n"
    "pub async fn call(args) {\n    let b = Box { items: [1] };\n    b.iter()[0]\n}\n",
    "let it = args.list.iter().peekable();\nit.peek()",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN142") == case.lines


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
