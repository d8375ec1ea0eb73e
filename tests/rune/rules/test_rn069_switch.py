"""RN069: `switch`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
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
    (body("let n = 0;", "switch (args.a) { case 7: n = 1; break; default: n = 8 }", "n"), 8),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN069")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN069") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
