"""RN154: `instanceof`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        "struct P { x }\n"
        + body("[args.s instanceof String, args.l instanceof Array, args.a instanceof Boolean, args.a instanceof P]"),
        "struct P { x }\n" + body("[args.s is String, args.l is Vec, args.a is bool, args.a is P]"),
        (3, 3, 3, 3),
    ),
    Case(
        "a number, which is one of two types",
        body("!(args.a instanceof Number) || args.s instanceof Number"),
        body("!((args.a is i64 || args.a is f64)) || (args.s is i64 || args.s is f64)"),
        (2, 2),
    ),
    Case(
        "negated without parentheses",
        body("if !args.s instanceof String { 1 } else { 2 }"),
        body("if args.s is not String { 1 } else { 2 }"),
        (2,),
    ),
    Case(
        "of a sum",
        body("args.s + args.s instanceof String"),
        body("(args.s + args.s) is String"),
        (2,),
    ),
    Case(
        "only reported",
        body("[args.a instanceof Date, f(1) instanceof Number, args.a instanceof a.b, args.o instanceof Object]"),
        None,
        (2, 2, 2, 2),
    ),
)

RUNE = (
    body("args.s is String"),
    body("let instanceof = 1;", "instanceof"),
    body('"x instanceof String"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "[args.s instanceof String, !args.s instanceof Array, args.a instanceof Number && true,"
            " args.s + args.s instanceof String, args.o instanceof Array]"
        ),
        [True, True, True, True, False],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN154")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN154") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


async def test_what_javascript_calls_an_object_may_be_a_list(engine: ScriptEngine) -> None:
    source = body("args.o instanceof Object")
    assert [item.fix.safe for item in findings(source, "RN154") if item.fix] == [False]
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) is True
