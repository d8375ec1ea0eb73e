"""RN089: branches without braces: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "on one line",
        body("if (args.a > 1) return 1;", "else return 2;"),
        body("if (args.a > 1) { return 1; }", "else { return 2; }"),
        (2, 3),
    ),
    Case(
        "on the next line",
        body("if (args.a > 1)", "    f(1);", "g();"),
        body("if (args.a > 1) {", "    f(1);", "}", "g();"),
        (2,),
    ),
    Case(
        "with an else on the next line",
        body("if (args.a > 1)", "    n = 1;", "else", "    n = 2;", "n"),
        body("if (args.a > 1) {", "    n = 1;", "} else {", "    n = 2;", "}", "n"),
        (2, 4),
    ),
    Case(
        "a loop in a branch",
        body("for (x in args.l) if (x > 1) n += x;", "while (n < 3) n += 1;"),
        body("for (x in args.l) { if (x > 1) { n += x; } }", "while (n < 3) { n += 1; }"),
        (2, 2, 3),
    ),
    Case(
        "of several lines",
        body("if (args.a) f({", "    k: 1", "});"),
        body("if (args.a) { f({", "    k: 1", "}); }"),
        (2,),
    ),
    Case(
        "without a semicolon",
        body("if (args.a > 1) return f(1)", "return 2"),
        body("if (args.a > 1) { return f(1) }", "return 2"),
        (2,),
    ),
)

RUNE = (
    body("if (args.a > 1) { 1 } else { 2 }"),
    body("if (args.a).b() { 1 }"),
    body("if (args.a) is Tuple { 1 }"),
    body("if (a) && b { 1 }"),
    body("for x in (l) { }"),
    body("while (n < 3) { }"),
    body("else_(1);"),
    body("f(if (a) { b } else { c });"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body("let n = 0;", "for (const x of args.l) if (x > 1) n += x;", "if (n > 4) return n;", "return 0;"), 5),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN089")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN089") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
