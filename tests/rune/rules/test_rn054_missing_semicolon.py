"""RN054: a missing semicolon: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "let and calls",
        body("let a = args.a", "let b = a", "    + 1", 'println!("x")', "f(args)", "b"),
        body("let a = args.a;", "let b = a", "    + 1;", 'println!("x");', "f(args);", "b"),
        (2, 4, 5, 6),
    ),
    Case(
        "at the end of a block",
        body("if args.a == 1 { let x = 1 }", "2"),
        body("if args.a == 1 { let x = 1; }", "2"),
        (2,),
    ),
    Case(
        "declarations",
        """\
use std::collections::HashMap
const A = 1
pub fn call(args) { A }
""",
        """\
use std::collections::HashMap;
const A = 1;
pub fn call(args) { A }
""",
        (1, 2),
    ),
    Case(
        "an assignment, a return",
        body("let a = 1;", "a = 2", "if a == 2 {", "    a += 1", "    return a", "}", "a"),
        body("let a = 1;", "a = 2;", "if a == 2 {", "    a += 1;", "    return a", "}", "a"),
        (3, 5),
    ),
    Case(
        "with CRLF",
        "fn f() {\r\n    let a = 1\r\n    a\r\n}\r\n",
        "fn f() {\r\n    let a = 1;\r\n    a\r\n}\r\n",
        (2,),
    ),
)

RUNE = (
    body("let a = 1;", "a"),
    body(
        "if args.a == 1 { }",
        "for x in args.l { }",
        "match args.a { 1 => { } _ => { } }",
        "while false { }",
        "args.l",
        "    .len()",
    ),
    body("let a = args.a", "    + 1;", "a"),
    body("let f = |x| {", "    x", "};", "f(1)"),
    body("loop { break 1 }"),
    body("let a = if args.a == 1 {", "    1", "} else {", "    2", "};", "a"),
    """\
fn f() { 1 }
struct A { x }
mod m { }
pub fn call(args) { 1 }
""",
    body("{ 1 }", "2"),
    body("'a: loop { break 'a; }", "3"),
    body("async { 1 }.await"),
    body("let a = [", "    1,", "];", "a"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let a = args.a", "let b = a", "    + 1", 'println!("x")', "b = b", "    * 2", "b"), 4),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN054")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN054") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
