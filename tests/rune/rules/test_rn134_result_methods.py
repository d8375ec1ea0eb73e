"""RN134: methods of Result and Option that do not exist."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import found, outcome

CASES = [
    Case(
        "pub async fn call(args) {\n    check(args.n).unwrap_err()\n}\nfn check(n) {\n"
        '    if n > 1 { Ok(n) } else { Err("small") }\n}\n',
        "pub async fn call(args) {\n    unwrap_err(check(args.n))\n}\nfn check(n) {\n"
        '    if n > 1 { Ok(n) } else { Err("small") }\n}\n',
        "small",
        {"n": 1},
        ("unwrap_err",),
        lines=(2,),
    ),
    Case(
        '"x".parse::<i64>().map_err(|e| "no number").unwrap_or(7)',
        'map_err("x".parse::<i64>(), |e| "no number").unwrap_or(7)',
        7,
        {},
        ("map_err",),
    ),
    Case(
        'let n = "5".parse::<i64>().map_err(|_| "bad")?;\nn + 1',
        'let n = map_err("5".parse::<i64>(), |_| "bad")?;\nn + 1',
        6,
        {},
        ("map_err",),
    ),
    Case("Err(1).err()", "error_of(Err(1))", 1, {}, ("error_of",)),
    Case('args.get("n").map_or(0, |n| n + 1)', 'map_or(args.get("n"), 0, |n| n + 1)', 3, {"n": 2}, ("map_or",)),
    Case(
        'args.get("n").is_some_and(|n| n > 1)',
        'is_some_and(args.get("n"), |n| n > 1)',
        True,
        {"n": 2},
        ("is_some_and",),
    ),
    Case(
        'args.get("n").or(args.get("m")).unwrap_or(0)',
        'or_other(args.get("n"), args.get("m")).unwrap_or(0)',
        4,
        {"m": 4},
        ("or_other",),
    ),
    Case('args.get("n").or_else(|| Some(3))', 'or_else(args.get("n"), || Some(3))', 3, {}, ("or_else",)),
    Case(
        'args.get("n").filter(|n| n > 5).is_none()',
        'filter_option(args.get("n"), |n| n > 5).is_none()',
        True,
        {"n": 2},
        ("filter_option",),
    ),
    Case('args.get("n").as_ref().unwrap_or(1)', 'args.get("n").unwrap_or(1)', 1),
    Case('args.get("n").cloned()', 'args.get("n")', 2, {"n": 2}),
    Case('args.get("n").is_ok()', 'args.get("n").is_some()', False),
    Case("Ok(1).is_none()", "Ok(1).is_err()", False),
    Case('"5".parse::<i64>().unwrap_or_default()', '"5".parse::<i64>().unwrap_or(0)', 5),
]

FINE = [
    'args.get("n").map(|n| n + 1).unwrap_or(0)',
    "Ok(1).ok().unwrap_or(0)",
    'Some(1).ok_or("none")?',
    "Ok(1).and_then(|n| Ok(n + 1))",
    'args.list.iter().filter(|x| x == "a").count()',
    "struct Both { a }\nimpl Both {\n    fn or(self, b) { self.a || b }\n}\n"
    "pub async fn call(args) {\n    Both { a: false }.or(true)\n}\n",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN134") == case.lines


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


def test_a_method_that_only_the_other_one_has_in_rust_is_left_alone() -> None:
    [finding] = found(source("Some(1).map_err(|e| e)"), "RN134")
    assert finding.fix is None
    assert finding.hint is not None
    assert "None" in finding.hint
