"""RN036: words in front of a function: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of several languages",
        """\
function f(x) { x }
export async function g(x) { x }
export default fn h(x) { x }
private fn i(x) { x }
public static fn j(x) { x }
pub func k(x) { x }
def l(x) { x }
fun m(x) { x }
""",
        """\
fn f(x) { x }
pub async fn g(x) { x }
pub fn h(x) { x }
fn i(x) { x }
pub fn j(x) { x }
pub fn k(x) { x }
fn l(x) { x }
fn m(x) { x }
""",
        (1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8),
    ),
    Case(
        "Python without braces",
        """\
def f(x):
    return x
""",
        None,
    ),
)

RUNE = (
    """\
fn f(x) { x }
pub async fn g(x) { x }
const fn h(x) { x }
pub fn call(args) { 1 }
""",
    body("let function = 1;", "function"),
    body("let def = 1;", "def"),
    body('"function f() {}"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
function f(x) { return x; }
export async function call(args) { f(args.a) }
""",
        1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN036")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN036") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
