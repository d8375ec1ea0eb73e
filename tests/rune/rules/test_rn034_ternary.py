"""RN034: `a ? b : c`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "nested",
        body('args.a > 1 ? "x" : args.a == 1 ? "y" : "z"'),
        body('if args.a > 1 { "x" } else if args.a == 1 { "y" } else { "z" }'),
        (2, 2),
    ),
    Case(
        "nested on several lines, and where the first choice is made",
        body(
            "let x = args.a > 1",
            '    ? args.b ? "p" : "q"',
            '    : args.a == 1 ? "y"',
            "    : args.b ? {}",
            '    : "z";',
            "x",
        ),
        body(
            "let x = if args.a > 1",
            '    { if args.b { "p" } else { "q" }',
            '    } else if args.a == 1 { "y"',
            "    } else if args.b { #{}",
            '    } else { "z" };',
            "x",
        ),
        (3, 3, 4, 5),
    ),
    Case(
        "as argument, in a template, in a closure",
        body("f(args.a > 0 ? 1 : 2, `${args.a > 0 ? 1 : 2}`, |x| x ? 1 : 2)"),
        body("f(if args.a > 0 { 1 } else { 2 }, `${if args.a > 0 { 1 } else { 2 }}`, |x| if x { 1 } else { 2 })"),
        (2, 2, 2),
    ),
    Case(
        "objects",
        body("let r = args.a > 1 ? { a: 1 } : {};", "r"),
        body("let r = if args.a > 1 { { a: 1 } } else { #{} };", "r"),
        (2,),
    ),
    Case(
        "without blanks",
        body("let r = (args.a>1)?1:2;", "r"),
        body("let r = if (args.a>1) { 1 } else { 2 };", "r"),
        (2,),
    ),
    Case(
        "on several lines",
        body("let r = args.a > 1", '    ? "x" // more', '    : "y";', "r"),
        body("let r = if args.a > 1", '    { "x" // more', '    } else { "y" };', "r"),
        (3,),
    ),
)

RUNE = (
    body("Ok(args)?.a"),
    body("let a = Ok(args)?;", "a"),
    body("#{ a: Ok(1)?, b: 1 }"),
    body("Ok(2)? - 1"),
    body("match Ok(1)? { 1 => 2, _ => 3 }"),
    body('"a ? b : c"'),
    body("let a = Ok([1])?[0];", "a"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('args.a > 1 ? "x" : args.a == 1 ? "y" : "z"'), "y"),
    (body("let r = args.a > 1", '    ? "x" // more', "    : { a: {} };", "r"), {"a": {}}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN034")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN034") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
