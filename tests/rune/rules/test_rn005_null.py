"""RN005: `null`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "as a value of every kind",
        body("[null, nil, undefined, NULL]"),
        body("[(), (), (), ()]"),
        (2, 2, 2, 2),
    ),
    Case(
        "given back",
        "pub fn call(args) { if args.a == 1 { return null; } nil }\n",
        "pub fn call(args) { if args.a == 1 { return (); } () }\n",
        (1, 1),
    ),
    Case(
        "as an argument, a key of its own stays",
        body("f(null, #{ null: null })"),
        body("f((), #{ null: () })"),
        (2, 2),
    ),
    Case(
        "in a template",
        body("`${f(null)}`"),
        body("`${f(())}`"),
        (2,),
    ),
    Case(
        "as a pattern",
        body("match args.a { null => 1, Some(nil) => 2, _ => 3 }"),
        body("match args.a { () => 1, Some(()) => 2, _ => 3 }"),
        (2, 2),
    ),
    Case(
        "as a type",
        body("args.a is null"),
        body("args.a is Tuple"),
        (2,),
    ),
    Case(
        "compared, which is another repair",
        body("args.a == null || undefined !== args.a"),
        None,
        (2, 2),
    ),
)

RUNE = (
    body("let null = 5;", "null"),
    body("args.null"),
    body("#{ null: 1 }"),
    body('"null"'),
    body("`null`"),
    "fn f(nil) { nil }\n",
    """\
fn null() { 1 }
pub fn call(args) { null() }
""",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("[null, #{ null: nil }]"), [None, {"null": None}]),
    (body('match args.get("zz") { Some(x) => x, None => null }'), None),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN005")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN005") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
