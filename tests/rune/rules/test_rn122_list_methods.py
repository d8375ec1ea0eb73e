"""RN122: methods of iterators on lists."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case("args.list.map(|x| x + 1)", "args.list.iter().map(|x| x + 1).collect::<Vec>()", [2, 3], {"list": [1, 2]}),
    Case(
        "[1, 2, 3].filter(|x| x > 1).map(|x| x * 2)",
        "[1, 2, 3].iter().filter(|x| x > 1).map(|x| x * 2).collect::<Vec>()",
        [4, 6],
    ),
    Case(
        "let big = args.list.filter(|x| x > 1);\nbig.map(|x| x * 2).len()",
        "let big = args.list.iter().filter(|x| x > 1).collect::<Vec>();\n"
        "big.iter().map(|x| x * 2).collect::<Vec>().len()",
        2,
        {"list": [1, 2, 3]},
        lines=(1, 2),
    ),
    Case("[1, 2].map(|x| x + 1).iter().fold(0, |a, b| a + b)", "[1, 2].iter().map(|x| x + 1).fold(0, |a, b| a + b)", 5),
    Case(
        "let n = 0;\nfor x in [1, 2, 3].filter(|x| x > 1) {\n    n += x;\n}\nn",
        "let n = 0;\nfor x in [1, 2, 3].iter().filter(|x| x > 1) {\n    n += x;\n}\nn",
        5,
        lines=(2,),
    ),
    Case(
        "let a = [5, 6].map(|x, i| x * i);\na.map(|x, i| [i, x]).len()",
        "let a = [5, 6].iter().enumerate().map(|(i, x)| x * i).collect::<Vec>();\n"
        "a.iter().enumerate().map(|(i, x)| [i, x]).collect::<Vec>().len()",
        2,
        lines=(1, 2),
    ),
    Case("[1, 2].any(|x, i| x == i)", "[1, 2].iter().enumerate().any(|(i, x)| x == i)", False),
    Case("[1, 2].any(|x| x == 2)", "[1, 2].iter().any(|x| x == 2)", True),
    Case("[1, 2, 3].find(|x| x > 1).unwrap_or(0)", "[1, 2, 3].iter().find(|x| x > 1).unwrap_or(0)", 2),
    Case("[1, 2].into_iter().map(|x| x).collect::<Vec>()", "[1, 2].iter().map(|x| x).collect::<Vec>()", [1, 2]),
    Case("[1, 2].count()", "[1, 2].len()", 2),
    Case("[1, 2].reduce(|a, b| a + b, 10)", "[1, 2].iter().fold(10, |a, b| a + b)", 13),
    Case(
        "[1, 2, 3]\n    // only the large ones\n    .filter(|x| x > 1)\n    .map(|x| `${x}`)",
        "[1, 2, 3].iter()\n    // only the large ones\n    .filter(|x| x > 1)\n    .map(|x| `${x}`).collect::<Vec>()",
        ["2", "3"],
        lines=(3,),
    ),
    Case(
        'let out = [];\nout.extend(["a"].map(|x| x));\nout',
        'let out = [];\nout.extend(["a"].iter().map(|x| x));\nout',
        ["a"],
        lines=(2,),
    ),
    Case("(0..3).map(|x| x * x).collect::<Vec>()", "(0..3).iter().map(|x| x * x).collect::<Vec>()", [0, 1, 4]),
    Case(
        "[3, 4].enumerate().map(|(i, x)| i + x)",
        "[3, 4].iter().enumerate().map(|(i, x)| i + x).collect::<Vec>()",
        [3, 5],
    ),
    Case("[1, 2].sum::<i64>()", "[1, 2].iter().sum::<i64>()", 3),
    Case(
        "[[1, 2].map(|x| x + 1), [3].map(|x| x + 1)]",
        "[[1, 2].iter().map(|x| x + 1).collect::<Vec>(), [3].iter().map(|x| x + 1).collect::<Vec>()]",
        [[2, 3], [4]],
        lines=(1, 1),
    ),
    Case(
        "[[1], [2]].map(|l| l.iter().map(|x| x + 1).collect::<Vec>())",
        "[[1], [2]].iter().map(|l| l.iter().map(|x| x + 1).collect::<Vec>()).collect::<Vec>()",
        [[2], [3]],
    ),
    Case(
        '["b", "a"].map(|x| x.trim()).join("-")', 'join(["b", "a"].iter().map(|x| x.trim()), "-")', "b-a", {}, ("join",)
    ),
    Case("[1, 2, 3].rev()", "[1, 2, 3].iter().rev().collect::<Vec>()", [3, 2, 1]),
    Case(
        "#{ rows: args.list.take(1) }",
        "#{ rows: args.list.iter().take(1).collect::<Vec>() }",
        {"rows": ["a"]},
        {"list": ["a", "b"]},
    ),
]

FINE = [
    "Some(1).map(|x| x + 1)",
    'args.get("n").map(|x| x + 1)',
    "Ok(1).map(|x| x + 1)",
    "let f = |it| it.map(|x| x).collect::<Vec>();\nf([1].iter())",
    "[1].iter().filter(|x| x > 0).map(|x| x).collect::<Vec>()",
    '"a b".split(" ").map(|x| x.trim()).collect::<Vec>()',
    "let o = #{ map: |x| x };\n(o.map)(1)",
    '"abc".chars().rev().collect::<String>()',
    "args.keys().map(|k| k).count()",
    'args.list.iter().find(|x| x == "a")',
    "args.list.iter().enumerate().collect::<Vec>().len()",
    "let it = args.list.iter();\nit.next()",
    'json::from_string("[1]")?.iter().map(|x| x).collect::<Vec>()',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN122") == case.lines


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
