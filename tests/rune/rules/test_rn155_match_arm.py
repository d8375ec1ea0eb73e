"""RN155: arms of other languages: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "with a colon",
        body('match args.a { 1: "a", "k" : { "b" } x if x > 3:2, (1, _): 3, _: "c" }'),
        body('match args.a { 1 => "a", "k" => { "b" } x if x > 3 => 2, (1, _) => 3, _ => "c" }'),
        (2, 2, 2, 2, 2),
    ),
    Case(
        "with a plain arrow",
        body("match args.a {", "    1 -> 2,", "    // none", "    else -> 3,", "}"),
        body("match args.a {", "    1 => 2,", "    // none", "    _ => 3,", "}"),
        (3, 5, 5),
    ),
    Case(
        "with `case` and `default`",
        body("match args.a {", "    case 1 => 2,", "    case _: 3,", "    default => 4,", "}"),
        body("match args.a {", "    1 => 2,", "    _ => 3,", "    _ => 4,", "}"),
        (3, 4, 4, 5),
    ),
    Case(
        "inside of others",
        body("match args.a { 1: match args.s { x: x }, _: |x| x }"),
        body("match args.a { 1 => match args.s { x => x }, _ => |x| x }"),
        (2, 2, 2),
    ),
)

RUNE = (
    body("match args { #{ a: 1, .. } => 1, #{ a: x } => x, _ => 2 }"),
    body("match args.a { case => case }"),
    body("match args.a { x if x == 1 => #{ a: 1 }, _ => 2 }"),
    body('"match x { 1: 2 }"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('match args.a { 2: "two", 1: "one", _: "many" }'), "one"),
    (body("match args.s {", '    case "y" -> 2', "    default -> 3", "}"), 3),
    (body("let r = match args { #{ a: 2, .. }: 1, else: { 5 } };", "r"), 5),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN155")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN155") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
