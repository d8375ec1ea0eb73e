"""RN115: negative indexes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("let v = [1, 2];\n    v[-1]", "let v = [1, 2];\n    v[v.len() - 1]", 2),
    Case("args.list[-2]", "args.list[args.list.len() - 2]", 1, {"list": [1, 2]}),
    Case("let s = `${args.s}`;\n    s[-2..]", "let s = `${args.s}`;\n    s[s.len() - 2..]", "bc", {"s": "abc"}),
    Case("let s = `${args.s}`;\n    s[..-1]", "let s = `${args.s}`;\n    s[..s.len() - 1]", "ab", {"s": "abc"}),
    Case(
        "let s = `${args.s}`;\n    s[-2..-1]",
        "let s = `${args.s}`;\n    s[s.len() - 2..s.len() - 1]",
        "b",
        {"s": "abc"},
    ),
    Case("let v = [1, 2];\n    v[-1] = 5;\n    v", "let v = [1, 2];\n    v[v.len() - 1] = 5;\n    v", [1, 5]),
    Case("let s = `${args.s}`;\n    s[-1]", "let s = `${args.s}`;\n    s[s.len() - 1..]", "c", {"s": "abc"}),
    Case(
        "let s = `${args.s}`;\n    s[-2]",
        "let s = `${args.s}`;\n    s[s.len() - 2..s.len() - 1]",
        "b",
        {"s": "abc"},
    ),
    Case("let v = [1, 2];\n    v.get(-1)", "let v = [1, 2];\n    v.get(v.len() - 1)", 2),
]

QUIET = [
    ("let v = [1];\n    v[v.len() - 1]", None),
    ('args.o["-1"]', None),
    ('let o = #{};\n    o[key(-1)]\n}\nfn key(n) { "a"', None),
    ("[-1, 2]", None),
    ('args.get("x").unwrap_or(-1)', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN115")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN115", schema) == []


def test_what_would_be_evaluated_twice_is_left_to_its_author() -> None:
    found = findings("f()[-1]\n}\nfn f() { [1]", "RN115")
    assert [(item.fix, item.hint is not None) for item in found] == [(None, True)]
