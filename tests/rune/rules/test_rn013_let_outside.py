"""RN013: `let` outside of functions, never changed: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        """\
let A = 1;
var B = "x";
static C: i64 = -2;
let D = [1, #{ a: (), b: (1, 'c') }, `t${A}`];
let E = A * 60;
pub fn call(args) { [A, B, C, D, E] }
""",
        """\
const A = 1;
const B = "x";
const C: i64 = -2;
const D = [1, #{ a: (), b: (1, 'c') }, `t${A}`];
const E = A * 60;
pub fn call(args) { [A, B, C, D, E] }
""",
        (1, 2, 3, 4, 5),
    ),
    Case(
        "in a module",
        """\
mod m {
    let A = 1;
    pub fn f() { A }
}
""",
        """\
mod m {
    const A = 1;
    pub fn f() { A }
}
""",
        (2,),
    ),
    Case(
        "used in a module, without a semicolon",
        """\
let A = 1
mod m {
    pub fn f() { A + 1 }
}
""",
        """\
const A = 1;
mod m {
    pub fn f() { super::A + 1 }
}
""",
    ),
    Case(
        "a value that is none of a constant",
        """\
let A = now();
fn f() { A }
""",
        None,
    ),
    Case(
        "several at once",
        "let (A, B) = (1, 2);\n",
        None,
    ),
    Case(
        "also the name of a parameter",
        """\
let x = 1;
fn f(x) { x }
""",
        None,
    ),
    Case(
        "static mut",
        """\
static mut A: i64 = 1;
fn f() { A }
""",
        """\
const A: i64 = 1;
fn f() { A }
""",
    ),
)

RUNE = (
    body("let a = 1;", "a"),
    """\
const A = 1;
pub fn call(args) { A }
""",
    body('"let A = 1;"'),
    """\
mod m {
    pub fn f() { let a = 1; a }
}
pub fn call(args) { m::f() }
""",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
let A = [1, 2];
var B = A;
mod m {
    let C = 5;
    pub fn f() { super::A.len() + C + B[1] }
}
pub fn call(args) { m::f() }
""",
        9,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN013")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN013") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
