"""RN130: `split` used as a list."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case('args.text.split(",")[0]', 'args.text.split(",").collect::<Vec>()[0]', "x", {"text": "x,y"}),
    Case('"a,b".split(",").len()', '"a,b".split(",").count()', 2),
    Case(
        'let parts = args.text.split("/");\nparts[parts.len() - 1]',
        'let parts = args.text.split("/").collect::<Vec>();\nparts[parts.len() - 1]',
        "b",
        {"text": "a/b"},
    ),
    Case(
        'let parts = "a/b".split("/");\nparts.push("c");\nparts',
        'let parts = "a/b".split("/").collect::<Vec>();\nparts.push("c");\nparts',
        ["a", "b", "c"],
    ),
    Case('"a,b".split(",").contains("b")', '"a,b".split(",").any(|item| item == "b")', True),
    Case('"a,b".split(",").get(1).unwrap_or("")', '"a,b".split(",").collect::<Vec>().get(1).unwrap_or("")', "b"),
    Case('`${"a,b".split(",")[1]}!`', '`${"a,b".split(",").collect::<Vec>()[1]}!`', "b!"),
    Case('let [a, b] = "x=y".split("=");\nb', 'let [a, b] = "x=y".split("=").collect::<Vec>();\nb', "y"),
    Case(
        '"a,b".split(",").rev().collect::<Vec>()',
        '"a,b".split(",").collect::<Vec>().iter().rev().collect::<Vec>()',
        ["b", "a"],
    ),
    Case(
        'let words = "b a".split(" ");\nwords.sort();\nwords.map(|w| w.len())',
        'let words = "b a".split(" ").collect::<Vec>();\nwords.sort();\nwords.iter().map(|w| w.len()).collect::<Vec>()',
        [1, 1],
    ),
    Case(
        '"a b".split(" ")\n    // the second\n    [1]',
        '"a b".split(" ").collect::<Vec>()\n    // the second\n    [1]',
        "b",
    ),
    Case(
        '"a b".split(" ").iter().map(|x| x).collect::<Vec>()',
        '"a b".split(" ").map(|x| x).collect::<Vec>()',
        ["a", "b"],
    ),
    Case('let (k, v) = "x=y".split("=");\nv', 'let [k, v] = "x=y".split("=").collect::<Vec>();\nv', "y"),
]

FINE = [
    'let out = [];\nfor part in args.text.split(" ") {\n    out.push(part);\n}\nout',
    '"a,b".split(",").map(|x| x).collect::<Vec>()',
    'let it = "a,b".split(",");\nit.next()',
    'let parts = "a,b".split(",").collect::<Vec>();\nparts[0]',
    '"a,b".split(",").count()',
    'let out = [];\nout.extend("a,b".split(","));\nout',
    '"a=b".split_once("=")',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN130") == case.lines


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
