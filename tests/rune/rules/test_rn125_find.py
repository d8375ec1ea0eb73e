"""RN125: `find` on strings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case('args.text.find("b").unwrap_or(-1)', 'find(args.text, "b").unwrap_or(-1)', 2, {"text": "aab"}, ("find",)),
    Case(
        'fn at(line) { line.find(" ... ").unwrap_or(line.len()) }\npub async fn call(args) {\n    at("a ... b")\n}\n',
        'fn at(line) { find(line, " ... ").unwrap_or(line.len()) }\npub async fn call(args) {\n    at("a ... b")\n}\n',
        1,
        {},
        ("find",),
    ),
    Case("\"a/b\".find('/')", "find(\"a/b\", '/')", 1, {}, ("find",)),
    Case(
        "match args.text.find(args.what) {\n    Some(n) => n,\n    None => -1,\n}",
        "match find(args.text, args.what) {\n    Some(n) => n,\n    None => -1,\n}",
        -1,
        {"text": "abc", "what": "x"},
        ("find",),
    ),
    Case('"a.b.c".rfind(".")', 'rfind("a.b.c", ".")', 3, {}, ("rfind",)),
    Case("\"a,b\".find(|c| c == ',')", "find_where(\"a,b\", |c| c == ',')", 1, {}, ("find_where",)),
    Case('"ä1b2".rfind(char::is_numeric)', 'rfind_where("ä1b2", char::is_numeric)', 4, {}, ("rfind_where",)),
    Case(
        "let low = args.text.to_lowercase();\nargs.text.find(|c| c == '.').unwrap_or(low.len())",
        "let low = args.text.to_lowercase();\nfind_where(args.text, |c| c == '.').unwrap_or(low.len())",
        3,
        {"text": "abc"},
        ("find_where",),
        lines=(2,),
    ),
    Case('`${"abc".find(`b`).is_some()}`', '`${find("abc", `b`).is_some()}`', "true", {}, ("find",)),
]

FINE = [
    'args.list.iter().find(|x| x == "a")',
    'let wanted = |x| x == "a";\nargs.list.iter().find(wanted)',
    "fn pick(it, f) { it.find(f) }\npub async fn call(args) {\n    pick([1].iter(), |x| x == 1)\n}\n",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN125") == case.lines


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
