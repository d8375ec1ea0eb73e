"""RN162: a pattern of a list where a tuple is, and of a tuple where a list is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case(
        "for (a, b) in args.v {\n        return b;\n    }",
        "for [a, b] in args.v {\n        return b;\n    }",
        2,
        {"v": [[1, 2]]},
        {"v": "array"},
    ),
    Case(
        'let [a, b] = "x=y".split_once("=").unwrap();\n    b',
        'let (a, b) = "x=y".split_once("=").unwrap();\n    b',
        "y",
    ),
    Case(
        "let o = #{ k: 1 };\n    o.iter().map(|[key, value]| value).collect::<Vec>()",
        "let o = #{ k: 1 };\n    o.iter().map(|(key, value)| value).collect::<Vec>()",
        [1],
    ),
    Case(
        "args.v.iter().map(|(a, b)| a + b).collect::<Vec>()",
        "args.v.iter().map(|[a, b]| a + b).collect::<Vec>()",
        [3],
        {"v": [[1, 2]]},
        {"v": "array"},
    ),
]

QUIET = [
    "for (k, v) in args.o { return k; }",
    "for (i, x) in args.v.iter().enumerate() { return i; }",
    "let (a, b) = pair();\n    a\n}\nfn pair() { (1, 2)",
    "let [a, b] = args.v;\n    a",
    "let (a) = args.v;\n    a",
    "for (a, b) in [(1, 2)] { return a; }",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN162")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN162", {"v": "array", "o": "object"}) == []
    assert findings(body, "RN162") == []
