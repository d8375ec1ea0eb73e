"""RN035: `x => x + 1`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "functions in constants of the file",
        """\
const double = (x) => x * 2;
let half = x => { x / 2 };
export const later = async (a, b) => a + b;
const plus = function (a, b) { a + b };
const minus = async function named(a) { -a }
mod m { const one = () => 1; }
""",
        """\
fn double(x) { x * 2 }
fn half(x) { x / 2 }
export async fn later(a, b) { a + b }
fn plus(a, b) { a + b }
async fn minus(a) { -a }
mod m { fn one() { 1 } }
""",
        (1, 2, 3, 4, 5, 6),
    ),
    Case(
        "of all kinds",
        body(
            "let f = (a, b) => a + b;",
            "let g = () => 4;",
            "let h = x => { return x; };",
            "let i = (o) => ({ v: o });",
            "f(g(), h(1))",
        ),
        body(
            "let f = |a, b| a + b;",
            "let g = || 4;",
            "let h = |x| { return x; };",
            "let i = |o| ({ v: o });",
            "f(g(), h(1))",
        ),
        (2, 3, 4, 5),
    ),
    Case(
        "as arguments",
        body("args.l.iter().map(x => x + 1).filter((x) => x > 1).count()"),
        body("args.l.iter().map(|x| x + 1).filter(|x| x > 1).count()"),
        (2, 2),
    ),
    Case(
        "function",
        body("args.l.iter().map(function (x) { return x; }).map(fn(y) { y }).count()"),
        body("args.l.iter().map(|x| { return x; }).map(|y| { y }).count()"),
        (2, 2),
    ),
    Case(
        "async",
        body("let f = async (x) => x;", "f(1).await"),
        body("let f = async |x| x;", "f(1).await"),
        (2,),
    ),
    Case(
        "in a template",
        body("`${args.l.iter().map(x => x).count()}`"),
        body("`${args.l.iter().map(|x| x).count()}`"),
        (2,),
    ),
)

CLOSURES = (
    Case(
        "closures kept in constants of the file",
        """\
const double = |x| x * 2; // twice
let seven = || 7;
const load = async |x, y| {
    x * y
};
""",
        """\
fn double(x) { x * 2 } // twice
fn seven() { 7 }
async fn load(x, y) {
    x * y
}
""",
        (1, 2, 3),
    ),
)

RUNE = (
    body("match args.a { 1 => 2, x => x, _ if true => 3 }"),
    body("match (args.a, 1) { (a, b) => a + b, _ => 3 }"),
    body("let f = |x| x + 1;", "f(1)"),
    body('"x => x"'),
    """\
fn function() { 1 }
pub fn call(args) { if function() == 1 { function() } else { 2 } }
""",
    body("match args.a { n if (n > 1) => 2, _ => 3 }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    ("const double = (x) => x * 2;\nconst of = function (a) { return double(a); };\n" + body("of(args.a)"), 2),
    (
        body(
            "let f = (a, b) => a + b;",
            "let g = () => 4;",
            "let h = x => { return x; };",
            "f(g(), h(1)) + args.l.iter().map(function (x) { return x; }).count()",
        ),
        7,
    ),
)


@pytest.mark.parametrize("case", CASES + CLOSURES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN035")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN035") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
