"""RN103: values as conditions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, mended, spots

CASES = [
    Case('if args.get("a") { 1 } else { 2 }', 'if args.get("a").is_some() { 1 } else { 2 }', 1, {"a": 0}, safe=False),
    Case('if !args.get("a") { 1 } else { 2 }', 'if args.get("a").is_none() { 1 } else { 2 }', 1, safe=False),
    Case(
        "let queue = [1, 2];\n    while queue.len() { queue.pop(); }\n    queue",
        "let queue = [1, 2];\n    while queue.len() != 0 { queue.pop(); }\n    queue",
        [],
        safe=False,
    ),
    Case(
        "let s = `${args.a}`;\n    if s { 1 } else { 2 }",
        "let s = `${args.a}`;\n    if !s.is_empty() { 1 } else { 2 }",
        1,
        {"a": 1},
        safe=False,
    ),
    Case(
        "let s = `${args.a}`;\n    if !s { 1 } else { 2 }",
        "let s = `${args.a}`;\n    if s.is_empty() { 1 } else { 2 }",
        2,
        {"a": 1},
        safe=False,
    ),
    Case("if args.n { 1 } else { 2 }", "if args.n != 0 { 1 } else { 2 }", 2, {"n": 0}, {"n": "integer"}, safe=False),
    Case("if !args.n { 1 } else { 2 }", "if args.n == 0 { 1 } else { 2 }", 1, {"n": 0}, {"n": "integer"}, safe=False),
    Case(
        "if args.limit { args.limit } else { 5 }",
        'args.get("limit").unwrap_or(5)',
        5,
        {},
        {"limit": "integer?"},
        safe=False,
    ),
    Case(
        "let n = if args.limit { args.limit } else { 5 };\n    n",
        'let n = args.get("limit").unwrap_or(5);\n    n',
        2,
        {"limit": 2},
        safe=False,
    ),
    Case(
        'if args.get("limit") { args.limit } else { 5 }',
        'args.get("limit").unwrap_or(5)',
        5,
        safe=False,
    ),
    Case(
        "if args.name { args.name.len() } else { 0 }",
        'if args.get("name").is_some() { args.name.len() } else { 0 }',
        0,
        {},
        {"name": "string?"},
        safe=False,
    ),
    Case(
        'args.notes.iter().map(|n| if n.folder { `${n.folder}/` } else { "-" }).collect::<Vec>()',
        'args.notes.iter().map(|n| if n.get("folder").unwrap_or("") != "" { `${n.folder}/` } else { "-" })'
        ".collect::<Vec>()",
        ["x/", "-", "-"],
        {"notes": [{"folder": "x"}, {"folder": ""}, {}]},
        safe=False,
    ),
    Case(
        "let list = [1];\n    if true && list { 1 } else { 2 }",
        "let list = [1];\n    if true && !list.is_empty() { 1 } else { 2 }",
        1,
        safe=False,
    ),
    Case(
        '["a", ""].iter().filter(|s| s).count()',
        '["a", ""].iter().filter(|s| !s.is_empty()).count()',
        1,
        safe=False,
    ),
    Case(
        "[1, 0].iter().any(|n| { n })",
        "[1, 0].iter().any(|n| { n != 0 })",
        True,
        safe=False,
    ),
    Case(
        'match 3 { n if args.get("x") => n, _ => 0 }',
        'match 3 { n if args.get("x").is_some() => n, _ => 0 }',
        0,
        safe=False,
    ),
    Case(
        "let bad = !json::from_string(args.t);\n    bad",
        "let bad = json::from_string(args.t).is_err();\n    bad",
        True,
        {"t": "{"},
        safe=False,
    ),
    Case(
        "if crucible::validate_url(args.u).await { 1 } else { 2 }",
        "if crucible::validate_url(args.u).await? { 1 } else { 2 }",
        1,
        {"u": "https://example.test/"},
        safe=False,
    ),
    Case(
        'if !args.get("flag") { 1 } else { 2 }',
        'if !args.get("flag").unwrap_or(false) { 1 } else { 2 }',
        1,
        {"flag": False},
        {"flag": "boolean?"},
        safe=False,
    ),
    Case(
        "let n = if args.a == 1 { 5 } else { () };\n    if n { 1 } else { 2 }",
        "let n = if args.a == 1 { 5 } else { () };\n    if n is not Tuple { 1 } else { 2 }",
        2,
        {"a": 2},
        safe=False,
    ),
    Case(
        'let out = "";\n    for h in args.l { if h.words { out += h.words; } }\n    out',
        'let out = "";\n    for h in args.l { if h.get("words").is_some() { out += h.words; } }\n    out',
        "ab",
        {"l": [{"words": "ab"}, {}]},
        safe=False,
    ),
]

QUIET = [
    ("if args.flag { 1 } else { 2 }", {"flag": "boolean"}),
    ("if args.flag { 1 } else { 2 }", None),
    ('if args.force { println!("force {}", args.force); `forced ${args.force}`; }', None),
    ("if args.dry_run { `would ${args.name}` } else { args.name }", None),
    ("if args.flag { args.flag } else { false }", None),
    ("for (name, passed) in args.runs { if passed { println(name); } }", None),
    ("if args.a > 1 && !args.list.is_empty() || args.flag { 1 }", None),
    ("let mask = 5;\n    !mask", None),
    ("args.list.iter().filter(|x| x.done).count()", None),
    ("args.list.iter().any(|x| x == 2 && x is i64)", None),
    ("args.list.iter().map(|x| x.title).collect::<Vec>()", None),
    ('if let Some(x) = args.get("x") { x }', None),
    ('while let Some(x) = args.list.pop() { println!("{}", x); }', None),
    ("match args.n { n if n > 3 && n < 5 => 1, _ => 2 }", None),
    ("let done = false;\n    while !done { done = true; }", None),
    ("if f(args) { 1 }", None),
    ("pub fn call(args) { if f(args) { 1 } else { 2 } }\nfn f(args) { args.a == 1 }", None),
    ('if regex::is_match("a", args.t) { 1 } else { 2 }', None),
    ("if fs::exists(args.t) { 1 } else { 2 }", None),
    ("args.list.iter().filter(|x| { let y = x.a; y == 1 }).count()", None),
    ('loop { if args.get("x").is_some() { break; } }', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN103")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN103", schema) == []


def test_it_points_at_the_value() -> None:
    assert spots('if args.get("a") || !args.get("b") { 1 }', "RN103") == ['args.get("a")', 'args.get("b")']


def test_what_only_takes_the_wrong_branch_is_a_warning_and_what_fails_an_error() -> None:
    assert [item.severity for item in findings('if args.get("a") { 1 }', "RN103")] == ["warning"]
    assert [item.severity for item in findings('if !args.get("a") { 1 }', "RN103")] == ["error"]


def test_a_comment_in_the_shape_of_a_default_stays() -> None:
    body = 'let n = if args.get("n") { args.n } else { /* five */ 5 };\n    n'
    assert "/* five */" in mended(body, "RN103", unsafe=True)
