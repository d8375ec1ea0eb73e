"""`#[test]` functions of a source."""

from __future__ import annotations

from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.validation.unit_tests import MOST, UnitTest, find_tests
from tests.migration.validation.support import codes, comprehensive, policy


def test_tests_are_found_with_their_paths_and_lines() -> None:
    text = """\
pub fn call(args) { args }

#[test]
fn plain() {}

# [ test ]
pub async fn awaited() {}

pub mod inner { pub mod deep { #[test] fn nested() {} } }

#[test]
fn with(parameter) {}

struct Thing;
impl Thing { #[test] fn method() {} }

// #[test]
fn none() {}
"""
    assert find_tests(text) == (
        UnitTest("plain", 4),
        UnitTest("awaited", 7),
        UnitTest("inner::deep::nested", 9),
    )


def test_a_source_of_many_tests_has_the_first_ones_run() -> None:
    assert len(find_tests("#[test] fn a() {}\n" * (MOST + 5))) == MOST


async def test_tests_that_pass_are_no_finding(engine: ScriptEngine) -> None:
    more = """\
fn twice(n) { n * 2 }
#[test] fn doubles() { assert_eq!(twice(2), 4); }
#[test] async fn waits() { assert!(twice(1) == 2); }
"""
    assert (await comprehensive(engine, "args.n", more=more)).findings == ()


async def test_a_test_that_fails_fails_the_tool(engine: ScriptEngine) -> None:
    more = """\
#[test]
fn doubles() { assert_eq!(2 + 2, 5, "no"); }
#[test]
fn gives() { Err("it does not work") }
"""
    found = await comprehensive(engine, "args.n", more=more)
    assert codes(found) == ["VAL105", "VAL105"]
    first, second = found.findings
    assert first.message.startswith("the test doubles (line 3) fails at line 3: ")
    assert second.message == "the test gives (line 5) fails: it gives Err: it does not work"
    assert first.context["test"] == "doubles"
    assert [finding.context["location"]["line"] for finding in (first, second)] == [3, 5]


async def test_a_test_behind_a_stand_in_is_inconclusive_and_does_nothing_outside(engine: ScriptEngine) -> None:
    more = "#[test] async fn live() { assert_eq!(http::get(`https://example.com/`).await?.status().as_u16(), 404); }"
    found = await comprehensive(engine, "args.n", more=more, under=policy("production"))
    assert (codes(found), found.ok) == (["VAL009"], True)
    assert found.findings[0].context["host_calls"] == [{"call": "http::get", "arguments": ["https://example.com/"]}]


async def test_a_test_that_hangs_is_stopped(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "args.n", more="#[test] fn hangs() { loop {} }", under=policy(timeout_s=0.05))
    assert codes(found) == ["VAL105"]


async def test_a_test_may_have_the_name_of_the_tool(engine: ScriptEngine) -> None:
    more = "#[test] fn tool() { panic!(`no`) }"
    assert codes(await comprehensive(engine, "args.n", more=more)) == ["VAL105"]
