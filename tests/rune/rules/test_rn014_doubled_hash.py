"""RN014: `##[test]`: found, repaired, and not found where it is none."""

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
##[test]
fn a() { }
###[tool(desc: "x")]
pub fn f(a) { a }
""",
        """\
#[test]
fn a() { }
#[tool(desc: "x")]
pub fn f(a) { a }
""",
        (1, 3),
    ),
    Case(
        "in a module",
        """\
mod m {
    ## [test]
    fn a() { }
}
""",
        """\
mod m {
    # [test]
    fn a() { }
}
""",
        (2,),
    ),
)

RUNE = (
    """\
#[test]
fn a() { }
pub fn call(args) { 1 }
""",
    body('"##[test]"'),
    body("let a = #{};", "a"),
    body("`# ## ##[x]`"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
##[test]
fn a() { }
pub fn call(args) { args.a }
""",
        1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN014")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN014") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
