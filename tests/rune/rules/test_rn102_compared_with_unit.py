"""RN102: comparing with `()`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, spots
from tests.rune.rules.support import repaired

CASES = [
    Case("args.a == ()", "args.a is Tuple", False, {"a": "x"}, {"a": "string"}),
    Case("args.a != ()", "args.a is not Tuple", True, {"a": "x"}, {"a": "string"}),
    Case("args.a == null", "args.a is Tuple", True, {"a": None}),
    Case("args.a !== undefined", "args.a is not Tuple", False, {"a": None}),
    Case("null === args.a", "args.a is Tuple", True, {"a": None}),
    Case("() == args.a", "args.a is Tuple", True, {"a": None}),
    Case('nil != args["a"]', 'args["a"] is not Tuple', True, {"a": []}),
    Case("args.a == ()", "match args.a { () => true, [] => true, _ => false }", True, {"a": []}),
    Case("args.a == ()", "match args.a { () => true, [] => true, _ => false }", False, {"a": "x"}),
    Case("args.a != ()", "match args.a { () => false, [] => false, _ => true }", True, {"a": 1}),
    Case(
        "if args.a == () && args.b != () { 1 } else { 2 }",
        "if match args.a { () => true, [] => true, _ => false } && match args.b { () => false, [] => false, _ => true }"
        " { 1 } else { 2 }",
        1,
        {"a": None, "b": "x"},
        count=2,
    ),
    Case(
        "if !(args.a == null) && args.b == null { 1 } else { 2 }",
        "if !(args.a is Tuple) && args.b is Tuple { 1 } else { 2 }",
        1,
        {"a": 1, "b": None},
        count=2,
    ),
    Case("let n = 1;\n    n + 1 == ()", "let n = 1;\n    (n + 1) is Tuple", False),
    Case("-args.a == null", "-args.a is Tuple", False, {"a": 1}),
    Case(
        '`${if args.a == null { "-" } else { args.a }}`',
        '`${if args.a is Tuple { "-" } else { args.a }}`',
        "-",
        {"a": None},
    ),
    Case("args.a == ()", 'args.get("a").unwrap_or(()) is Tuple', True, {}, {"a": "string?"}),
    Case('args.get("a") == ()', 'args.get("a").unwrap_or(()) is Tuple', True, {"a": None}),
    Case('args.get("a") != ()', 'args.get("a").unwrap_or(()) is not Tuple', False),
    Case(
        "let list = [1];\n    list.iter().find(|x| x == 2) == ()",
        "let list = [1];\n    list.iter().find(|x| x == 2).is_none()",
        True,
    ),
    Case(
        'let f = args.get("f");\n    if f == () { "none" } else { f.len() }',
        'let f = args.get("f").unwrap_or(());\n    if f is Tuple { "none" } else { f.len() }',
        2,
        {"f": "ab"},
    ),
    Case(
        'let f = args.get("f");\n    if f == () { 0 } else { f.unwrap() }',
        'let f = args.get("f");\n    if f.is_none() { 0 } else { f.unwrap() }',
        0,
    ),
    Case(
        "args.notes.iter().filter(|n| n.folder == null).count()",
        'args.notes.iter().filter(|n| n.get("folder").unwrap_or(()) is Tuple).count()',
        2,
        {"notes": [{"folder": None}, {"folder": "x"}, {}]},
    ),
    Case("args.a is ()", "args.a is Tuple", True, {"a": None}),
    Case("args.a is not ()", "args.a is not Tuple", False, {"a": None}),
    Case("[args.a == null, 1]", "[args.a is Tuple, 1]", [False, 1], {"a": 1}),
    Case("(args.a == null) == true", "(args.a is Tuple) == true", False, {"a": 1}),
]

QUIET = [
    ("let tags = args.tags;\n    if tags == () { 0 } else { tags.iter().count() }", None),
    ("for n in args.notes { if n.tags == () { continue; } for t in n.tags { println(t); } }", None),
    ("args.tags == ()", {"tags": "array"}),
    ('let tags = args.get("tags").unwrap_or(());\n    if tags == () { [] } else { tags }', None),
    ("let x = ();\n    x == ()", None),
    ("let list = [];\n    list != ()", None),
    ("let x = ();\n    let none = x == ();\n    x = 1;\n    none && x > 0", None),
    ("args.a is Tuple", None),
    ("f() == g()", None),
    ('"x == null"', None),
    ("match args.a { () => 1, _ => 2 }", None),
    ("() == ()", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN102")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN102", schema) == []


def test_what_the_context_of_a_hook_gives_is_an_option() -> None:
    source = "#[hook(event = `x`)]\npub fn seen(ctx, event) { if ctx.get(`n`) == null { ctx.set(`n`, 1); } event }\n"
    assert "if ctx.get(`n`).unwrap_or(()) is Tuple {" in repaired(source)


def test_it_points_at_the_comparison() -> None:
    assert spots("args.a == null || () == args.b", "RN102") == ["== null", "() =="]


def test_a_source_that_never_compiled_has_no_calls_with_empty_lists() -> None:
    found = findings("args.a == ()", "RN102", compiles=False)
    assert [item.fix.edits[0].text for item in found if item.fix] == [" is Tuple"]


def test_a_comment_inside_the_comparison_stays_and_keeps_it_from_being_repaired() -> None:
    found = findings("args.a /* the first */ == null", "RN102")
    assert [item.fix for item in found] == [None]


def test_a_result_is_left_to_its_author() -> None:
    found = findings("json::to_string(1) == ()", "RN102")
    assert [(item.fix, item.hint is not None) for item in found] == [(None, True)]
