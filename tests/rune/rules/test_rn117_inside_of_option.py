"""RN117: fields of Options and Results."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("let l = [#{ t: 1 }];\n    l.get(0).t", "let l = [#{ t: 1 }];\n    l.get(0).unwrap().t", 1, safe=False),
    Case('args.get("o")["t"]', 'args.get("o").unwrap()["t"]', 1, {"o": {"t": 1}}, safe=False),
    Case("json::from_string(args.t).a", "json::from_string(args.t).unwrap().a", 1, {"t": '{"a": 1}'}, safe=False),
    Case('args.get("n") + 1', 'args.get("n").unwrap_or(0) + 1', 3, {"n": 2}, safe=False),
    Case('2.5 * args.get("n")', '2.5 * args.get("n").unwrap_or(0.0)', 5.0, {"n": 2.0}, safe=False),
    Case(
        'let sum = 1;\n    sum += args.get("n");\n    sum',
        'let sum = 1;\n    sum += args.get("n").unwrap_or(0);\n    sum',
        1,
        safe=False,
    ),
    Case(
        'match args.get("kind") { "a" => 1, _ => 0 }',
        'match args.get("kind").unwrap_or(()) { "a" => 1, _ => 0 }',
        1,
        {"kind": "a"},
        safe=False,
    ),
    Case(
        'let sum = 0;\n    for x in args.get("items") { sum += x; }\n    sum',
        'let sum = 0;\n    for x in args.get("items").unwrap_or([]) { sum += x; }\n    sum',
        3,
        {"items": [1, 2]},
        safe=False,
    ),
    Case(
        'args.get("a").get("b").unwrap_or(0)',
        'args.get("a").and_then(|value| value.get("b")).unwrap_or(0)',
        1,
        {"a": {"b": 1}},
    ),
    Case(
        'let value = "b";\n    args.get("a").get(value).unwrap_or(0)',
        'let value = "b";\n    args.get("a").and_then(|inner| inner.get(value)).unwrap_or(0)',
        0,
    ),
    Case('args.get("items").len()', 'args.get("items").unwrap_or([]).len()', 2, {"items": [1, 2]}, safe=False),
    Case('args.get("s").len()', 'args.get("s").unwrap_or("").len()', 0, {}, {"s": "string?"}, safe=False),
    Case('args.get("s").trim()', 'args.get("s").unwrap_or("").trim()', "x", {"s": " x "}, safe=False),
    Case('args.get("o").contains_key("a")', 'args.get("o").unwrap_or(#{}).contains_key("a")', False, safe=False),
]

QUIET = [
    ('args.get("o").unwrap_or(#{}).t', None),
    ("json::from_string(args.t)?.a", None),
    ('args.get("o").0', None),
    ("args.o.t", None),
    ('match args.get("kind") { Some("a") => 1, None => 0, _ => 2 }', None),
    ('for x in args.get("name") { println(x); }', None),
    ('args.get("n").map(|n| n + 1)', None),
    ('"a" + args.get("s").unwrap_or("")', None),
    ("let n = args.n;\n    n + 1", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN117")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN117", schema) == []


def test_where_no_default_is_clear_the_choices_are_told() -> None:
    [finding] = findings('10 / args.get("n")', "RN117")
    assert finding.fix is None
    assert finding.choices == ('args.get("n").unwrap()', 'args.get("n")?')


def test_a_variable_that_is_compared_with_unit_is_left_to_the_rule_about_that() -> None:
    source = 'let seen = args.get("n");\n    if seen == () { 1 } else { seen + 1 }'
    assert [finding.fix for finding in findings(source, "RN117")] == [None]
