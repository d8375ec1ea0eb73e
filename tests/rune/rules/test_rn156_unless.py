"""RN156: `unless` and `until`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "what needs parentheses",
        body("unless args.a > 1 { return 1; }", "until args.a == 3 && x { n += 1; }", "unless !x { 2 } else { 3 }"),
        body("if !(args.a > 1) { return 1; }", "while !(args.a == 3 && x) { n += 1; }", "if !(!x) { 2 } else { 3 }"),
        (2, 3, 4),
    ),
    Case(
        "what needs none",
        body(
            "unless args.l.is_empty() { f() }", "until done { f() }", "unless (a || b) { 2 }", "until f(x)?[0] { g() }"
        ),
        body("if !args.l.is_empty() { f() }", "while !done { f() }", "if !(a || b) { 2 }", "while !f(x)?[0] { g() }"),
        (2, 3, 4, 5),
    ),
    Case(
        "without a blank, as a value, behind `else`",
        body("let n = unless(a) { 1 } else unless b { 2 } else { 3 };"),
        body("let n = if !(a) { 1 } else if !b { 2 } else { 3 };"),
        (2, 2),
    ),
    Case(
        "a group that is only the beginning",
        body("unless (a) || (b) { 1 }"),
        body("if !((a) || (b)) { 1 }"),
        (2,),
    ),
)

RUNE = (
    body("let until = 3;", "while args.a < until { break; }", "until"),
    body("let unless = true;", "if unless { 1 } else { 2 }"),
    "fn until(x) { x }\n"
    + body("until(args.a);", "let n = until(1);", "match n { until if until > 3 => { 1 } _ => { 2 } }"),
    body("args.unless"),
    body('"unless x { }"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("unless args.a > 1 { return 5; }", "6"), 5),
    (body("let n = 0;", "until n >= args.l.len() { n += 1; }", "n"), 2),
    (body("let n = unless args.l.is_empty() { 1 } else unless args.a == 1 { 2 } else { 3 };", "n"), 1),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN156")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN156") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
