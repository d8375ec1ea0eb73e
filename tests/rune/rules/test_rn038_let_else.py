"""RN038: `let .. else`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "one name",
        body('let Some(x) = args.get("a") else {', '    return "none"; // nothing', "};", "x"),
        body('let x = match args.get("a") { Some(x) => x, _ => {', '    return "none"; // nothing', "} };", "x"),
        (2,),
    ),
    Case(
        "several names, none",
        body("let [a, b] = args.l else { return 1; };", 'let Some(_) = args.get("a") else { return 2 };', "a + b"),
        body(
            "let (a, b) = match args.l { [a, b] => (a, b), _ => { return 1; } };",
            'let _ = match args.get("a") { Some(_) => (), _ => { return 2 } };',
            "a + b",
        ),
        (2, 3),
    ),
    Case(
        "in a loop",
        body("for x in args.l { let Some(y) = f(x) else { continue; }; g(y); }"),
        body("for x in args.l { let y = match f(x) { Some(y) => y, _ => { continue; } }; g(y); }"),
        (2,),
    ),
    Case(
        "with a type",
        body('let Some(x): Option<i64> = args.get("a") else { return 1; };', "x"),
        body('let x: Option<i64> = match args.get("a") { Some(x) => x, _ => { return 1; } };', "x"),
        (2,),
    ),
)

RUNE = (
    body("let x = if args.a == 1 { 1 } else { 2 };", "x"),
    body('if let Some(x) = args.get("a") { x } else { 1 }'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body(
            'let Some(x) = args.get("a") else { return "none"; };',
            "let [a, b] = args.l else { return 1; };",
            'let Some(y) = args.get("zz") else { return x + a + b; };',
            "y",
        ),
        4,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN038")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN038") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
