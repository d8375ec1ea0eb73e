"""RN008: the type of a parameter or variable: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "parameters",
        "fn f(a: String, b: &mut Vec<(i64, i64)>, c: [string], self: Self) { a }\n",
        "fn f(a, b, c, self) { a }\n",
        (1, 1, 1, 1),
    ),
    Case(
        "variables",
        body(
            "let a: i64 = 1;",
            "let b : Vec<Vec<i64>> = [];",
            "let (c, d): (i64, i64) = (1, 2);",
            "let f: fn(i64) -> i64 = |x: i64| x;",
            "a",
        ),
        body("let a = 1;", "let b = [];", "let (c, d) = (1, 2);", "let f = |x| x;", "a"),
        (2, 3, 4, 5, 5),
    ),
    Case(
        "a closure",
        body("args.l.iter().fold(0, |sum: i64, x: i64| sum + x)"),
        body("args.l.iter().fold(0, |sum, x| sum + x)"),
        (2, 2),
    ),
    Case(
        "constants",
        """\
const N: i64 = 1;
const T: [&str; 2] = ["a", "b"];
""",
        """\
const N = 1;
const T = ["a", "b"];
""",
        (1, 2),
    ),
    Case(
        "a loop and a condition",
        body(
            "for (i, x): (usize, i64) in args.l.iter().enumerate() { }",
            'if let Some(y): Option<i64> = args.get("a") { y } else { 1 }',
        ),
        body("for (i, x) in args.l.iter().enumerate() { }", 'if let Some(y) = args.get("a") { y } else { 1 }'),
        (2, 3),
    ),
    Case(
        "unions",
        body("let v: string | number = 1;", "v"),
        body("let v = 1;", "v"),
        (2,),
    ),
    Case(
        "on its own line",
        """\
fn f(
    a: String, // the first
    b: i64,
) { a }
""",
        """\
fn f(
    a, // the first
    b,
) { a }
""",
        (2, 3),
    ),
    Case(
        "with a comment inside",
        body("let a: /* whole */ i64 = 1;", "a"),
        body("let a/* whole */ = 1;", "a"),
        (2,),
    ),
    Case(
        "in a template",
        body("`${args.l.iter().map(|x: i64| x).count()}`"),
        body("`${args.l.iter().map(|x| x).count()}`"),
        (2,),
    ),
    Case(
        "that says what to collect",
        body(
            "let s: String = args.l.iter().map(|x| `${x}`).collect();",
            "let v: Vec<_> = args.l.iter().collect();",
            "let n: usize = args.l.iter().sum();",
            'let p: i32 = "12".parse()?;',
            'let q: f64 = "1.5".parse().unwrap_or(0.0);',
            "let m: std::collections::HashMap<String, i64> = v.iter().map(|x| (`${x}`, x)).collect();",
            "let r: Result<Vec<_>, String> = v.iter().collect();",
            "s",
        ),
        """\
use std::collections::HashMap;

pub async fn call(args) {
    let s = args.l.iter().map(|x| `${x}`).collect::<String>();
    let v = args.l.iter().collect::<Vec>();
    let n = args.l.iter().sum::<i64>();
    let p = "12".parse::<i64>()?;
    let q = "1.5".parse::<f64>().unwrap_or(0.0);
    let m = v.iter().map(|x| (`${x}`, x)).collect::<HashMap>();
    let r = v.iter().collect();
    s
}
""",
        (2, 3, 4, 5, 6, 7, 8),
    ),
)

RUNE = (
    body("#{ a: 1, b: args.a }"),
    body("'outer: loop { break 'outer; }"),
    body("std::any::type_name_of_val(args)"),
    body("match args { #{ a: x, .. } => x, _ => 1 }"),
    """\
struct P { x }
pub fn call(args) { P { x: 1 } }
""",
    body('format!("{:?}", args)'),
    """\
#[tool(desc: "x")]
pub fn f(a) { a }
""",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let a: i64 = 1;", "let (c, d): (i64, i64) = (1, 2);", "a + c + d"), 4),
    (
        """\
fn f(a: i64, b: &[i64]) { a + b.len() }
pub async fn call(args: Value) { f(args.a, args.l) }
""",
        3,
    ),
    (
        body(
            "let s: String = args.l.iter().map(|x| `${x}`).collect();",
            "let n: usize = args.l.iter().sum();",
            'let p: i32 = "12".parse()?;',
            "let m: HashMap<String, i64> = args.l.iter().map(|x| (`${x}`, x)).collect();",
            "[s, n, p, m.len()]",
        ),
        ["12", 3, 12, 2],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN008")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN008") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
