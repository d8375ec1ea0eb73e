"""RN111: optional fields without a default."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, declared, findings, host, spots
from tests.rune.rules.support import any_fix, found, repaired

CASES = [
    Case(
        "let n = args.n;\n    [n]",
        'let n = args.get("n").unwrap_or(());\n    [n]',
        [None],
        {},
        {"n": "integer?"},
        safe=False,
    ),
    Case('[args["n"]]', '[args.get("n").unwrap_or(())]', [None], {}, {"n": "integer?"}, safe=False),
    Case(
        "let reason = args.reason;\n    if reason == () { 1 } else { 2 }",
        'let reason = args.get("reason").unwrap_or(());\n    if reason == () { 1 } else { 2 }',
        1,
        safe=False,
    ),
    Case(
        "if args.on == true { 1 } else { 2 }",
        'if args.get("on").unwrap_or(false) == true { 1 } else { 2 }',
        2,
        {},
        {"on": "boolean?"},
        safe=False,
    ),
    Case(
        "if (args.on) { 1 } else { 2 }",
        'if (args.get("on").unwrap_or(false)) { 1 } else { 2 }',
        2,
        {},
        {"on": "boolean?"},
        safe=False,
    ),
    Case(
        'args.city == "Bonn"',
        'match args.get("city") { Some("Bonn") => true, _ => false }',
        False,
        {},
        {"city": "string?"},
        safe=False,
    ),
]

QUIET = [
    ("args.n", {"n": "integer"}),
    ("args.n", None),
    ('args.o["default"] = 5;\n    args.o["default"] + 1', None),
    ('args.get("n").unwrap_or(1)', {"n": "integer?"}),
    ('if args.contains_key("n") { args.n } else { 1 }', {"n": "integer?"}),
    ('if args.get("n").is_some() { args.n } else { 1 }', {"n": "integer?"}),
    ('match args.get("n") { Some(_) => args.n, None => 1 }', {"n": "integer?"}),
    ("args.n = 5;\n    args.n", {"n": "integer?"}),
    ('if !args.contains_key("n") { args.n = 1; }\n    args.n + 1', {"n": "integer?"}),
    ("let x = args.x;\n    if x is Tuple { 1 } else { 2 }", None),
    ("args.n.unwrap_or(5)", {"n": "integer?"}),
    ("if let Some(n) = args.n { n }", {"n": "integer?"}),
    ("args.n || 5", {"n": "integer?"}),
    ('match args.action { "find" => args.n, _ => 1 }', {"n": "integer?", "action": "string"}),
    ('if args.action == "x" { return 1; }\n    args.n', {"n": "integer?", "action": "string"}),
    ('args.action == "x" && args.n > 1', {"n": "integer?", "action": "string"}),
    ("if args.n == () { 1 }", {"n": "integer?"}),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN111")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN111", schema) == []


def test_a_field_is_named_once_in_each_function() -> None:
    body = "[args.n, args.n, args.m]"
    assert spots(body, "RN111", {"n": "integer?", "m": "integer?"}) == ["n", "m"]


def test_a_field_with_a_default_is_always_there() -> None:
    schema = 'pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ n: #{ type: "integer", "default": 5 } } } }\n'
    assert findings(schema + "pub fn call(args) { [args.n] }", "RN111") == []


def test_both_sides_are_mended_where_a_field_is_compared_with_a_text_and_with_unit() -> None:
    source = declared({"city": "string?"}) + 'pub fn call(args) { args.city == "" || args.city == () }\n'
    made = repaired(source, accept=any_fix)
    assert 'match args.get("city") { Some("") => true, _ => false } || args.get("city").unwrap_or(()) is Tuple' in made


def test_a_schema_that_cannot_be_read_whole_says_nothing_about_what_is_required() -> None:
    source = (
        "pub fn INPUT_SCHEMA() { #{ properties: #{ city: #{} }, required: ['city'] } }\n"
        "pub fn call(args) { let c = args.city; [c] }\n"
    )
    assert found(source, "RN111") == []
