"""RN116: single elements of a text."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("let s = `${args.s}`;\n    s[0]", "let s = `${args.s}`;\n    s[0..1]", "a", {"s": "abc"}, safe=False),
    Case(
        'let s = `${args.s}`;\n    s[0] == "a"',
        'let s = `${args.s}`;\n    s[0..1] == "a"',
        True,
        {"s": "abc"},
        safe=False,
    ),
    Case(
        "let s = `${args.s}`;\n    s[1] == 'b'",
        "let s = `${args.s}`;\n    s.chars().nth(1).unwrap() == 'b'",
        True,
        {"s": "abc"},
        safe=False,
    ),
    Case("args.s[2]", "args.s[2..3]", "c", {"s": "abc"}, {"s": "string"}, safe=False),
]

QUIET = [
    ("args.s[0]", None),
    ("args.s[0..1]", {"s": "string"}),
    ("args.list[0]", {"list": "array"}),
    ('args.s.split(",").collect::<Vec>()[0]', {"s": "string"}),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN116")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN116", schema) == []
