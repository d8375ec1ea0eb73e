"""RN017: alternatives and ranges in a pattern: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "short arms",
        body("match args.a {", "    4 | 6 | -9 => 30, // some", "    _ => 31,", "}"),
        body("match args.a {", "    4 => 30,", "    6 => 30,", "    -9 => 30, // some", "    _ => 31,", "}"),
        (3,),
    ),
    Case(
        "on one line",
        body("match args.s { \"a\" | 'b' => 1, true | false => 2, _ => 3 }"),
        body("match args.s { \"a\" => 1, 'b' => 1, true => 2, false => 2, _ => 3 }"),
        (2, 2),
    ),
    Case(
        "ranges",
        body("match args.a { 1..=5 => 1, 6..9 => 2, -3..=-1 => 3, 20.. => 4, ..=-7 => 5, _ => 6 }"),
        body(
            "match args.a { n if n >= 1 && n <= 5 => 1, n if n >= 6 && n < 9 => 2, n if n >= "
            "-3 && n <= -1 => 3, n if n >= 20 => 4, n if n <= -7 => 5, _ => 6 }"
        ),
        (2, 2, 2, 2, 2),
    ),
    Case(
        "ranges of names",
        body("match args.a { LOW..=HIGH => 1, i64::MIN..=0 => 2, _ => 3 }"),
        body("match args.a { n if n >= LOW && n <= HIGH => 1, n if n >= i64::MIN && n <= 0 => 2, _ => 3 }"),
        (2, 2),
    ),
    Case(
        "ranges and alternatives",
        body("match args.a { 1 | 3..=5 => 1, _ => 2 }"),
        body("match args.a { n if n == 1 || (n >= 3 && n <= 5) => 1, _ => 2 }"),
        (2,),
    ),
    Case(
        "a long body",
        body(
            "match args.a {",
            "    1 | 2 => {",
            "        // keep me once",
            "        f(args)",
            "    }",
            "    _ => 2,",
            "}",
        ),
        body(
            "match args.a {",
            "    n if match n { 1 => true, 2 => true, _ => false } => {",
            "        // keep me once",
            "        f(args)",
            "    }",
            "    _ => 2,",
            "}",
        ),
        (3,),
    ),
    Case(
        "with a guard",
        body('match args.a { 1 | 2 if args.s == "x" => 1, 5..=7 if true => 2, _ => 3 }'),
        body(
            'match args.a { 1 if args.s == "x" => 1, 2 if args.s == "x" => 1, n if n >= 5 && '
            "n <= 7 && true => 2, _ => 3 }"
        ),
        (2, 2),
    ),
    Case(
        "with guards of several parts",
        body("match args.a { 1..=2 if !args.b => 1, 3..=4 if args.b || args.c => 2, _ => 4 }"),
        body(
            "match args.a { n if n >= 1 && n <= 2 && !args.b => 1, "
            "n if n >= 3 && n <= 4 && (args.b || args.c) => 2, _ => 4 }"
        ),
        (2, 2),
    ),
    Case(
        "signs of a text, compared since nothing else can come",
        body(
            "for c in args.s.to_string().chars() {",
            "    match c {",
            "        '-' | '_' if args.a > 1 => {",
            '            f(args, "a body that is longer than what is written twice without a thought");',
            "        }",
            "        _ => (),",
            "    }",
            "}",
        ),
        body(
            "for c in args.s.to_string().chars() {",
            "    match c {",
            "        n if (n == '-' || n == '_') && args.a > 1 => {",
            '            f(args, "a body that is longer than what is written twice without a thought");',
            "        }",
            "        _ => (),",
            "    }",
            "}",
        ),
        (4,),
    ),
    Case(
        "inside of others",
        body('match args.get("a") { Some(1 | 2) | None => 1, Some(3..=5) => 2, _ => 3 }'),
        body('match args.get("a") { Some(1) => 1, Some(2) => 1, None => 1, Some(n) if n >= 3 && n <= 5 => 2, _ => 3 }'),
        (2, 2),
    ),
    Case(
        "of tuples and lists",
        body("match (args.a, args.l) { (1 | 2, _) | (3, [4 | 5, ..]) => 1, _ => 2 }"),
        body("match (args.a, args.l) { (1, _) => 1, (2, _) => 1, (3, [4, ..]) => 1, (3, [5, ..]) => 1, _ => 2 }"),
        (2,),
    ),
    Case(
        "that bind",
        body("match f(args) { Ok(x) | Err(x) => x, _ => 1 }"),
        body("match f(args) { Ok(x) => x, Err(x) => x, _ => 1 }"),
        (2,),
    ),
    Case(
        "with a name in front",
        body("match args.a { n @ 1..=5 => n, m @ (7 | 8) => m, _ => 1 }"),
        body("match args.a { n if n >= 1 && n <= 5 => n, m if m == 7 || m == 8 => m, _ => 1 }"),
        (2, 2),
    ),
    Case(
        "floats",
        body("match args.a { 1.5 => 1, -2.0 | 3 => 2, _ => 3 }"),
        body("match args.a { n if n == 1.5 => 1, n if n == -2.0 || n == 3 => 2, _ => 3 }"),
        (2, 2),
    ),
    Case(
        "a bar in front",
        body("match args.a { | 1 | 2 => 1, _ => 2 }"),
        body("match args.a { 1 => 1, 2 => 1, _ => 2 }"),
        (2,),
    ),
    Case(
        "the usual name is taken",
        body("match args.a { 1..=5 => n + args.a, _ => 2 }"),
        body("match args.a { value if value >= 1 && value <= 5 => n + args.a, _ => 2 }"),
        (2,),
    ),
    Case(
        "a name in front of something taken apart",
        body("match args.a { x @ Some(_) => x, _ => 1 }"),
        None,
        (2,),
    ),
    Case(
        "a condition",
        body("if let 1 | 2 = args.a { 1 } else { 2 }"),
        None,
        (2,),
    ),
    Case(
        "in a template",
        body('`${match args.a { 1 | 2 => "low", _ => "high" }}`'),
        body('`${match args.a { 1 => "low", 2 => "low", _ => "high" }}`'),
        (2,),
    ),
    Case(
        "with CRLF",
        "pub fn f(x) {\r\n    match x {\r\n        1 | 2 => 1,\r\n        _ => 2,\r\n    }\r\n}\r\n",
        "pub fn f(x) {\r\n    match x {\r\n        1 => 1,\r\n        2 => 1,\r\n        _ => 2,\r\n    }\r\n}\r\n",
        (3,),
    ),
)

RUNE = (
    body("match args.a { n if n > 1 || n < 0 => 1, _ => 2 }"),
    body("match args.l { [1, ..] => 1, [] => 2, _ => 3 }"),
    body("match args { #{ a, .. } => a, _ => 1 }"),
    body("match args.a { 1 => 2 | 4, _ => 3 }"),
    body('match args.s { "a|b" => 1, "1..5" => 2, _ => 3 }'),
    body("let f = |a, b| a | b;", "f(1, 2)"),
    body("match 1..5 { r => 1 }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("match args.a { 4 | 6 => 30, 1..=3 => 20, _ => 31 }"), 20),
    (body('match args.get("a") { Some(1 | 2) | None => "x", Some(3..=5) => "y", _ => "z" }'), "x"),
    (body("match args.a {", "    1 | 2 => {", "        args.a + 1", "    }", "    _ => 2,", "}"), 2),
    (body("match args.a { 5..=7 | 9 if true => 1, n @ (1 | 2) => n, _ => 3 }"), 1),
    (body("match 1.5 { 1.5 => 1, _ => 3 }"), 1),
    (body("match (args.a, args.l) { (7 | 8, _) | (1, [1 | 5, ..]) => 1, _ => 2 }"), 1),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN017")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN017") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
