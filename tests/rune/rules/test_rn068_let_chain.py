"""RN068: let chains: found, repaired, and not found where a pattern is one for the whole."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, found, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "what is bound is asked about",
        body('if let Some(x) = args.get("a") && x > 3 && args.b { return x; }', "0"),
        body('if let Some(x) = args.get("a") { if x > 3 && args.b { return x; } }', "0"),
        (2,),
    ),
    Case(
        "on several lines",
        body('if let Some(x) = args.get("a")', "    && x > 3", "{", "    return x;", "}", "0"),
        body('if let Some(x) = args.get("a") { if x > 3', "{", "    return x;", "} }", "0"),
        (3,),
    ),
    Case(
        "one that may have run",
        body('if let Some(x) = args.get("a") && args.b { return 1; }', "if args.b && let [y] = args.l { return y; }"),
        None,
        (2, 3),
    ),
    Case(
        "with something else to do",
        body('if let Some(x) = args.get("a") && x > 3 { 1 } else { 2 }'),
        body('if let Some(x) = args.get("a") { if x > 3 { 1 } else { 2 } } else { 2 }'),
        (2,),
    ),
    Case(
        "with much else to do",
        body('if let Some(x) = args.get("a") && x > 3 { 1 } else { f(1); f(2) }'.replace("f(1)", f"f({'1' * 160})")),
        None,
        (2,),
    ),
    Case(
        "in a loop",
        body("while let Some(x) = args.l.pop() && x > 3 { println!(`${x}`); }"),
        None,
        (2,),
    ),
)

UNSAFE = (
    Case(
        "conditions in front, and two that bind",
        body('if args.b && let Some(y) = args.get("a") && let Some(z) = args.get("a") && y >= z { return 2; }', "0"),
        body(
            'if args.b { if let Some(y) = args.get("a") { if let Some(z) = args.get("a") '
            "{ if y >= z { return 2; } } } }",
            "0",
        ),
        (2,),
    ),
)

RUNE = (
    body("if let true = args.b && args.a == 1 { 1 } else { 2 }"),
    body("if let b = args.b && args.a == 1 { b } else { 2 }"),
    body('if let Some(x) = args.get("a") { if x > 0 && x < 9 { x } else { 0 } } else { 2 }'),
    body("if let Some(x) = f(args.b && args.a == 1) { x } else { 2 }", "").replace("\n    \n", "\n")
    + "fn f(b) { Some(b) }\n",
    body("let x = args.b && args.a == 1;", "if x { 1 } else { 2 }"),
)

ARGUMENTS = {"a": 4, "b": True, "l": [1]}

RESULTS = (
    (CASES[0].before, 4),
    (CASES[1].before, 4),
    (UNSAFE[0].before, 2),
    (body('if let Some(x) = args.get("zz") && x > 3 { return x; }', "0"), 0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN068")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN068", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN068") == []


@pytest.mark.parametrize("source", RUNE)
async def test_the_engine_takes_what_is_left_alone(engine: ScriptEngine, source: str) -> None:
    assert "error" not in str(await outcome(engine, source, ARGUMENTS))


@pytest.mark.parametrize("case", [*CASES, *UNSAFE], ids=lambda case: case.name)
def test_no_other_rule_takes_the_chain_for_one_value(case: Case) -> None:
    assert {item.code for item in found(case.before)} & {"RN103", "RN105"} == set()


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
