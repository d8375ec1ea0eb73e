"""RN018: `return`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "templates, matches, closures",
        body(
            "if args.a == 1 { return `a ${1}`; }",
            "if args.a == 2 { return match args.s { _ => 1 }; }",
            "if args.a == 3 { return |x| x; }",
            "return move |x| x;",
        ),
        body(
            "if args.a == 1 { return (`a ${1}`); }",
            "if args.a == 2 { return (match args.s { _ => 1 }); }",
            "if args.a == 3 { return (|x| x); }",
            "return (move |x| x);",
        ),
        (2, 3, 4, 5),
    ),
    Case(
        "with more behind them",
        body('return `a` + "b";'),
        body('return (`a` + "b");'),
        (2,),
    ),
    Case(
        "a break",
        body("loop { break `x`; }"),
        body("loop { break (`x`); }"),
        (2,),
    ),
    Case(
        "a labelled break",
        body("'a: loop { break 'a match 1 { _ => 2 }; }"),
        body("'a: loop { break 'a (match 1 { _ => 2 }); }"),
        (2,),
    ),
    Case(
        "as the body of an arm",
        body("match args.a { 1 => return `x`, _ => 2 }"),
        body("match args.a { 1 => return (`x`), _ => 2 }"),
        (2,),
    ),
    Case(
        "paths that begin with a word",
        "impl P { fn f(self) { return Self::g(); } fn h(self) { return crate::g(); } }\n",
        "impl P { fn f(self) { return (Self::g()); } fn h(self) { return (crate::g()); } }\n",
        (1, 1),
    ),
    Case(
        "in a closure",
        body("args.l.iter().map(|x| { return `n${x}`; }).collect::<Vec>()"),
        body("args.l.iter().map(|x| { return (`n${x}`); }).collect::<Vec>()"),
        (2,),
    ),
    Case(
        "on several lines",
        body("return match args.a {", "    1 => 2,", "    _ => 3,", "};"),
        body("return (match args.a {", "    1 => 2,", "    _ => 3,", "});"),
        (2,),
    ),
)

RUNE = (
    body('return "x";'),
    body("return (`x`);"),
    body("return Ok(`x`);"),
    body("return if args.a == 1 { 1 } else { 2 };"),
    body("return [`x`];"),
    body("return;"),
    body("return || 1;"),
    body("loop { break; }"),
    body('"return `x`;"'),
    body("let f = || `x`;", "f()"),
    body("return loop { break 1; };"),
    body("return 1..3;"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('if args.a == 1 { return `a ${1}` + "b"; }', "2"), "a 1b"),
    (body("return match args.a {", "    1 => 2,", "    _ => 3,", "};"), 2),
    (body("loop { break `x`; }"), "x"),
    (body("match args.a { 1 => return `x`, _ => 2 }"), "x"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN018")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN018") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
