"""RN039: default values of parameters: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "called with fewer",
        """\
fn f(a, b = 5) { a + b }
pub fn call(args) { f(1) + f(1, 2) }
""",
        """\
fn f(a, b) { a + b }
pub fn call(args) { f(1, 5) + f(1, 2) }
""",
    ),
    Case(
        "of a public function",
        """\
#[tool(desc: "x")]
pub fn f(a, n = 5) {
    // body
    a + n
}
""",
        """\
#[tool(desc: "x")]
pub fn f(a, n) {
    let n = match n { () => 5, value => value };
    // body
    a + n
}
""",
        (2,),
    ),
    Case(
        "on one line, with CRLF",
        "pub fn f(n = 5) { n }\r\n",
        "pub fn f(n) { let n = match n { () => 5, value => value }; n }\r\n",
    ),
    Case(
        "two of them",
        """\
fn f(a = 1, b = 2) { a + b }
pub fn call(args) { f() + f(5) }
""",
        """\
fn f(a, b) { a + b }
pub fn call(args) { f(1, 2) + f(5, 2) }
""",
        (1, 1),
    ),
    Case(
        "of a closure",
        body("let f = |x = 1| x;", "f(2)"),
        None,
        (2,),
    ),
)

RUNE = (
    """\
fn f(a, b) { a + b }
pub fn call(args) { f(1, 2) }
""",
    body("let a = 1;", "a = 2;", "a"),
    body("Ok(args.a == 1)"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
fn f(a, b = 5) { a + b }
pub fn g(x, n = 2) { x * n }
pub fn call(args) { f(1) + f(1, 2) + g(3) + g(3, ()) }
""",
        21,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN039")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN039") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
