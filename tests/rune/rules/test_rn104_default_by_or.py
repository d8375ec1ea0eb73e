"""RN104: `||` for a default."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('args.get("limit") || 10', 'args.get("limit").unwrap_or(10)', 3, {"limit": 3}, safe=False),
    Case(
        'let limit = args.get("limit") || 10;\n    limit + 1',
        'let limit = args.get("limit").unwrap_or(10);\n    limit + 1',
        11,
        safe=False,
    ),
    Case("args.limit || 10", 'args.get("limit").unwrap_or(10)', 10, safe=False),
    Case('args["limit"] || "x"', 'args.get("limit").unwrap_or("x")', "x", safe=False),
    Case('[args.get("a") || [], 1]', '[args.get("a").unwrap_or([]), 1]', [[], 1], safe=False),
    Case('(args.get("n") || 1) + 1', '(args.get("n").unwrap_or(1)) + 1', 2, safe=False),
    Case(
        'let name = `${args.a}`;\n    name || "none"',
        'let name = `${args.a}`;\n    if name.is_empty() { "none" } else { name }',
        "none",
        {"a": ""},
        safe=False,
    ),
    Case(
        "let n = args.list.len();\n    let m = n || 7;\n    m",
        "let n = args.list.len();\n    let m = if n == 0 { 7 } else { n };\n    m",
        7,
        {"list": []},
        safe=False,
    ),
    Case(
        'let a = args.get("a").unwrap_or(());\n    let b = a || "d";\n    b',
        'let a = args.get("a").unwrap_or(());\n    let b = match a { () => "d", value => value };\n    b',
        "d",
        safe=False,
    ),
    Case('#{ n: args.get("n") || 2 }', '#{ n: args.get("n").unwrap_or(2) }', {"n": 2}, safe=False),
]

QUIET = [
    ("if args.a || args.b { 1 } else { 2 }", None),
    ("let both = args.a > 1 || args.b > 1;\n    both", None),
    ("args.flag || args.other", None),
    ("args.list.iter().any(|x| x.a || x.b)", None),
    ("let f = || 5;\n    f()", None),
    ('args.get("n").unwrap_or_else(|| 5)', None),
    ("let ok = args.flag || return 5;\n    ok", None),
    ("args.flag || args.name.is_empty()", None),
    ("pub fn call(args) { f(args) || g(args) }\nfn f(args) { true }\nfn g(args) { args.x == 1 }", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN104")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN104", schema) == []


def test_a_chain_of_defaults_is_told_but_not_repaired() -> None:
    found = findings('args.get("a") || args.get("b") || 5', "RN104")
    assert found
    assert all(item.fix is None for item in found)


def test_a_condition_is_the_concern_of_another_rule() -> None:
    assert findings('if args.get("a") || args.get("b") { 1 }', "RN104") == []
