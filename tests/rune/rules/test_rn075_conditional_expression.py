"""RN075: conditions behind a value: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in a let",
        body('let x = "a" if args.a > 1 else "b";'),
        body('let x = if args.a > 1 { "a" } else { "b" };'),
        (2,),
    ),
    Case(
        "returned",
        body("return f(1) if args.a else args.l[0]"),
        body("return if args.a { f(1) } else { args.l[0] }"),
        (2,),
    ),
    Case("an argument", body("f(1, 2 if args.a > 1 else 3)"), body("f(1, if args.a > 1 { 2 } else { 3 })"), (2,)),
    Case(
        "a field",
        body("#{ n: 1 if args.a > 1 else 2, m: 3 }"),
        body("#{ n: if args.a > 1 { 1 } else { 2 }, m: 3 }"),
        (2,),
    ),
    Case(
        "one behind the other",
        body("let x = 1 if args.a > 2 else 2 if args.a > 1 else 3;"),
        body("let x = if args.a > 2 { 1 } else { if args.a > 1 { 2 } else { 3 } };"),
        (2, 2),
    ),
    Case("with a comment", body("let x = 1 if args.a /* many */ else 2;"), None, (2,)),
)

RUNE = (
    body("if a { 1 } else { 2 }"),
    body("let x = if a { 1 } else { 2 };"),
    body("match a { n if n > 1 => 1, _ => 2 }"),
    body("return if a { 1 } else { 2 };"),
    body("x", "if a { 1 } else { 2 }"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (body('let x = "many" if args.a > 1 else "one";', "x"), "many"),
    (body("let x = 1 if args.a > 2 else 2 if args.a > 1 else 3;", "x"), 2),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN075")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN075") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
