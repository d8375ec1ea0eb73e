"""RN204: functions of other languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host
from tests.rune.rules.support import any_fix, outcome, repaired

CASES = [
    Case("max(args.a, 10)", "args.a.max(10)", 10, {"a": 3}),
    Case("min(args.a + 1, 10)", "(args.a + 1).min(10)", 4, {"a": 3}),
    Case("Math.max(args.a, 10)", "args.a.max(10)", 10, {"a": 3}),
    Case("len(args.list) + 1", "args.list.len() + 1", 2, {"list": [1]}),
    Case("abs(-args.a)", "(-args.a).abs()", 3, {"a": 3}),
    Case('str(args.a) + "!"', '`${args.a}` + "!"', "3!", {"a": 3}),
    Case("Math.round(args.a as f64 / 2.0)", "(args.a as f64 / 2.0).round()", 2.0, {"a": 3}),
    Case("sqrt(args.n)", "(args.n as f64).sqrt()", 3.0, {"n": 9}, {"n": "integer"}),
    Case("let s = 0;\n    for i in range(3) { s += i; }\n    s", "let s = 0;\n    for i in 0..3 { s += i; }\n    s", 3),
    Case(
        "let s = 0;\n    for i in range(1, args.n) { s += i; }\n    s",
        "let s = 0;\n    for i in 1..args.n { s += i; }\n    s",
        3,
        {"n": 3},
    ),
    Case(
        "for (i, x) in enumerate(args.list) { return [i, x]; }",
        "for (i, x) in args.list.iter().enumerate() { return [i, x]; }",
        [0, 5],
        {"list": [5]},
    ),
    Case("JSON.parse(args.t).a", "json::from_string(args.t)?.a", 1, {"t": '{"a": 1}'}),
    Case("JSON.stringify(args)", "json::to_string(args)?", '{"a":1}', {"a": 1}),
    Case('console.log("x"); 1', 'println("x"); 1', 1),
    Case('console.log("n", 2); 1', 'println!("{} {}", "n", 2); 1', 1),
    Case("if Array.isArray(args.a) { 1 } else { 2 }", "if args.a is Vec { 1 } else { 2 }", 1, {"a": []}),
    Case("!Array.isArray(args.a)", "!(args.a is Vec)", True, {"a": 1}),
    Case("int(args.n / 2)", "((args.n / 2) as i64)", 1, {"n": 3}, {"n": "integer"}),
    Case(
        'args.t.split(",").map(str::trim).collect::<Vec>()',
        'args.t.split(",").map(|value| value.trim()).collect::<Vec>()',
        ["a", "b"],
        {"t": " a, b"},
        {"t": "string"},
    ),
    Case("Math.floor(args.list.len() / 2)", "(args.list.len() / 2)", 1, {"list": [1, 2, 3]}),
    Case("Math.floor(args.n) + 1", "args.n + 1", 4, {"n": 3}, {"n": "integer"}),
    Case(
        "let s = 0;\n    for i in range(1, args.n, 2) { s += i; }\n    s",
        "let s = 0;\n    for i in (1..args.n).iter().filter(|i| (i - 1) % 2 == 0) { s += i; }\n    s",
        9,
        {"n": 6},
    ),
    Case(
        "let s = [];\n    for i in range(args.v.len() - 1, -1, -1) { s.push(i); }\n    s",
        "let s = [];\n    for i in (0..args.v.len()).iter().rev() { s.push(i); }\n    s",
        [],
        {"v": []},
    ),
    Case(
        "let s = [];\n    for i in range(args.n, 1, -1) { s.push(i); }\n    s",
        "let s = [];\n    for i in (1 + 1..=args.n).iter().rev() { s.push(i); }\n    s",
        [3, 2],
        {"n": 3},
    ),
    Case("float(args.n) / 2.0", "(args.n as f64) / 2.0", 1.5, {"n": 3}, {"n": "integer"}),
]

MEANT = [
    ("sorted(args.v, reverse=true)", [3, 2, 1]),
    ("sorted(args.v, key=|x| 0 - x)", [3, 2, 1]),
    ("sorted(args.v, key=|x| 0 - x, reverse=true)", [1, 2, 3]),
    ("int(args.t) + parseInt(args.t, 10)", 8),
    ("float(args.t)", 4.0),
    ("int(args.f)", 2),
    ("await Promise.all([one(), one()])", [1, 1]),
]


@pytest.mark.parametrize(("body", "result"), MEANT, ids=[case[0][:60] for case in MEANT])
async def test_with_what_the_repair_adds_it_gives_what_was_meant(engine: ScriptEngine, body: str, result: Any) -> None:
    source = f"pub async fn call(args) {{\n    {body}\n}}\nasync fn one() {{ 1 }}\n"
    arguments = {"v": [1, 3, 2], "t": " 4", "f": 2.5}
    assert await outcome(engine, repaired(source, accept=any_fix), arguments) == result


QUIET = [
    ("args.list.iter().map(String::to_uppercase).map(Some).collect::<Vec>()", None),
    ("args.list.iter().map(str::trim).collect::<Vec>()\n}\nmod str { pub fn trim(x) { x }", None),
    ("args.a.max(10)", None),
    ("Object.keys(args)", None),
    ("max(1, 2)\n}\nfn max(a, b) { a", None),
    ("use std::cmp::max;\npub fn call(args) { max(1, 2) }", None),
    ("let len = |x| 1;\n    len(2)", None),
    ('let console = args.console;\n    console.log("x")', None),
    ('String::from("x")', None),
    ('json::from_string("1")?', None),
    ("`max(1, 2)`", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN204")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN204", schema) == []


def test_what_depends_on_the_type_is_only_told() -> None:
    found = findings("[parseInt(args.s, 16), fetch(args.x), JSON.parse(args.t, 1)]", "RN204")
    assert [(item.fix, item.hint is not None) for item in found] == [(None, True)] * 3


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("sum(args.l)", 3),
        ("sum([1.5, 2.5])", 4.0),
        ("[max(args.l), min(args.l)]", [2, 1]),
        ("sorted([3, 1, 2])", [1, 2, 3]),
        ("list(map(|x| x + 1, args.l))", [2, 3]),
        ("list(filter(|x| x > 1, args.l))", [2]),
        ("any([false, true])", True),
        ("[isinstance(args.s, str), isinstance(args.l, dict)]", [True, False]),
        ("[Math.floor(args.n / 2.0), Math.ceil(args.n / 2.0), round(args.n)]", [1, 2, 3]),
    ],
)
async def test_what_goes_through_items_gives_what_was_meant(engine: ScriptEngine, expression: str, result: Any) -> None:
    source = repaired(f"pub async fn call(args) {{\n    {expression}\n}}\n")
    assert await outcome(engine, source, {"l": [1, 2], "s": "x", "n": 3.0}) == result
