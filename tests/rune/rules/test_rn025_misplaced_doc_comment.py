"""RN025: a doc comment where none may stand: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in a body",
        body(
            "/// a",
            "/// b",
            "let x = 1; //! c",
            "match x {",
            "    /// fine",
            "    1 => { /** d */ }",
            "    _ => 2, /// e",
            "}",
            "/// f",
        ),
        body(
            "// a",
            "// b",
            "let x = 1; // c",
            "match x {",
            "    /// fine",
            "    1 => { /* d */ }",
            "    _ => 2, // e",
            "}",
            "// f",
        ),
        (2, 3, 4, 7, 8, 10),
    ),
    Case(
        "in objects, lists, calls",
        body("f(#{", "    /// a", "    k: 1, /// b", "}, [", "    /// c", "    1,", "])"),
        body("f(#{", "    // a", "    k: 1, // b", "}, [", "    // c", "    1,", "])"),
        (3, 4, 6),
    ),
    Case(
        "above an impl, and at the end",
        """\
struct A;
/// a
impl A {
    /// fine
    fn f(self) { 1 }
}
/// b
""",
        """\
struct A;
// a
impl A {
    /// fine
    fn f(self) { 1 }
}
// b
""",
        (2, 7),
    ),
    Case(
        "at the end of a module",
        """\
mod m {
    //! fine
    fn f() { 1 }
    /// a
}
""",
        """\
mod m {
    //! fine
    fn f() { 1 }
    // a
}
""",
        (4,),
    ),
    Case(
        "an inner one in a body",
        """\
fn f() {
    //! a
    1
}
""",
        """\
fn f() {
    // a
    1
}
""",
        (2,),
    ),
    Case(
        "with CRLF",
        "fn f() {\r\n    /// a\r\n    1\r\n}\r\n",
        "fn f() {\r\n    // a\r\n    1\r\n}\r\n",
        (2,),
    ),
)

RUNE = (
    """\
//! a
//! b
/// c
fn f() { 1 }
/// d
mod m {
    //! e
    /// f
    const A = 1;
}
/// g
struct B {
    /// h
    x,
}
/// i
enum C {
    /// j
    D,
}
/// k
#[test]
fn l() { }
pub fn call(args) { 1 }
""",
    body("match args.a {", "    /// a", "    1 => 2,", "    /// b", "    _ => 3,", "}"),
    body("// a", "//// b", "/*** c */", "1"),
    body('"/// a"'),
    body("/// a", "fn f() { 1 }", "/// b", "const A = 1;", "f() + A"),
    """\
const A = 1;
//! fine
pub fn call(args) { A }
""",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("/// a", "let x = 1; //! c", "#{", "    /// a", "    k: x, /// b", "}"), {"k": 1}),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN025")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN025") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
