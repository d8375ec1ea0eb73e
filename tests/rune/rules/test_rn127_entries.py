"""RN127: `entries` and `items` on objects."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        "let n = 0;\nfor (key, value) in args.entries() {\n    n += value;\n}\nn",
        "let n = 0;\nfor (key, value) in args.iter() {\n    n += value;\n}\nn",
        3,
        {"a": 1, "b": 2},
        lines=(2,),
    ),
    Case(
        "#{ a: 1 }.items().map(|(k, v)| `${k}${v}`).collect::<Vec>()",
        "#{ a: 1 }.iter().map(|(k, v)| `${k}${v}`).collect::<Vec>()",
        ["a1"],
    ),
    Case("let all = #{ a: 1 }.entries();\nall.len()", "let all = #{ a: 1 }.iter().collect::<Vec>();\nall.len()", 1),
    Case("Object.keys(args.o)", "args.o.keys().collect::<Vec>()", ["a"], {"o": {"a": 1}}),
    Case(
        "let n = 0;\nfor v in Object.values(args.o) {\n    n += v;\n}\nn",
        "let n = 0;\nfor v in args.o.values() {\n    n += v;\n}\nn",
        1,
        {"o": {"a": 1}},
        lines=(2,),
    ),
    Case("#{ a: 1 }.into_iter().count()", "#{ a: 1 }.iter().count()", 1),
    Case("#{ a: 1 }.into_keys().collect::<Vec>()", "#{ a: 1 }.keys().collect::<Vec>()", ["a"]),
    Case(
        '["x"].entries().map(|(i, x)| `${i}${x}`).collect::<Vec>()',
        '["x"].iter().enumerate().map(|(i, x)| `${i}${x}`).collect::<Vec>()',
        ["0x"],
    ),
]

FINE = [
    "args.iter().count()",
    "args.keys().collect::<Vec>().len()",
    "let o = #{ entries: 1, items: [2] };\no.items.len()",
    "Object::keys(#{ a: 1 }).count()",
    "struct Bag { list }\nimpl Bag {\n    fn items(self) { self.list }\n}\n"
    "pub async fn call(args) {\n    Bag { list: [1] }.items()\n}\n",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN127") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
