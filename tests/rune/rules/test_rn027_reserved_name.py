"""RN027: a reserved word as a name: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "words of the language",
        body("let match = 1;", "match match + 1 { 2 => match, _ => 3 }"),
        None,
        (2,),
    ),
    Case(
        "in a call of what it could mean, too",
        """\
fn match(x) { x }
pub fn call(args) { match(1) }
""",
        None,
    ),
    Case(
        "a field of a struct",
        "struct A { default }\n",
        None,
    ),
)

UNSAFE = (
    Case(
        "functions and parameters",
        """\
fn do(default, ref) { default + ref }
pub async fn move(args) { do(args.a, 1) }
pub async fn call(args) { move(args).await }
""",
        """\
fn do_(default_, ref_) { default_ + ref_ }
pub async fn move_(args) { do_(args.a, 1) }
pub async fn call(args) { move_(args).await }
""",
        (1, 1, 1, 2),
    ),
    Case(
        "short keys",
        body("let final = 1;", "#{ final, default: final, x: final.abs() }"),
        body("let final_ = 1;", '#{ "final": final_, default: final_, x: final_.abs() }'),
        (2,),
    ),
    Case(
        "a closure, a loop, a module",
        """\
mod macro { pub fn f(x) { x } }
pub fn call(args) { for in in [1] { return macro::f(in); } }
""",
        """\
mod macro_ { pub fn f(x) { x } }
pub fn call(args) { for in_ in [1] { return macro_::f(in_); } }
""",
        (1, 2),
    ),
    Case(
        "the tool keeps its name",
        """\
#[tool(desc: "x")]
pub async fn move(args) { 1 }
#[tool]
#[param(name = "default", default = 3)]
pub fn do(default) { default }
#[tool(name = "n")]
pub fn yield(x) { x }
""",
        """\
#[tool(name: "move", desc: "x")]
pub async fn move_(args) { 1 }
#[tool(name = "do")]
#[param(name = "default", default = 3)]
pub fn do_(default_) { default_ }
#[tool(name = "n")]
pub fn yield_(x) { x }
""",
        (2, 5, 5, 7),
    ),
    Case(
        "the new name is taken",
        body("let default_ = 1;", "let default = 2;", "default + default_"),
        body("let default_ = 1;", "let default__ = 2;", "default__ + default_"),
        (3,),
    ),
    Case(
        "methods",
        """\
struct A { x }
impl A { fn move(self) { self.x } }
pub fn call(args) { A { x: 1 }.move() }
""",
        """\
struct A { x }
impl A { fn move_(self) { self.x } }
pub fn call(args) { A { x: 1 }.move_() }
""",
        (2,),
    ),
)

RUNE = (
    """\
fn type(box) { box }
pub fn call(args) { type(args.a) }
""",
    body("let default_ = 1;", "default_"),
    body("args.iter().map(|(k, v)| k).count()"),
    body("for x in args.l { }", "match args.a { 1 => move |x| x, _ => 2 }"),
    body('"let default = 1"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

UNSAFE_RESULTS = (
    (
        """\
fn do(default, ref) { default + ref }
pub async fn move(args) { do(args.a, 1) }
pub async fn call(args) { move(args).await }
""",
        2,
    ),
    (
        """\
mod macro { pub fn f(x) { x } }
pub fn call(args) { for in in [1] { return macro::f(in); } }
""",
        1,
    ),
    (
        """\
struct A { x }
impl A { fn move(self) { self.x } }
pub fn call(args) { A { x: args.a }.move() }
""",
        1,
    ),
    (body("let final = 1;", "#{ final, default: final }"), {"default": 1, "final": 1}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN027")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN027", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN027") == []


@pytest.mark.parametrize(("source", "result"), UNSAFE_RESULTS)
async def test_with_permission_the_repaired_source_runs(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
