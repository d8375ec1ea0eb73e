"""RN069: `switch`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "breaks and a default",
        body(
            "switch (args.a) {",
            "    case 1:",
            "        n = 1;",
            "        break;",
            '    case "x":',
            "        n = 2;",
            "        break;",
            "    default:",
            "        n = 3;",
            "}",
        ),
        body(
            "match args.a {",
            "    1 => {",
            "        n = 1;",
            "    }",
            '    "x" => {',
            "        n = 2;",
            "    }",
            "    _ => {",
            "        n = 3;",
            "    }",
            "}",
        ),
        (2,),
    ),
    Case(
        "returns on one line",
        body("switch (args.a) {", "    case 1: return 1;", "    default: return 2;", "}"),
        body("match args.a {", "    1 => { return 1; }", "    _ => { return 2; }", "}"),
        (2,),
    ),
    Case(
        "blocks",
        body(
            "switch (args.a) {",
            "    case 1: { n = 1; break; }",
            "    case -2: {",
            "        n = 2;",
            "    } break;",
            "    default: { n = 3; }",
            "}",
        ),
        body(
            "match args.a {",
            "    1 => { n = 1; }",
            "    -2 => {",
            "        n = 2;",
            "    }",
            "    _ => { n = 3; }",
            "}",
        ),
        (2,),
    ),
    Case(
        "labels that share an arm",
        body("switch (args.a) {", "    case 1:", "    case 2: return 1;", "}"),
        body("match args.a {", "    1 | 2 => { return 1; }", "}"),
        (2,),
    ),
    Case(
        "without parentheses",
        body("switch args.a {", "    case 1: return 1;", "}"),
        body("match args.a {", "    1 => { return 1; }", "}"),
        (2,),
    ),
    Case(
        "arms of Go, which end by themselves",
        body(
            "switch args.a {",
            "case 1, 2:",
            "    n = 1",
            'case "x":',
            "    n = 2;",
            "    m = 3;",
            "default:",
            "    n = 3",
            "}",
        ),
        body(
            "match args.a {",
            "1 | 2 => {",
            "    n = 1",
            "}",
            '"x" => {',
            "    n = 2;",
            "    m = 3;",
            "}",
            "_ => {",
            "    n = 3",
            "}",
            "}",
        ),
        (2,),
    ),
    Case(
        "arms of Java with arrows",
        body("let n = switch (args.a) {", '    case 1 -> "a";', "    case -2 -> { f() }", '    default -> "b";', "};"),
        body("let n = match args.a {", '    1 => "a",', "    -2 => { f() }", '    _ => "b",', "};"),
        (2,),
    ),
    Case("blocks that go on", body("switch (args.a) { case 1: { f(); } case 2: { g() } }"), None, (2,)),
    Case("an arrow with two statements", body("switch (args.a) { case 1 -> f(); g(); default -> 1; }"), None, (2,)),
    Case("an arrow that yields", body("switch (args.a) { case 1 -> { yield 1; } default -> 1; }"), None, (2,)),
    Case(
        "a label of Go with nothing behind it",
        body("switch args.a {", "case 1:", "case 2:", "    n = 1;", "case 3:", "    n = 2;", "}"),
        None,
        (2,),
    ),
    Case(
        "an arm of Go that goes on",
        body("switch args.a {", "case 1:", "    n = 1", "    fallthrough", "case 3:", "    n = 2", "}"),
        None,
        (2,),
    ),
    Case(
        "an arm that goes on with the next one",
        body("switch (args.a) {", "    case 1: n = 1;", "    case 2: n += 1; break;", "}"),
        None,
        (2,),
    ),
    Case("a label that is no literal", body("switch (args.a) {", "    case n + 1: return 1;", "}"), None, (2,)),
    Case(
        "a default in front of others",
        body("switch (args.a) {", "    default: return 1;", "    case 2: return 2;", "}"),
        None,
        (2,),
    ),
    Case(
        "left in the middle of an arm",
        body("switch (args.a) {", "    case 1: if n > 1 { break; } n = 2; break;", "}"),
        None,
        (2,),
    ),
    Case(
        "a comment between the labels",
        body("switch (args.a) {", "    case 1: // one", "    case 2: return 1;", "}"),
        None,
        (2,),
    ),
)

RUNE = (
    body("let s = switch (args.a);"),
    body("let switch = 1;"),
    body("match args.a { 1 => 2, _ => 3 }"),
    body('"switch (x) { case 1: }"'),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "let n = 0;",
            "switch (args.a) {",
            "    case 1:",
            "        n = 1;",
            "        break;",
            "    case 2:",
            "    case 3:",
            "        n = 5;",
            "        break;",
            "    default:",
            "        n = 9;",
            "}",
            "n",
        ),
        5,
    ),
    (body("switch (args.s) {", '    case "x,y": return "found";', '    default: return "other";', "}"), "found"),
    (
        body("let n = 0;", "switch args.a {", "case 1, 2:", "    n = 4", "case 3:", "    n = 5", "}", "n"),
        4,
    ),
    (body("let n = 0;", "switch args.a {", "case 7:", "    n = 4", "}", "n"), 0),
    (body("let n = switch (args.a) {", "    case 1, 2 -> 4;", "    default -> 5;", "};", "n"), 4),
    (body("let n = 0;", "switch (args.a) { case 7: n = 1; break; default: n = 8 }", "n"), 8),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN069")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN069") == []


async def test_blocks_that_give_values_are_arms_on_demand(engine: ScriptEngine) -> None:
    source = body("switch (args.a) {", '    case 1: { "one" }', '    case 2: { "two" }', '    default: { "many" }', "}")
    assert [item.fix.safe for item in findings(source, "RN069") if item.fix] == [False]
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == "two"


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
