"""RN147: casts to what is no number: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of what comes from outside",
        body("args.s as String", "args.l as Vec", "args.o as Object"),
        body("args.s", "args.l", "args.o"),
        (2, 3, 4),
    ),
    Case("of a number", body("args.l.len() as String"), body("`${args.l.len()}`"), (2,)),
    Case("of something else", body("args.l.len() as bool"), None, (2,)),
    Case(
        "of chars to numbers",
        body("let c = args.s.chars().next().unwrap();", "[c as i64, c as u32 - 'a' as i64, c as f64]"),
        body("let c = args.s.chars().next().unwrap();", "[c.to_i64(), c.to_i64() - 'a'.to_i64(), c.to_i64() as f64]"),
        (3, 3, 3, 3),
    ),
    Case(
        "of numbers to chars",
        body("let n = 97 + args.l.len();", "[n as char, (n + 1) as char, n as u8 as char]"),
        body(
            "let n = 97 + args.l.len();",
            "[char::from_i64(n).unwrap(), char::from_i64(n + 1).unwrap(), char::from_i64(n).unwrap()]",
        ),
        (3, 3, 3),
    ),
    Case(
        "of booleans",
        body("let b = args.a > 1;", "(args.a > 2) as i64 + b as i64"),
        body("let b = args.a > 1;", "(if args.a > 2 { 1 } else { 0 }) + (if b { 1 } else { 0 })"),
        (3, 3),
    ),
    Case("of texts to numbers", body("args.s.trim() as i64"), None, (2,)),
)

RUNE = (
    body("args.a as f64"),
    body("args.a is String"),
    body("args.a as i64"),
    body("args.l.len() as i64 as f64"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (body("let s = args.s as String;", "let n = args.l.len() as String;", "[s, n]"), ["x,y", "3"]),
    (body("let c = args.s.chars().next().unwrap();", "`${(c as i64 + 1) as char}${(args.a > 1) as i64}`"), "y1"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN147")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN147") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
