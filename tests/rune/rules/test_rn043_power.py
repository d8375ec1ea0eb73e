"""RN043: `a ** b`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "squares",
        body("let x = 3;", "(x - 1) ** 2 + args.a / x ** 2"),
        body("let x = 3;", "((x - 1) * (x - 1)) + args.a / (x * x)"),
        (3, 3),
    ),
    Case(
        "whole numbers",
        body("2 ** 10"),
        body("2.pow(10)"),
        (2,),
    ),
    Case(
        "roots",
        body("let x = 2.5;", "[args.a ** 0.5, x ** 0.5, (args.a + 1) ** (1.0 / 3.0), x ** 3]"),
        body(
            "let x = 2.5;",
            "[(args.a as f64).powf(0.5), x.powf(0.5), ((args.a + 1) as f64).powf(1.0 / 3.0), x.powi(3)]",
        ),
        (3, 3, 3, 3),
    ),
    Case(
        "from the right",
        body("2 ** 3 ** 2 + 2 ** 3 ** 1"),
        body("2.pow(3 * 3) + 2.pow(3.pow(1))"),
        (2, 2, 2, 2),
    ),
    Case(
        "a call is not made twice",
        body("f(args) ** 2"),
        None,
        (2,),
    ),
    Case(
        "from the right, with a root",
        body("args.a ** args.b ** 0.5"),
        None,
        (2, 2),
    ),
    Case(
        "what it belongs to is not clear",
        body("-args.a ** 2"),
        None,
        (2,),
    ),
)

UNSAFE = (
    Case(
        "powers",
        body("let p = args.a ** args.b;", "p ** (1 + 2)"),
        body("let p = args.a.pow(args.b);", "p.pow(1 + 2)"),
        (2, 3),
    ),
    Case(
        "from the right",
        body("2 ** args.k ** 2"),
        body("2.pow(args.k * args.k)"),
        (2, 2),
    ),
)

RUNE = (
    body("2 * 3"),
    body("2.pow(3)"),
    body('"2 ** 3"'),
    body("/** 2 ** 3 */", "fn f() { 1 }", "f()"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let x = 3;", "(x - 1) ** 2 + 36 / x ** 2 + 2 ** 3"), 16),
    (body("[args.a ** 0.5, 6.25 ** 0.5, 2.0 ** 3]"), [1.0, 2.5, 8.0]),
    (body("2 ** 3 ** 2"), 512),
)

UNSAFE_RESULTS = ((body("let p = args.a ** 3;", "p + 2 ** (1 + 2)"), 9),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN043")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN043", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN043") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


@pytest.mark.parametrize(("source", "result"), UNSAFE_RESULTS)
async def test_with_permission_the_repaired_source_runs(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
