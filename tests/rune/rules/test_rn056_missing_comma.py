"""RN056: a missing comma: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "objects",
        body("#{", "    a: 1 // one", '    "b": [2]', "    c: 3; d: 4", "}"),
        body("#{", "    a: 1, // one", '    "b": [2],', "    c: 3, d: 4", "}"),
        (3, 4, 5),
    ),
    Case(
        "arms",
        body("match args.a {", '    1 => "a"', '    2 => { "b" }', '    3 => "c";', '    _ => "d"', "}"),
        body("match args.a {", '    1 => "a",', '    2 => { "b" }', '    3 => "c",', '    _ => "d"', "}"),
        (3, 5),
    ),
    Case(
        "a semicolon behind the last one",
        body("let o = #{ a: 1; };", "match args.a { 1 => return 2, _ => return 3; }"),
        body("let o = #{ a: 1, };", "match args.a { 1 => return 2, _ => return 3, }"),
        (2, 3),
    ),
    Case(
        "a JavaScript object",
        body("let o = {", "    a: 1", "    b: 2", "};", "o"),
        body("let o = {", "    a: 1,", "    b: 2", "};", "o"),
        (3,),
    ),
)

RUNE = (
    body("#{ a: 1, b: 2, }"),
    body("match args.a { 1 => { 1 } 2 => if true { 1 } else { 2 } 3 => match 1 { _ => 2 } _ => 3 }"),
    body("#{", "    a: args", "        .a,", "    c: 2", "}"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body("#{", "    a: 1 // one", '    "b": match args.a {', '        1 => "a"', '        _ => "d"', "    }", "}"),
        {"a": 1, "b": "a"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN056")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN056") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
