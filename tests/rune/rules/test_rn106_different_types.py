"""RN106: comparing values of different types."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, mended, spots
from tests.rune.rules.support import outcome, repaired

CASES = [
    Case('args.a == ""', 'match args.a { "" => true, _ => false }', False, {"a": 1}),
    Case('args.a != ""', 'match args.a { "" => false, _ => true }', True, {"a": 1}),
    Case('args.n == "x"', 'match args.n { "x" => true, _ => false }', False, {"n": 1}, {"n": "integer"}),
    Case('"x" == args.n', 'match args.n { "x" => true, _ => false }', False, {"n": 1}, {"n": "integer"}),
    Case("args.s == 1", "match args.s { 1 => true, _ => false }", False, {"s": "x"}, {"s": "string"}),
    Case("args.s == -1", "match args.s { -1 => true, _ => false }", False, {"s": "x"}, {"s": "string"}),
    Case("args.s != true", "match args.s { true => false, _ => true }", True, {"s": "x"}, {"s": "string"}),
    Case('args.list.len() == "0"', "args.list.len() == 0", True, {"list": []}, {"list": "array"}, safe=False),
    Case('args.flag == "true"', "args.flag == true", True, {"flag": True}, {"flag": "boolean"}, safe=False),
    Case(
        'args.s.chars().filter(|c| c == "a").count()',
        "args.s.chars().filter(|c| c == 'a').count()",
        2,
        {"s": "aba"},
        {"s": "string"},
    ),
    Case("args.s == 'x'", 'args.s == "x"', True, {"s": "x"}, {"s": "string"}),
    Case("args.s == 'x' || 'y' != args.s", 'args.s == "x" || "y" != args.s', True, {"s": "x"}, count=2),
    Case("args.s == '\"'", 'args.s == "\\""', True, {"s": '"'}),
    Case(
        "match args.s { 'A' => 4, '\\'' => 2, _ => 0 }",
        'match args.s { "A" => 4, "\'" => 2, _ => 0 }',
        4,
        {"s": "A"},
        safe=False,
        count=2,
    ),
    Case(
        """match args.get("s") { Some('A') => 4, _ => 0 }""",
        'match args.get("s") { Some("A") => 4, _ => 0 }',
        4,
        {"s": "A"},
        safe=False,
    ),
    Case("if let 'A' = args.s { 4 } else { 0 }", 'if let "A" = args.s { 4 } else { 0 }', 4, {"s": "A"}, safe=False),
    Case('args.get("a") == "x"', 'match args.get("a") { Some("x") => true, _ => false }', True, {"a": "x"}),
    Case('args.get("a") != "x"', 'match args.get("a") { Some("x") => false, _ => true }', True),
    Case("args.a == None", 'args.get("a").is_none()', True, safe=False),
    Case("args.a == None", 'args.get("a").is_none()', True, {}, {"a": "string?"}),
    Case("args.a != None", 'args.get("a").is_some()', False, {}, {"a": "integer"}),
    Case(
        'let a = args.get("a").unwrap_or(());\n    a == None',
        'let a = args.get("a").unwrap_or(());\n    a is Tuple',
        True,
        safe=False,
    ),
    Case(
        "let flag = if args.n > 1 { true } else { () };\n    if flag == true { 1 } else { 2 }",
        "let flag = if args.n > 1 { true } else { () };\n"
        "    if match flag { true => true, _ => false } { 1 } else { 2 }",
        2,
        {"n": 1},
    ),
    Case(
        '(args.n == "x") == false',
        '(match args.n { "x" => true, _ => false }) == false',
        True,
        {"n": 1},
        {"n": "integer"},
    ),
    Case(
        'if !(args.n == "x") && args.n != "y" { 1 } else { 2 }',
        'if !(match args.n { "x" => true, _ => false }) && match args.n { "y" => false, _ => true } { 1 } else { 2 }',
        1,
        {"n": 1},
        {"n": "integer"},
        count=2,
    ),
    Case("None == args.a", 'args.get("a").is_none()', True, {}, {"a": "string?"}),
    Case('None != args["a"]', 'args.get("a").is_some()', False, {}, {"a": "string?"}),
    Case('args.a == Some("x")', 'args.a == "x"', True, {"a": "x"}, {"a": "string"}),
    Case('args.n == "2"', "args.n == 2", True, {"n": 2}, {"n": "number"}, safe=False),
]

QUIET = [
    ('args.kind == "x"', None),
    ('args.kind == ""', {"kind": "string"}),
    ('args.get("match").unwrap_or("any") == "exact"', None),
    ('args.get("folder").unwrap_or("") == ""', None),
    ('let folder = args.get("folder").unwrap_or("");\n    folder != ""', None),
    ('for n in args.notes { if n.folder == "" { return 1; } }', None),
    ('pub mod notes { pub fn list(args) { args.folder == "" } }\npub fn call(args) { 1 }', None),
    ("args.n == 1", {"n": "integer"}),
    ("args.n == 1", {"n": "number"}),
    ("args.a == args.b", None),
    ("args.list == []", None),
    ("args.s.chars().filter(|c| c == 'a').count()", {"s": "string"}),
    ('args.get("a") == Some("x")', None),
    ('args.get("a") == None', None),
    ('shell::exec("git", [], #{})?.exit_code == 0', None),
    ("[1] == [2] && #{ a: 1 } == #{} && (1, 2) == [1, 2]", None),
    ("'a' < 'b' && \"a\" < \"b\" && 1 < 2 && 1.5 > 0.5", None),
    ('let x = args.get("x").unwrap_or(());\n    x is not Tuple && x == ""', None),
    ('args.a is Tuple || args.a == ""', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN106")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN106", schema) == []


def test_a_value_that_is_tested_for_null_beside_it_is_not_one_of_a_kind() -> None:
    body = 'pub fn call(args) { f(args.a) }\nfn f(value) { value == null || value == "" }\n'
    assert spots(body, "RN106") == ["=="]
    after = mended(body, "RN106")
    assert 'value == null || match value { "" => true, _ => false }' in after


async def test_the_trap_of_null_and_empty_in_one_line_is_mended_as_a_whole(engine: ScriptEngine) -> None:
    body = 'pub fn call(args) { f(args.a) }\nfn f(value) { value == null || value == "" }\n'
    after = repaired(body)
    assert [await outcome(engine, after, {"a": a}) for a in (None, "", "x", 1, [], {})] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_an_order_of_different_types_is_told_but_not_repaired() -> None:
    found = findings('args.n < "x"', "RN106", {"n": "integer"})
    assert [(item.severity, item.fix) for item in found] == [("error", None)]
