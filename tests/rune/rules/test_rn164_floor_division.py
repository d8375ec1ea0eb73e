"""RN164: Python's `a // b`: found, repaired, and not found where it is a comment."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import body, findings, places

FOUND = (
    (body("let half = args.a // 2;", "half"), [2]),
    (body("let m = (args.a + 1) // size;", "let n = f(x // 2);", "m"), [2, 3]),
    (body("#{ a: args.a // 2,", "b: 1 }"), [2]),
)

RUNE = (
    body("let half = args.a; // 2;", "half"),
    body("let o = #{ a: 1, // 2,", "b: 2 };", "o"),
    body("let n = args.a // the first one", "    .len();", "n"),
    body("if args.a // 2;", "{ 1 }"),
    body("args.a // 2"),
    body("let n = args.a // minutes, not seconds;", "+ 1;", "n"),
)

RESULTS: tuple[tuple[str, int, Any], ...] = (
    (body("let half = args.a // 2;", "half"), 7, 3),
    (body("let half = args.a // 2;", "half"), -7, -4),
    (body("let half = (args.a + 2) // 4;", "#{ half: half // 2,", "b: 1 }"), 7, {"half": 1, "b": 1}),
)


@pytest.mark.parametrize(("source", "lines"), FOUND)
def test_it_is_found(source: str, lines: list[int]) -> None:
    assert places(source, "RN164") == lines


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_a_comment(source: str) -> None:
    assert findings(source, "RN164") == []


@pytest.mark.parametrize(("source", "a", "result"), RESULTS)
async def test_the_repaired_source_rounds_down(engine: ScriptEngine, source: str, a: int, result: Any) -> None:
    assert await outcome(engine, repaired(source), {"a": a}) == result
