"""RN120: `join` on lists and iterators."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case('args.list.join("-")', 'join(args.list, "-")', "a-b", {"list": ["a", "b"]}, ("join",)),
    Case(
        'args.list.iter().map(|s| s.trim()).join(", ")',
        'join(args.list.iter().map(|s| s.trim()), ", ")',
        "a, b",
        {"list": [" a", "b "]},
        ("join",),
    ),
    Case('"a b".split(" ").join("+")', 'join("a b".split(" "), "+")', "a+b", {}, ("join",)),
    Case('[1, 2].join(",")', 'join([1, 2], ",")', "1,2", {}, ("join",)),
    Case('`all: ${["x", "y"].join("/")}.`', '`all: ${join(["x", "y"], "/")}.`', "all: x/y.", {}, ("join",)),
    Case('", ".join(args.list)', 'join(args.list, ", ")', "a, b", {"list": ["a", "b"]}, ("join",)),
    Case(
        'let f = |rows| rows.join(";");\nf(["a", "b"])',
        'let f = |rows| join(rows, ";");\nf(["a", "b"])',
        "a;b",
        {},
        ("join",),
    ),
    Case(
        'let parts = [["a", "b"].join("-"), "c"];\nparts.join("+")',
        'let parts = [join(["a", "b"], "-"), "c"];\njoin(parts, "+")',
        "a-b+c",
        {},
        ("join",),
        lines=(1, 2),
    ),
    Case(
        '["a"]\n    // one line\n    .join("-")',
        'join(["a"]\n    // one line\n    , "-")',
        "a",
        {},
        ("join",),
        lines=(3,),
    ),
    Case('args.list\n    .join("-")', 'join(args.list, "-")', "a-b", {"list": ["a", "b"]}, ("join",), lines=(2,)),
    Case('["a", "b"].join()', 'join(["a", "b"], ",")', "a,b", {}, ("join",), safe=False),
    Case(
        '["a,b".split(",").join("-"), "c d".split(" ").join("-")].join("+")',
        'join([join("a,b".split(","), "-"), join("c d".split(" "), "-")], "+")',
        "a-b+c-d",
        {},
        ("join",),
        lines=(1, 1, 1),
    ),
]

FINE = [
    "struct Path { inner }\nimpl Path {\n    fn join(self, name) { `${self.inner}/${name}` }\n}\n"
    'pub async fn call(args) {\n    let path = Path { inner: "a" };\n    path.join("b")\n}\n',
    'let join = |a, b| `${a}${b}`;\njoin("a", "b")',
    '// ["a"].join("-")\n"x.join(y)"',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN120") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN120") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
