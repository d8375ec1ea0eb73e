"""RN004: generic arguments inside a turbofish: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of a collect",
        body("args.l.iter().collect::<Vec<String>>()"),
        body("args.l.iter().collect::<Vec>()"),
        (2,),
    ),
    Case(
        "two levels",
        body("args.l.iter().collect::<Vec<Vec<(i64, &str)>>>()"),
        body("args.l.iter().collect::<Vec>()"),
        (2,),
    ),
    Case(
        "an inner turbofish",
        body("args.l.iter().collect::<Vec::<i64>>()"),
        body("args.l.iter().collect::<Vec>()"),
        (2,),
    ),
    Case(
        "the type left open",
        body("args.l.iter().collect::<_>()"),
        body("args.l.iter().collect::<Vec>()"),
        (2,),
    ),
    Case(
        "of a path",
        body("let v = Vec::<i64>::new();", "v"),
        body("let v = Vec::new();", "v"),
        (2,),
    ),
    Case(
        "without the colons",
        body("let v = Vec<i64>::new();", "v"),
        body("let v = Vec::new();", "v"),
        (2,),
    ),
    Case(
        "in a template",
        body("`${args.l.iter().collect::<Vec<_>>().len()}`"),
        body("`${args.l.iter().collect::<Vec>().len()}`"),
        (2,),
    ),
    Case(
        "of a test",
        body("args.l is Vec<i64>"),
        body("args.l is Vec"),
        (2,),
    ),
    Case(
        "a map, which needs an import",
        body("args.l.iter().map(|x| (`${x}`, x)).collect::<HashMap<_, _>>()"),
        """\
use std::collections::HashMap;

pub async fn call(args) {
    args.l.iter().map(|x| (`${x}`, x)).collect::<HashMap>()
}
""",
        (2,),
    ),
    Case(
        "a map that was imported",
        """\
use std::collections::HashMap;
pub fn call(args) { [].iter().collect::<HashMap<_, _>>() }
""",
        """\
use std::collections::HashMap;
pub fn call(args) { [].iter().collect::<HashMap>() }
""",
        (2,),
    ),
)

RUNE = (
    body("args.l.iter().collect::<Vec>()"),
    body('"1".parse::<i64>()'),
    body("let a = 1;", "let b = 2;", "a < b && b > a"),
    body("args.l.iter().sum::<i64>()"),
    body("let A = 1;", "let b = A<2;", "b"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("args.l.iter().map(|x| (`${x}`, x)).collect::<HashMap<_, _>>().len()"), 2),
    (body("let v = Vec<i64>::new();", "let w = Vec::<i64>::new();", "v.len() + w.len()"), 0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN004")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN004") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
