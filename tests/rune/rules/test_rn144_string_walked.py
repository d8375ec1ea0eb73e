"""RN144: loops over strings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        'let n = 0;\nfor c in "abc" {\n    n += 1;\n}\nn',
        'let n = 0;\nfor c in "abc".chars() {\n    n += 1;\n}\nn',
        3,
        lines=(2,),
    ),
    Case(
        "let out = [];\nfor c in args.text.trim() {\n    out.push(c);\n}\nout",
        "let out = [];\nfor c in args.text.trim().chars() {\n    out.push(c);\n}\nout",
        ["a", "b"],
        {"text": " ab"},
        lines=(2,),
    ),
    Case(
        'let s = "a";\nlet n = 0;\nfor c in s + "b" {\n    n += 1;\n}\nn',
        'let s = "a";\nlet n = 0;\nfor c in (s + "b").chars() {\n    n += 1;\n}\nn',
        2,
        lines=(3,),
    ),
    Case(
        'let n = 0;\nlet l = ["a", "b"];\nfor i in l.len() {\n    n += i;\n}\nn',
        'let n = 0;\nlet l = ["a", "b"];\nfor i in 0..l.len() {\n    n += i;\n}\nn',
        1,
        safe=False,
        lines=(3,),
    ),
]

FINE = [
    'for c in "abc".chars() {\n    c;\n}\n1',
    "for c in args.list {\n    c;\n}\n1",
    "for (k, v) in args {\n    k;\n}\n1",
    "for i in 0..args.n {\n    i;\n}\n1",
    "for x in Some(1) {\n    x;\n}\n1",
    "for x in (1, 2) {\n    x;\n}\n1",
    'fn each(x) {\n    for c in x {\n        c;\n    }\n}\npub async fn call(args) {\n    each(["a"]);\n    1\n}\n',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN144") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN144") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
