"""RN101: methods of Options on plain values."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, mended, spots

CASES = [
    Case('args.folder.unwrap_or("root")', 'args.get("folder").unwrap_or("root")', "root"),
    Case('args.folder.unwrap_or("root")', 'args.get("folder").unwrap_or("root")', "x", {"folder": "x"}),
    Case('args["folder"].unwrap_or("root")', 'args.get("folder").unwrap_or("root")', "root"),
    Case("args.a.b.unwrap_or(1)", 'args.a.get("b").unwrap_or(1)', 1, {"a": {}}),
    Case(
        "if args.limit.is_some() { args.limit } else { 5 }",
        'if args.get("limit").is_some() { args.limit } else { 5 }',
        5,
    ),
    Case("args.limit.is_none()", 'args.get("limit").is_none()', True),
    Case("args.limit.unwrap()", 'args.get("limit").unwrap()', 3, {"limit": 3}),
    Case('args.limit.ok_or("no limit")?', 'args.get("limit").ok_or("no limit")?', 3, {"limit": 3}),
    Case("args.limit.unwrap_or_else(|| 7)", 'args.get("limit").unwrap_or_else(|| 7)', 7),
    Case("args.name.map(|n| n.len())", 'args.get("name").map(|n| n.len())', 2, {"name": "ab"}, {"name": "string"}),
    Case("args.limit.unwrap_or_default()", 'args.get("limit").unwrap_or(0)', 0, {}, {"limit": "integer?"}),
    Case('`in ${args.folder.unwrap_or("root")}`', '`in ${args.get("folder").unwrap_or("root")}`', "in root"),
    Case(
        'args.notes.iter().map(|n| n.folder.unwrap_or("root")).collect::<Vec>()',
        'args.notes.iter().map(|n| n.get("folder").unwrap_or("root")).collect::<Vec>()',
        ["root", "x"],
        {"notes": [{}, {"folder": "x"}]},
    ),
    Case(
        'args\n        .folder // where\n        .unwrap_or("root")',
        'args\n        .get("folder") // where\n        .unwrap_or("root")',
        "root",
    ),
    Case(
        'let f = args.folder;\n    if f.is_some() { f.unwrap() } else { "none" }',
        'let f = args.get("folder");\n    if f.is_some() { f.unwrap() } else { "none" }',
        "none",
        count=2,
    ),
    Case(
        'let f = args.folder;\n    if f.is_some() { f } else { "none" }',
        'let f = args.folder;\n    if f is not Tuple { f } else { "none" }',
        "x",
        {"folder": "x"},
    ),
]

QUIET = [
    ('args.get("folder").unwrap_or("")', None),
    ('let f = args.get("folder");\n    if f.is_some() { f.unwrap() } else { 1 }', None),
    ("let o = #{ a: None, b: Some(1) };\n    o.a.unwrap_or(o.b.unwrap())", None),
    ('let o = #{};\n    o.a = args.get("a");\n    o.a.is_some()', None),
    ('pub fn call(args) { f(args.get("x")) }\nfn f(x) { if x.is_some() { return 1; } 2 }', None),
    ("args.list.map(|x| x)", {"list": "array"}),
    ("args.list.iter().map(|x| x).collect::<Vec>()", None),
    ("struct Card { x }\npub fn call(args) { let c = Card { x: Some(1) }; c.x.unwrap_or(2) }", None),
    ("struct Card { x }\nimpl Card { fn get(self) { self.x.unwrap_or(2) } }\npub fn call(args) { 1 }", None),
    ("json::from_string(args.text).unwrap_or(#{})", None),
    ("let list = [1, 2];\n    list.get(0).unwrap_or(5) + list.iter().next().unwrap()", None),
    ('let o = #{ "a": #{ b: args.get("b") } };\n    o.a.b.is_none()', None),
    ("`args.folder.unwrap_or(1)`", None),
    ("// args.folder.unwrap_or(1)\n    1", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN101")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN101", schema) == []


def test_it_points_at_the_method() -> None:
    assert spots("args.folder.unwrap_or(1) + args.limit.unwrap()", "RN101") == ["unwrap_or", "unwrap"]


def test_a_parameter_is_no_field() -> None:
    body = 'pub fn main(title, folder) {\n    folder.unwrap_or("Inbox")\n}\n'
    after = 'pub fn main(title, folder) {\n    match folder { () => "Inbox", value => value }\n}\n'
    assert mended(body, "RN101") == after


def test_a_private_function_that_may_get_options_is_repaired_with_permission_only() -> None:
    body = "pub fn call(args) { f }\nfn f(note) {\n    note.folder.unwrap_or(1)\n}\n"
    assert all(not item.fix.safe for item in findings(body, "RN101") if item.fix)
