"""RN006: references: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "operands",
        body("let a = &args;", "let b = &mut args.l;", "f(&a, *b, & a)"),
        body("let a = args;", "let b = args.l;", "f(a, b, a)"),
        (2, 3, 4, 4, 4),
    ),
    Case(
        "a loop, a match, a list",
        body("for x in &args.l { }", "match &args.a { 1 => [&args, *args], _ => &args.l[0..1] }"),
        body("for x in args.l { }", "match args.a { 1 => [args, args], _ => args.l[0..1] }"),
        (2, 3, 3, 3, 3),
    ),
    Case(
        "parameters",
        "impl P { fn f(&self, &x) { x } fn g(&mut self) { self } }\n",
        "impl P { fn f(self, x) { x } fn g(self) { self } }\n",
        (1, 1, 1),
    ),
    Case(
        "closures",
        body("args.l.iter().map(|&x| x).filter(|(&a, &&b)| *a == b).count()"),
        body("args.l.iter().map(|x| x).filter(|(a, b)| a == b).count()"),
        (2, 2, 2, 2),
    ),
    Case(
        "patterns",
        body(
            "let &x = args.a;",
            "for (i, &y) in args.l.iter().enumerate() { }",
            "if let Some(ref z) = Some(1) { z } else { x }",
        ),
        body(
            "let x = args.a;",
            "for (i, y) in args.l.iter().enumerate() { }",
            "if let Some(z) = Some(1) { z } else { x }",
        ),
        (2, 3, 4),
    ),
    Case(
        "what is assigned to",
        body("let n = 1;", "*n += 1;", "*n = 2;", "n"),
        body("let n = 1;", "n += 1;", "n = 2;", "n"),
        (3, 4),
    ),
    Case(
        "twice",
        body("f(&&args.a)"),
        body("f(args.a)"),
        (2,),
    ),
    Case(
        "between words",
        body("if args.a == 1 { return&args.a; }"),
        body("if args.a == 1 { return args.a; }"),
        (2,),
    ),
    Case(
        "in a template",
        body("`${f(&args.s)}`"),
        body("`${f(args.s)}`"),
        (2,),
    ),
    Case(
        "around a comment",
        body("f(& /* shared */ args)"),
        body("f(/* shared */args)"),
        (2,),
    ),
)

RUNE = (
    body("let a = 6;", "a & 2 | a * 3"),
    body('args.a == 1 && args.s == "x"'),
    body("args.l.iter().map(|x| x * 2).collect::<Vec>()"),
    body('"&x" + "*y"'),
    body("`&x`"),
    body("let a = 1;", "a &= 3;", "a"),
    body("let f = || 1;", "f()"),
    body("let reference = 1;", "reference"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let n = 0;", "for x in &args.l { n += *x; }", 'match &n { 3 => "three", _ => "other" }'), "three"),
    (
        """\
struct P { x }
impl P { fn get(&self) { self.x } fn set(&mut self, &v) { self.x = *v; } }
pub fn call(args) { let p = P { x: 1 }; p.set(&args.a); p.get() }
""",
        1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN006")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN006") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
