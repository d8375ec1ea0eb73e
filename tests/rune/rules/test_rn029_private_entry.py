"""RN029: an entry without `pub`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, found, outcome, repaired
from tests.rune.rules.syntax_cases import Case, check, findings

UNSAFE = (
    Case(
        "a script",
        """\
async fn main(a, b) {
    a
}
""",
        """\
pub async fn main(a, b) {
    a
}
""",
    ),
    Case(
        "a tool with its description",
        """\
fn NAME() { "x" }
fn DESCRIPTION() { "y" }
fn INPUT_SCHEMA() { #{ type: "object" } }
fn call(args) { args.a }
""",
        """\
pub fn NAME() { "x" }
pub fn DESCRIPTION() { "y" }
pub fn INPUT_SCHEMA() { #{ type: "object" } }
pub fn call(args) { args.a }
""",
        (1, 2, 3, 4),
    ),
    Case(
        "a private description",
        """\
fn NAME() { "x" }
pub fn call(args) { args.a }
""",
        """\
pub fn NAME() { "x" }
pub fn call(args) { args.a }
""",
    ),
    Case(
        "not public enough",
        "pub(crate) async fn call(args) { args.a }\n",
        "pub async fn call(args) { args.a }\n",
    ),
    Case(
        "with an attribute",
        """\
#[test]
fn a() { }
// the tool
fn call(args) { args.a }
""",
        """\
#[test]
fn a() { }
// the tool
pub fn call(args) { args.a }
""",
        (4,),
    ),
)

RUNE = (
    """\
fn main() { 1 }
#[tool(desc: "x")]
pub fn f(a) { main() }
""",
    """\
pub fn call(args) { helper(args) }
fn helper(args) { args }
""",
    """\
pub fn is_leap(year) { year }
fn main() { 1 }
""",
    "fn helper(x) { x }\n",
    """\
#[test]
fn call() { }
""",
    """\
pub fn NAME() { "x" }
pub fn call(args) { 1 }
""",
    "pub mod m { pub fn f(args) { 1 } fn call(args) { 1 } }\n",
    """\
pub fn call(args) { NAME() }
fn NAME() { "x" }
""",
    """\
#[hook(event = "x")]
fn on(ctx, event) { event }
fn main() { 1 }
""",
    """\
trait A { }
impl A for B { }
fn main() { 1 }
""",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

UNSAFE_RESULTS = (
    (
        """\
fn NAME() { "x" }
fn call(args) { args.a }
""",
        1,
    ),
    ("pub(crate) async fn call(args) { args.a }\n", 1),
)


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN029", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN029") == []


@pytest.mark.parametrize(("source", "result"), UNSAFE_RESULTS)
async def test_with_permission_the_repaired_source_runs(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result


@pytest.mark.parametrize(
    "source",
    ['#[tool(desc: "x")]\nasync fn show(a: int) {\n    a\n}\n', "//! @entry greet\nfn greet(who) {\n    who\n}\n"],
)
def test_what_a_source_calls_a_tool_must_be_public(source: str) -> None:
    assert [item.fix.safe for item in found(source, "RN029") if item.fix] == [False]
    made = repaired(source, accept=any_fix)
    assert "pub async fn show(a)" in made or "pub fn greet(who)" in made
    assert "pub #[" not in made
