"""RN024: attributes that Rune does not know: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "on declarations",
        """\
#[derive(Debug, Clone)]
struct A { x }
#[inline] fn f() { 1 }
#[allow(dead_code)] // for now
const B = 1;
#[cfg(test)]
mod m {
    #[should_panic]
    #[test]
    fn a() { }
}
#[derive(
    Debug,
)]
enum C { D }
""",
        """\
struct A { x }
fn f() { 1 }
// for now
const B = 1;
mod m {
    #[test]
    fn a() { }
}
enum C { D }
""",
        (1, 3, 4, 6, 8, 12),
    ),
    Case(
        "on fields and variants",
        """\
struct A { #[serde(skip)] x, #[doc = "y"] y }
enum B {
    #[default]
    C,
}
""",
        """\
struct A { x, #[doc = "y"] y }
enum B {
    C,
}
""",
        (1, 3),
    ),
    Case(
        "on statements",
        body("#[allow(unused)]", "let a = 1;", "#[rustfmt::skip]", "if a == 1 { 2 } else { 3 }"),
        body("let a = 1;", "if a == 1 { 2 } else { 3 }"),
        (2, 4),
    ),
    Case(
        "of the file",
        """\
// a tool
#![allow(x)]
#![doc = "y"]
fn f() {
    #![allow(z)]
    1
}
""",
        """\
// a tool
#![doc = "y"]
fn f() {
    1
}
""",
        (2, 5),
    ),
    Case(
        "on the first line, with more behind it",
        "#![allow(x)] fn f() { 1 }\n",
        "fn f() { 1 }\n",
    ),
    Case(
        "on imports and impl",
        """\
#[allow(unused)]
use std::collections::HashMap;
#[async_trait]
impl A { #[must_use] fn f(self) { 1 } }
""",
        """\
use std::collections::HashMap;
impl A { fn f(self) { 1 } }
""",
        (1, 3, 4),
    ),
    Case(
        "a test that is no function",
        """\
#[test]
mod m { }
""",
        "mod m { }\n",
    ),
    Case(
        "with CRLF",
        "#[inline]\r\nfn f() { 1 }\r\n",
        "fn f() { 1 }\r\n",
    ),
)

RUNE = (
    """\
#![allow(x)]
pub fn call(args) { 1 }
""",
    """\
#[test]
fn a() { }
#[bench]
fn b(c) { }
#[doc = "d"]
pub fn call(args) { 1 }
""",
    """\
#[tool(desc: "x")]
#[param(name = "a")]
pub fn f(a) { a }
#[hook(event = "x")]
pub fn g(ctx, event) { event }
#[handler(x)]
pub fn h(ctx, event) { event }
#[plugin(name = "x")]
pub fn create() { 1 }
""",
    body("match args.a { #[any] 1 => 2, _ => 3 }"),
    "pub fn f(#[any] x) { x }\n",
    body('"#[inline]"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
#[derive(Debug)]
struct A { #[serde(skip)] x }
#[inline]
pub fn call(args) { #[allow(x)] let a = A { x: 1 }; a.x }
""",
        1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN024")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN024") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('#[tools(desc = "Adds")]', '#[tool(desc = "Adds")]'),
        ('#[Tool(desc = "Adds")]', '#[tool(desc = "Adds")]'),
        ('#[Hook(event = "tool:after")]', '#[hook(event = "tool:after")]'),
        ('#[tool]\n#[arg(name = "a", type = "int")]', '#[tool]\n#[param(name = "a", type = "int")]'),
        ('#[Tool]\n#[Params(name = "a")]', '#[tool]\n#[param(name = "a")]'),
    ],
)
def test_a_misspelt_attribute_of_a_host_is_spelled_right_and_not_deleted(written: str, meant: str) -> None:
    body = "\npub fn add(a) {\n    a\n}\n"
    assert repaired(written + body) == meant + body


def test_an_attribute_of_another_library_is_deleted_where_nothing_is_a_tool() -> None:
    assert repaired("#[arg(short)]\npub fn add(a) {\n    a\n}\n") == "pub fn add(a) {\n    a\n}\n"
