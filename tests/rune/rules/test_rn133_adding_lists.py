"""RN133: lists that are added."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case('args.list + ["z"]', 'args.list.iter().chain(["z"].iter()).collect::<Vec>()', ["x", "z"], {"list": ["x"]}),
    Case("[1] + [2] + [3]", "[1].iter().chain([2].iter()).chain([3].iter()).collect::<Vec>()", [1, 2, 3]),
    Case(
        "let all = [];\nall += args.list;\nall",
        "let all = [];\nall.extend(args.list);\nall",
        ["a"],
        {"list": ["a"]},
        lines=(2,),
    ),
    Case(
        'let all = [];\nall += ["a"] + ["b"];\nall',
        'let all = [];\nall.extend(["a"].iter().chain(["b"].iter()).collect::<Vec>());\nall',
        ["a", "b"],
        lines=(2, 2),
    ),
    Case(
        "let a = [1];\nlet b = [2];\n(a + b).len()",
        "let a = [1];\nlet b = [2];\n(a.iter().chain(b.iter()).collect::<Vec>()).len()",
        2,
        lines=(3,),
    ),
    Case(
        'let o = #{ tags: [] };\no.tags += ["a"];\no',
        'let o = #{ tags: [] };\no.tags.extend(["a"]);\no',
        {"tags": ["a"]},
        lines=(2,),
    ),
    Case(
        "let l = [1];\nl = l + [2];\nl",
        "let l = [1];\nl = l.iter().chain([2].iter()).collect::<Vec>();\nl",
        [1, 2],
        lines=(2,),
    ),
    Case(
        "let all = [];\nfor x in args.pages {\n    all = all + x.items;\n}\nall",
        "let all = [];\nfor x in args.pages {\n    all = all.iter().chain(x.items.iter()).collect::<Vec>();\n}\nall",
        [1, 2],
        {"pages": [{"items": [1]}, {"items": [2]}]},
        lines=(3,),
    ),
]

FINE = [
    "1 + 2",
    '"a" + "b"',
    "[1][0] + [2][0]",
    "args.n + 1",
    'let s = "a";\ns += "b";\ns',
    "let l = [1];\nl[0] = l[0] + 1;\nl",
    "fn add(a, b) { a + b }\npub async fn call(args) {\n    add(1, 2)\n}\n",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN133") == case.lines


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
