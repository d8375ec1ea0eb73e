"""RN063: a block that gives one of its own variables: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "closures",
        body(
            "args.l.iter().map(|x| { let y = x + 1; y }).collect::<Vec>();",
            "let f = |a, b| { let (c, d) = (a, b); (d) };",
            "async |x| { let y = [x]; { y } }",
        ),
        body(
            "args.l.iter().map(|x| { let y = x + 1; return y }).collect::<Vec>();",
            "let f = |a, b| { let (c, d) = (a, b); return (d) };",
            "async |x| { let y = [x]; { return y } }",
        ),
        (2, 3, 4),
    ),
    Case(
        "the last branch",
        body("if args.a == 2 { 5 } else if args.a == 3 { 6 } else {", "    let y = 1;", "    y // here", "}"),
        body("if args.a == 2 { 5 } else if args.a == 3 { 6 } else {", "    let y = 1;", "    return y // here", "}"),
        (4,),
    ),
    Case(
        "the only branch that ends",
        body("if args.a == 1 { let y = 1; y } else { return 5; }"),
        body("if args.a == 1 { let y = 1; return y } else { return 5; }"),
        (2,),
    ),
    Case(
        "the first arm",
        body("match args.a { 1 => { let y = 1; y } _ => 2 }"),
        body("match args.a { 1 => { let y = 1; return y } _ => 2 }"),
        (2,),
    ),
    Case(
        "the first arm that ends",
        body("match args.a { 2 => return 3, 1 => { let y = 1; y } _ => 2 }"),
        body("match args.a { 2 => return 3, 1 => { let y = 1; return y } _ => 2 }"),
        (2,),
    ),
    Case(
        "one after the other",
        body("if args.a == 2 { let y = 5; y } else { let z = 6; z }"),
        body("if args.a == 2 { let y = 5; return y } else { let z = 6; return z }"),
        (2,),
    ),
    Case(
        "a block, a return",
        body("if args.a == 5 { return { let x = 1; x }; }", "{ let y = 1; y }"),
        body("if args.a == 5 { return { let x = 1; return x }; }", "{ let y = 1; return y }"),
        (2, 3),
    ),
    Case(
        "in a closure's branches",
        body(
            "let f = |x| { let y = x; if x == 2 { 0 } else { y } };",
            "let g = |x| { let y = x; match x { 1 => y, _ => 0 } };",
            "[f(1), g(1)]",
        ),
        body(
            "let f = |x| { let y = x; if x == 2 { 0 } else { return y } };",
            "let g = |x| { let y = x; match x { 1 => return y, _ => 0 } };",
            "[f(1), g(1)]",
        ),
        (2, 3),
    ),
)

RUNE = (
    body("let y = 1;", "y"),
    """\
fn f(x) { let y = x; y }
pub fn call(args) { f(1) }
""",
    body("let q = { let y = 1; y };", "q"),
    body("if args.a == 1 { let y = 1; y } else { 2 }"),
    body("match args.a { 2 => 3, 1 => { let y = 1; y } _ => 2 }"),
    body('match args.get("a") { Some(n) => { let y = n; y } None => 2 }'),
    body("let f = |x| { let y = x; y + 0 };", "f(1)"),
    body("let f = |x| { x += 1; x };", "f(1)"),
    body("let f = |x| { let y = x; return y; };", "f(1)"),
    body("let y = 1;", "if args.a == 2 { 3 } else { y }"),
    body("async { let y = 1; y }.await"),
    body("let f = |x| { let y = x; if x == 1 { y } else { 0 } };", "f(1)"),
    body("let r = if args.a == 2 { 5 } else { let y = 1; y };", "r"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("args.l.iter().map(|x| { let y = x + 1; y }).collect::<Vec>()"), [2, 3]),
    (body("if args.a == 2 { 5 } else if args.a == 3 { 6 } else { let y = 1; y }"), 1),
    (body("if args.a == 1 { let y = 5; y } else { let z = 6; z }"), 5),
    (body("match args.a { 2 => return 3, 1 => { let y = 1; y } _ => 2 }"), 1),
    (
        body(
            "let f = |x| { let y = x; if x == 2 { 0 } else { y } };",
            "let g = |x| { let y = x; match x { 1 => y, _ => 0 } };",
            "[f(1), g(1)]",
        ),
        [1, 1],
    ),
    (body('match args.s { "q" => { let y = 1; y } "x" => { let z = 2; z } _ => 3 }'), 2),
    (body("{ let y = 1; (y) }"), 1),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN063")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN063") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
