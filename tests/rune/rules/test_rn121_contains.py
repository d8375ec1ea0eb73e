"""RN121: `contains` on lists."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        "let seen = [1, 2];\nseen.contains(args.n)",
        "let seen = [1, 2];\nseen.iter().any(|item| item == args.n)",
        True,
        {"n": 2},
        lines=(2,),
    ),
    Case(
        'let item = "a";\n!["a"].contains(item)',
        'let item = "a";\n!["a"].iter().any(|entry| entry == item)',
        False,
        {},
        lines=(2,),
    ),
    Case(
        "let seen = [];\nfor tag in args.list {\n    if !seen.contains(tag) {\n        seen.push(tag);\n    }\n}\nseen",
        "let seen = [];\nfor tag in args.list {\n    if !seen.iter().any(|item| item == tag) {\n"
        "        seen.push(tag);\n    }\n}\nseen",
        ["a", "b"],
        {"list": ["a", "b", "a"]},
        lines=(3,),
    ),
    Case(
        'let all = args.text.split(" ").collect::<Vec>();\n`${all.contains("b")}`',
        'let all = args.text.split(" ").collect::<Vec>();\n`${all.iter().any(|item| item == "b")}`',
        "true",
        {"text": "a b"},
        lines=(2,),
    ),
    Case(
        '["a b"].contains(args.text.trim())',
        'contains(["a b"], args.text.trim())',
        True,
        {"text": " a b "},
        ("contains",),
    ),
    Case("[3].contains(args.n + 1)", "[3].iter().any(|item| item == (args.n + 1))", True, {"n": 2}),
    Case(
        'let hits = [];\nfor tag in args.note.tags {\n    hits.push(tag);\n}\nargs.note.tags.contains("a")',
        "let hits = [];\nfor tag in args.note.tags {\n    hits.push(tag);\n}\n"
        'args.note.tags.iter().any(|item| item == "a")',
        True,
        {"note": {"tags": ["a"]}},
        safe=False,
        lines=(5,),
    ),
    Case(
        '["x", "y"]\n    .contains("y") && true',
        '["x", "y"]\n    .iter().any(|item| item == "y") && true',
        True,
        {},
        lines=(2,),
    ),
    Case(
        'args.get("tags").unwrap_or([]).contains("x")',
        'args.get("tags").unwrap_or([]).iter().any(|item| item == "x")',
        True,
        {"tags": ["x"]},
        safe=False,
    ),
    Case(
        'let tags = match args.get("tags") { Some(given) => given, None => [] };\ntags.contains("x")',
        'let tags = match args.get("tags") { Some(given) => given, None => [] };\ntags.iter().any(|item| item == "x")',
        False,
        {},
        safe=False,
        lines=(2,),
    ),
]

FINE = [
    'args.get("text").unwrap_or("").contains("a")',
    'let words = if args.get("words").unwrap_or(false) { "a" } else { "b" };\nwords.contains("a")',
    'args.text.contains("a")',
    'let text = "abc";\ntext.contains("b")',
    "(0..3).contains(1)",
    'fn has(list, what) { list.contains(what) }\npub async fn call(args) {\n    has("abc", "b")\n}\n',
    'let v = args.text;\nif v is String {\n    v.contains("a")\n} else {\n    v.iter().any(|x| x == "a")\n}',
    "use std::collections::HashSet;\npub async fn call(args) {\n    let seen = HashSet::new();\n"
    "    seen.insert(1);\n    seen.contains(1)\n}\n",
    'args.text.trim().to_lowercase().contains("a")',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN121") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN121") != ()


def test_a_list_as_default_is_enough_where_nothing_ever_compiled() -> None:
    broken = 'pub async fn call(args) { let mut a = (args.more ?? []).contains("b"); a }\n'
    [finding] = [item for item in find(Script(broken, compiles=False)) if item.code == "RN121"]
    assert finding.fix is not None
    assert finding.fix.safe


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
