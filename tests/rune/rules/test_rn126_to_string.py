"""RN126: `to_string` and its like."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case('"n".to_string() + args.n.to_string()', '"n" + `${args.n}`', "ntrue", {"n": True}, lines=(1, 1)),
    Case(
        "[true.to_string(), 1.5.to_string(), 'c'.to_string()]",
        "[`${true}`, `${1.5}`, `${'c'}`]",
        ["true", "1.5", "c"],
        lines=(1, 1, 1),
    ),
    Case('`${"a".to_string()}-${true.to_string()}`', '`${"a"}-${true}`', "a-true", lines=(1, 1)),
    Case(
        'if true { "green".to_string() } else { "red".to_string() }',
        'if true { "green" } else { "red" }',
        "green",
        lines=(1, 1),
    ),
    Case(
        'let s = "ab".trim().to_owned();\nlet t = s.as_str();\nt',
        'let s = "ab".trim();\nlet t = s;\nt',
        "ab",
        lines=(1, 2),
    ),
    Case(
        'let a = "x".trim();\nlet b = a.to_string();\nb += "y";\n[a, b]',
        'let a = "x".trim();\nlet b = a.clone();\nb += "y";\n[a, b]',
        ["x", "xy"],
        lines=(2,),
    ),
    Case("(1.5 * 2.0).to_string()", "`${(1.5 * 2.0)}`", "3.0"),
    Case('let s = "a".into();\ns', 'let s = "a";\ns', "a"),
    Case("args.text.toString().len()", "`${args.text}`.len()", 3, {"text": "abc"}),
    Case("[1].to_vec()", "[1].clone()", [1]),
    Case('"a"\n    .to_string()', '"a"', "a", lines=(2,)),
    Case('["a"].to_string()', 'format!("{:?}", ["a"])', '["a"]', safe=False),
]

FINE = [
    "5.to_string()",
    "let n = 3;\n(n + 1).to_string()",
    '"abc".len().to_string()',
    "args.n.to_string()",
    'String::from("a")',
    "fn show(x) { x.to_string() }\npub async fn call(args) {\n    show(1)\n}\n",
    "[1].clone()",
    'let s = "a";\ns.clone()',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN126") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN126") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
