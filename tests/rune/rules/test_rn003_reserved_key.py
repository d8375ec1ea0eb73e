"""RN003: a reserved word as the key of an object: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "nested, and in a JavaScript object",
        body("#{ default: #{ enum: [1], is: 2 }, x: { match: 1 } }"),
        body('#{ "default": #{ "enum": [1], "is": 2 }, x: { "match": 1 } }'),
        (2, 2, 2, 2),
    ),
    Case(
        "in a template",
        body("`${#{ default: 1 }.len()}`"),
        body('`${#{ "default": 1 }.len()}`'),
        (2,),
    ),
    Case(
        "in a pattern",
        body("match args { #{ default: x, .. } => x, _ => 1 }"),
        body('match args { #{ "default": x, .. } => x, _ => 1 }'),
        (2,),
    ),
    Case(
        "on lines of their own",
        body("#{", "    a: 1,", "    // the word", "    const: 2,", "}"),
        body("#{", "    a: 1,", "    // the word", '    "const": 2,', "}"),
        (5,),
    ),
)

RUNE = (
    body("#{ type: 1, where: 2, try: 3, box: 4, union: 5, tool: 6, null: 7 }"),
    body('#{ "default": 1 }'),
    body('"#{ default: 1 }"'),
    body("match args.a { 1 => 2, _ => 3 }"),
    body("'outer: loop { break 'outer; }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("#{ default: #{ enum: [1], is: 2 } }"), {"default": {"enum": [1], "is": 2}}),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN003")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN003") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
