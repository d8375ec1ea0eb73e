"""RN007: the type of what a function gives back: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of a tool",
        """\
pub async fn call(args) -> Result<Vec<(i64, String)>, Box<dyn Error>> {
    args.a
}
""",
        """\
pub async fn call(args) {
    args.a
}
""",
    ),
    Case(
        "of TypeScript",
        """\
fn f(x): string | number {
    x
}
""",
        """\
fn f(x) {
    x
}
""",
    ),
    Case(
        "of a closure",
        body("let f = |x| -> i64 { x };", "f(1)"),
        body("let f = |x| { x };", "f(1)"),
        (2,),
    ),
    Case(
        "without blanks",
        "fn f()->i64{ 1 }\n",
        "fn f() { 1 }\n",
    ),
    Case(
        "with a comment inside",
        "fn f() /* one */ -> /* two */ i64 { 1 }\n",
        "fn f() /* one */ /* two */ { 1 }\n",
    ),
    Case(
        "in front of a condition of types",
        "fn f(x) -> T where T: Ord { x }\n",
        "fn f(x) where T: Ord { x }\n",
    ),
    Case(
        "on the next line",
        """\
fn f(x)
    -> String
{
    x
}
""",
        """\
fn f(x)
{
    x
}
""",
        (2,),
    ),
    Case(
        "a function as result",
        "fn f() -> impl Fn(i64) -> i64 { |x| x }\n",
        "fn f() { |x| x }\n",
    ),
    Case(
        "that says what to collect",
        """\
fn f(s: &str) -> String {
    s.chars().rev().collect()
}
fn g(l) -> i32 { l.iter().sum() }
fn h(l) -> Vec<i64> { l.iter().collect::<Vec>() }
""",
        """\
fn f(s: &str) {
    s.chars().rev().collect::<String>()
}
fn g(l) { l.iter().sum::<i64>() }
fn h(l) { l.iter().collect::<Vec>() }
""",
        (1, 4, 5),
    ),
)

RUNE = (
    "fn f(x) { x }\n",
    body("match args.a { 1 => 2, _ => 3 }"),
    body('"fn f() -> i64 {"'),
    body("let a = 3 - 2;", "a"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    ("pub async fn call(args) -> Option<i64> { let f = |x| -> i64 { x + 1 }; f(args.a) }\n", 2),
    (
        """\
fn f(s: &str) -> String { s.chars().rev().collect() }
fn g(l: &[i64]) -> i64 { l.iter().sum() }
pub fn call(args: Value) -> Vec<Value> { [f("abc"), g(&args.l)] }
""",
        ["cba", 3],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN007")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN007") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
