"""RN111: optional fields without a default."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, spots

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
