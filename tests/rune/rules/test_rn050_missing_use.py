"""RN050: collections that need a `use`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body("let m = HashMap::new();", "let s = args.l.iter().collect::<HashSet>();", "s is HashSet"),
        """\
use std::collections::HashMap;

use std::collections::HashSet;

pub async fn call(args) {
    let m = HashMap::new();
    let s = args.l.iter().collect::<HashSet>();
    s is HashSet
}
""",
        (2, 3, 4),
    ),
    Case(
        "in a module",
        """\
mod m {
    fn f() { VecDeque::new() }
}
""",
        """\
mod m {
    use std::collections::VecDeque;

    fn f() { VecDeque::new() }
}
""",
        (2,),
    ),
    Case(
        "below other imports",
        """\
use std::iter;
fn f() { HashMap::new() }
""",
        """\
use std::iter;
use std::collections::HashMap;
fn f() { HashMap::new() }
""",
        (2,),
    ),
)

PATTERNS = (
    Case(
        "the states of generators, in patterns",
        """\
fn f(g) {
    match g.resume(1) { GeneratorState::Yielded(x) => x, GeneratorState::Complete(x) => x }
}
""",
        """\
use std::ops::GeneratorState;

fn f(g) {
    match g.resume(1) { GeneratorState::Yielded(x) => x, GeneratorState::Complete(x) => x }
}
""",
        (2, 2),
    ),
)

UNSAFE = (
    Case(
        "collections with an order",
        body("let m = BTreeMap::new();", "m"),
        """\
use std::collections::HashMap;

pub async fn call(args) {
    let m = HashMap::new();
    m
}
""",
        (2,),
    ),
)

RUNE = (
    """\
use std::collections::HashMap;
pub fn call(args) { HashMap::new().len() }
""",
    """\
use std::collections::*;
pub fn call(args) { HashMap::new().len() }
""",
    body("std::collections::HashMap::new().len()"),
    body("use std::collections::HashMap;", "HashMap::new().len()"),
    """\
struct HashMap { x }
impl HashMap { fn new() { 1 } }
pub fn call(args) { HashMap::new() }
""",
    body('"HashMap::new()"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let m = HashMap::new();", 'm.insert("a", 1);', "m.len() + args.l.iter().collect::<HashSet>().len()"), 3),
)

UNSAFE_RESULTS = ((body("let m = BTreeMap::new();", 'm.insert("a", 1);', "m.len()"), 1),)


@pytest.mark.parametrize("case", CASES + PATTERNS, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN050")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN050", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN050") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


@pytest.mark.parametrize(("source", "result"), UNSAFE_RESULTS)
async def test_with_permission_the_repaired_source_runs(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
