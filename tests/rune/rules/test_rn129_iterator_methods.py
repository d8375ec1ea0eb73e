"""RN129: methods of iterators that do not exist."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        "args.list.iter().max()",
        "args.list.iter().fold(None, |m, x| match m { Some(y) if y >= x => m, _ => Some(x) })",
        3,
        {"list": [1, 3, 2]},
    ),
    Case(
        "[4, 2, 3].iter().map(|x| x).min().unwrap_or(0)",
        "[4, 2, 3].iter().map(|x| x).fold(None, |m, x| match m { Some(y) if y <= x => m, _ => Some(x) }).unwrap_or(0)",
        2,
    ),
    Case("[4, 2].max()", "[4, 2].iter().fold(None, |m, x| match m { Some(y) if y >= x => m, _ => Some(x) })", 4),
    Case("[1, 2].iter().last()", "[1, 2].iter().rev().next()", 2),
    Case('"a b".split(" ").last()', '"a b".split(" ").fold(None, |_, item| Some(item))', "b"),
    Case('["a", "b"].iter().cloned().collect::<Vec>()', '["a", "b"].iter().collect::<Vec>()', ["a", "b"]),
    Case(
        "[[1], [2]].iter().flatten().collect::<Vec>()",
        "[[1], [2]].iter().flat_map(|items| items).collect::<Vec>()",
        [1, 2],
    ),
    Case(
        '["a", "5"].iter().find_map(|x| x.parse::<i64>().ok())',
        '["a", "5"].iter().filter_map(|x| x.parse::<i64>().ok()).next()',
        5,
    ),
    Case("[5, 6].iter().position(|x| x == 6)", "position([5, 6].iter(), |x| x == 6)", 1, {}, ("position",), safe=False),
    Case(
        '[1, 2].iter().zip(["a", "b"].iter()).map(|(n, s)| `${n}${s}`).collect::<Vec>()',
        'zip([1, 2].iter(), ["a", "b"].iter()).iter().map(|(n, s)| `${n}${s}`).collect::<Vec>()',
        ["1a", "2b"],
        {},
        ("zip",),
        safe=False,
    ),
    Case(
        "let out = [];\n[1, 2].iter().for_each(|x| out.push(x));\nout",
        "let out = [];\nfor x in [1, 2].iter() { out.push(x); }\nout",
        [1, 2],
        safe=False,
        lines=(2,),
    ),
    Case(
        "let out = [];\n[1, 2].iter().for_each(|x| {\n    out.push(x);\n});\nout",
        "let out = [];\nfor x in [1, 2].iter() {\n    out.push(x);\n}\nout",
        [1, 2],
        safe=False,
        lines=(2,),
    ),
    Case(
        '["aa", "b"].iter().max_by_key(|s| s.len())',
        'max_by_key(["aa", "b"].iter(), |s| s.len())',
        "aa",
        {},
        ("max_by_key",),
        safe=False,
    ),
    Case(
        "[1, 9, 2].iter().take_while(|x| x < 5).collect::<Vec>()",
        "take_while([1, 9, 2].iter(), |x| x < 5)",
        [1],
        {},
        ("take_while",),
        safe=False,
    ),
    Case("[1, 2, 3].iter().filter(|x| x > 1).len()", "[1, 2, 3].iter().filter(|x| x > 1).count()", 2),
    Case("args.keys().rev().collect::<Vec>()", "args.keys().collect::<Vec>().iter().rev().collect::<Vec>()", [], {}),
    Case('args.keys().contains("a")', 'args.keys().any(|item| item == "a")', True, {"a": 1}),
    Case(
        "let (yes, no) = [1, 2].iter().partition(|x| x > 1);\nyes",
        "let (yes, no) = partition([1, 2].iter(), |x| x > 1);\nyes",
        [2],
        {},
        ("partition",),
        safe=False,
    ),
    Case(
        "[1, 3, 2].iter().max_by(|a, b| a.cmp(b))",
        "max_by([1, 3, 2].iter(), |a, b| a.cmp(b))",
        3,
        {},
        ("max_by",),
        safe=False,
    ),
    Case(
        "[2, 1, 3].iter().min_by(|a, b| a.cmp(b)).unwrap()",
        "min_by([2, 1, 3].iter(), |a, b| a.cmp(b)).unwrap()",
        1,
        {},
        ("min_by",),
        safe=False,
    ),
    Case('"a,b".split(",").map(|s| s.trim()).len()', '"a,b".split(",").map(|s| s.trim()).count()', 2),
]

FINE = [
    "3.max(4)",
    "let f = |a, b| a.max(b);\nf(1, 2)",
    "[1, 2].iter().rev().next()",
    "[1, 2].iter().map(|x| x).len()",
    "[1, 2].iter().nth(1)",
    "[1, 2].iter().count()",
    '"abc".chars().rev().count()',
    """\
struct P { parts }
impl P {
    pub fn new() { P { parts: [] } }
    pub fn more(self) { self }
    pub fn max(self) { 9 }
    pub fn min(self) { 1 }
    pub fn last(self) { 3 }
    pub fn zip(self, other) { other }
    pub fn position(self, x) { x }
}
pub async fn call(args) {
    let p = P::new().more();
    [p.max(), p.min(), p.last(), p.zip(1), p.position(2), P::new().more().more().max()]
}
""",
    "args.keys().map(|k| k).len()",
    "args.list.iter().enumerate().skip(0).len()",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN129") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN129") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)


@pytest.mark.parametrize("body", ['"a".lines().len()', 'let s = "a,b".split(",");\ns.len()', "[1].map(|x| x).len()"])
def test_what_becomes_a_list_by_another_rule_keeps_its_length(body: str) -> None:
    assert found_lines(body, "RN129") == ()
