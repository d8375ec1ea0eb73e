"""RN163: asking whether a key is there by reading it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

WORDS = {"w": ["b", "a", "b"]}

CASES = [
    Case(
        "let c = #{};\n    for x in args.w {\n        if !c[x] {\n            c[x] = [];\n        }\n"
        "        c[x].push(1);\n    }\n    c",
        "let c = #{};\n    for x in args.w {\n        if !c.contains_key(x) {\n            c[x] = [];\n        }\n"
        "        c[x].push(1);\n    }\n    c",
        {"b": [1, 1], "a": [1]},
        WORDS,
    ),
    Case(
        "let c = #{};\n    for x in args.w {\n        if c[x] { c[x] = c[x] + 1; } else { c[x] = 1; }\n    }\n    c",
        "let c = #{};\n    for x in args.w {\n        if c.contains_key(x) { c[x] = c[x] + 1; } else { c[x] = 1; }\n"
        "    }\n    c",
        {"b": 2, "a": 1},
        WORDS,
    ),
    Case(
        'let seen = #{};\n    for x in args.w { if (!seen[x] && x != "") { seen[x] = true; } }\n    seen.len()',
        'let seen = #{};\n    for x in args.w { if (!seen.contains_key(x) && x != "") { seen[x] = true; } }\n'
        "    seen.len()",
        2,
        WORDS,
        safe=False,
    ),
]

QUIET = [
    "let c = [true];\n    if !c[0] { c[0] = true; }",
    'let o = #{ on: true };\n    if o["on"] { 1 } else { 2 }',
    "let o = #{};\n    if o.contains_key(args.k) { o[args.k] = 1; }",
    "let o = #{};\n    if o[args.k] > 1 { o[args.k] = 1; }",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN163")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN163") == []
