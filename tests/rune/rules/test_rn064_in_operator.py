"""RN064: `x in list`: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body('if "a" in args.s or args.a in args.l { 1 } else { 2 }'),
        None,
        (2, 2),
    ),
    Case(
        "in a template",
        body("`${args.a in args.l}`"),
        None,
        (2,),
    ),
)


def test_the_hint_for_not_in_asks_for_the_opposite() -> None:
    (found,) = findings(body("if args.x not in args.l { 1 } else { 2 }"), "RN064")
    assert found.choices[0] == "!args.l.iter().any(|item| item == args.x)"


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ('"x" in args.s', True),
        ("2 in args.l", True),
        ('"k" in args.o', True),
        ('!("k" in args.o)', False),
        ('not "z" in args.o', True),
    ],
)
async def test_where_nobody_knows_what_it_is_a_function_looks(
    engine: ScriptEngine, expression: str, result: bool
) -> None:
    source = repaired(body(f"let found = {expression};", "found"), accept=any_fix)
    assert await outcome(engine, source, {"s": "x,y", "l": [1, 2], "o": {"k": 1}}) is result


RUNE = (
    body("for x in args.l { }"),
    body("args.l.iter().any(|item| item == 1)"),
    body('"a in b"'),
    body("let inside = 1;", "inside"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN064")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN064") == []


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("args.a in [1, 2]", True),
        ("args.a not in [1, 2]", False),
        ('"a" in args', True),
        ('"x" in "text"', True),
    ],
)
async def test_what_the_right_side_certainly_is_says_how_to_ask(
    engine: ScriptEngine, expression: str, result: bool
) -> None:
    source = repaired(f"pub async fn call(args) {{\n    {expression}\n}}\n")
    assert await outcome(engine, source, {"a": 1}) is result
