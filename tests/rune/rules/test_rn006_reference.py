"""RN006: references: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
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
        "elements of a list that are assigned to",
        body("for x in args.l.iter_mut() { *x *= 2; }", "for y in &mut args.l {", "    *y = *y + f(&y);", "}"),
        body(
            "for i in 0..args.l.len() { args.l[i] *= 2; }",
            "for i in 0..args.l.len() {",
            "    args.l[i] = args.l[i] + f(args.l[i]);",
            "}",
        ),
        (2, 3, 4, 4, 4),
    ),
    Case(
        "elements of a list that changes in the loop",
        body("let v = [1];", "for x in v.iter_mut() { v.push(2); *x = 3; }"),
        None,
        (3,),
    ),
    Case(
        "fields of elements",
        body("for x in &mut args.l { x.n = 1; *x.m += 1; }"),
        body("for x in args.l { x.n = 1; x.m += 1; }"),
        (2, 2),
    ),
    Case(
        "a parameter that is assigned to",
        """\
fn bump(n) { *n += 1 }
pub fn call(args) { let c = 0; bump(&mut c); same(&mut args); c }
fn same(x) { x }
""",
        """\
fn bump(n) { *n += 1 }
pub fn call(args) { let c = 0; bump(&mut c); same(args); c }
fn same(x) { x }
""",
        (1, 2, 2),
    ),
    Case(
        "what `get_mut` gave",
        body(
            'if let Some(x) = args.o.get_mut("k") { *x += 1; }',
            'match args.o.get_mut("k") { Some(x) => *x = 2, _ => () }',
        ),
        None,
        (2, 3),
    ),
    Case(
        "a name for what lies elsewhere",
        body("let n = &mut args.a;", "*n = 2;", "args.l.iter_mut().for_each(|x| *x = 1);"),
        None,
        (2, 3, 4),
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
    (body("let v = args.l;", "for x in v.iter_mut() { *x *= 2 }", "for x in &mut v { *x += 1; }", "v"), [3, 5]),
)

WRITES = (
    """\
fn bump(n: &mut i64) { *n += 1; }
pub fn call(args) { let mut c = 0; bump(&mut c); c }
""",
    body('if let Some(x) = args.o.get_mut("k") { *x += 1; }', "args.o"),
    body("args.l.iter_mut().for_each(|x| *x *= 2);", "args.l"),
    body("let mut n = 1;", "let m = &mut n;", "*m += 1;", "n"),
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


@pytest.mark.parametrize("source", WRITES)
def test_a_write_that_would_be_lost_stays_with_a_word_about_it(source: str) -> None:
    assert "*" in repaired(source, accept=any_fix)
    left = [item for item in findings(source, "RN006") if item.fix is None]
    assert left
    assert all(item.hint is not None for item in left)


@pytest.mark.parametrize(("code", "source"), [("RN122", WRITES[2]), ("RN140", WRITES[1])])
def test_methods_that_give_references_to_write_through_are_not_renamed(code: str, source: str) -> None:
    found = findings(source, code)
    assert all(item.fix is None for item in found)
