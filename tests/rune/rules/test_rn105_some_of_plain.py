"""RN105: patterns of Options on plain values."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, spots

CASES = [
    Case(
        "if let Some(x) = args.a { x } else { 0 }",
        'if let Some(x) = args.get("a") { x } else { 0 }',
        2,
        {"a": 2},
        safe=False,
    ),
    Case(
        'if let Some(x) = args["a"] { x } else { 0 }', 'if let Some(x) = args.get("a") { x } else { 0 }', 0, safe=False
    ),
    Case(
        "if let Some(x) = args.a.b { x } else { 0 }",
        'if let Some(x) = args.a.get("b") { x } else { 0 }',
        0,
        {"a": {}},
        safe=False,
    ),
    Case(
        "match args.a { Some(x) => x, None => 0 }",
        'match args.get("a") { Some(x) => x, None => 0 }',
        0,
        safe=False,
    ),
    Case(
        "let a = args.a;\n    match a {\n        None => 0,\n        Some(x) => x,\n    }",
        'let a = args.get("a");\n    match a {\n        None => 0,\n        Some(x) => x,\n    }',
        1,
        {"a": 1},
        safe=False,
    ),
    Case(
        "let n = 0;\n    for note in args.notes {\n        if let Some(tags) = note.tags {\n"
        "            n += tags.len();\n        }\n    }\n    n",
        'let n = 0;\n    for note in args.notes {\n        if let Some(tags) = note.get("tags") {\n'
        "            n += tags.len();\n        }\n    }\n    n",
        2,
        {"notes": [{"tags": [1, 2]}, {}]},
        safe=False,
    ),
    Case(
        'let folder = args.get("a").unwrap_or(());\n    if let Some(folder) = folder { folder } else { 0 }',
        'let folder = args.get("a").unwrap_or(());\n    if folder is not Tuple { folder } else { 0 }',
        3,
        {"a": 3},
        safe=False,
    ),
    Case(
        'let folder = args.get("a").unwrap_or(());\n    if let Some(f) = folder { f } else { 0 }',
        'let folder = args.get("a").unwrap_or(());\n    match folder { f if f is not Tuple => { f }, _ => { 0 } }',
        0,
        safe=False,
    ),
    Case(
        'let folder = args.get("a").unwrap_or(());\n'
        '    match folder { Some("x") => 1, Some(f) if f == "y" => 2, None => 3, _ => 4 }',
        'let folder = args.get("a").unwrap_or(());\n'
        '    match folder { "x" => 1, f if f is not Tuple && (f == "y") => 2, () => 3, _ => 4 }',
        2,
        {"a": "y"},
        safe=False,
    ),
]

QUIET = [
    ('if let Some(x) = args.get("a") { x }', None),
    ('while let Some(x) = args.list.pop() { println!("{}", x); }', None),
    ("match args.list.iter().find(|x| x == 1) { Some(x) => x, None => 0 }", None),
    ("match json::from_string(args.t) { Ok(x) => x, Err(e) => e }", None),
    ("let o = #{ a: Some(1) };\n    if let Some(x) = o.a { x }", None),
    ("match args.a { () => 0, value => value }", None),
    ("pub fn call(args) { f(Some(1)) }\nfn f(x) { match x { Some(y) => y, None => 0 } }", None),
    ("if let #{ a, .. } = args { a }", None),
    ("match 42 { Some(42) => false, 42 => true, _ => false }", None),
    ('match regex::find("a", args.t) { Some(m) => m, None => "" }', None),
    ("if let Ok(x) = f() { x } }\nfn f() { Ok(1)", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN105")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN105", schema) == []


def test_a_match_of_a_result_on_a_plain_value_is_told() -> None:
    found = findings("match fs::exists(args.p) { Ok(true) => 1, _ => 2 }", "RN105")
    assert [(item.fix, item.severity) for item in found] == [(None, "warning")]


def test_it_points_at_the_pattern_and_the_value() -> None:
    assert spots("if let Some(x) = args.a { x }", "RN105") == ["Some(x) = args.a"]
