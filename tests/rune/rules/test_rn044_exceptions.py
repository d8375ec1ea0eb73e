"""RN044: exceptions: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "except",
        body("try:", "    f(1)", "except Error as e:", "    2"),
        None,
        (2,),
    ),
    Case(
        "catch",
        body("try { f(1) } catch (e) { 2 }"),
        None,
        (2,),
    ),
)

UNSAFE = (
    Case(
        "throw and raise",
        """\
fn f(x) {
    if x < 0 { throw new Error("neg"); }
    if x > 5 { throw `big ${x}`; }
    if x == 3 { raise ValueError("three"); }
    throw x;
}
""",
        """\
fn f(x) {
    if x < 0 { return Err("neg"); }
    if x > 5 { return Err(`big ${x}`); }
    if x == 3 { return Err("three"); }
    return Err(x);
}
""",
        (2, 3, 4, 5),
    ),
)

RUNE = (
    body("let try = 1;", "try"),
    body("let throw = 1;", "throw"),
    body("Ok(args)?"),
    body('"throw x"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

UNSAFE_RESULTS = (
    (
        """\
fn f(x) {
    if x > 0 { throw new Error(`too ${x}`); }
    Ok(x)
}
pub fn call(args) { f(args.a) }
""",
        {"error": "too 1"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN044")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN044", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN044") == []


@pytest.mark.parametrize(("source", "result"), UNSAFE_RESULTS)
async def test_with_permission_the_repaired_source_runs(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
