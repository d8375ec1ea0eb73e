"""RN077: loops that ask at their end: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "over several lines",
        body("do {", "    n += 1;", "} while (n < 3);", "n"),
        body("loop {", "    n += 1;", "    if !(n < 3) { break; }", "}", "n"),
        (2,),
    ),
    Case("on one line", body("do { n += 1; } while n < 3;"), body("loop { n += 1; if !(n < 3) { break; } }"), (2,)),
    Case(
        "without a last semicolon",
        body("do {", "    f()", "} while (n < 3)"),
        body("loop {", "    f();", "    if !(n < 3) { break; }", "}"),
        (2,),
    ),
    Case("that goes on early", body("do { if n > 1 { continue; } } while (n < 3);"), None, (2,)),
)

RUNE = (
    body("loop { break; }"),
    body("while n < 3 { n += 1; }"),
    body("let do_ = 1;"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (body("let n = 0;", "do {", "    n += 2;", "} while (n < 5);", "n"), 6),
    (body("let n = 9;", "do { n += 1; } while (n < 5);", "n"), 10),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN077")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN077") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
