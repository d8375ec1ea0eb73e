"""RN157: arguments with names: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in the order of the parameters",
        "fn f(a, b) { a - b }\n" + body("f(a: args.a, b: f(1, b: 2))"),
        "fn f(a, b) { a - b }\n" + body("f(args.a, f(1, 2))"),
        (3,),
    ),
    Case(
        "of Python",
        "fn f(a, b) { a - b }\n" + body("f(args.a, b=2) + f(b = 1, a = -2)"),
        "fn f(a, b) { a - b }\n" + body("f(args.a, 2) + f(-2, 1)"),
        (3, 3),
    ),
    Case(
        "in another order",
        "fn f(a, b, c) { a - b }\n" + body("f(1, c: args.l[0], b: args.a)"),
        "fn f(a, b, c) { a - b }\n" + body("f(1, args.a, args.l[0])"),
        (3,),
    ),
    Case(
        "of a host function",
        body('shell::exec(program: "git", arguments: ["a"], options: #{})'),
        body('shell::exec("git", ["a"], #{})'),
        (2,),
    ),
    Case(
        "calls in another order",
        "fn f(a, b) { a - b }\n" + body("f(b: f(1, 2), a: 2)"),
        None,
        (3,),
    ),
    Case(
        "only reported",
        "fn f(a, b) { a - b }\n"
        + body(
            "g(a: 1, b: 2);", "args.f(a: 1);", "f(a: 1);", "f(a: 1, c: 2);", "f(a: 1, 2);", "f(a /* x */ : 1, b: 2)"
        ),
        None,
        (3, 4, 5, 6, 7, 8),
    ),
)

RUNE = (
    "fn f(a, b) { a }\n" + body("let a = 0;", "f(a = 1, 2)"),
    "fn f(a) { a }\n" + body("let b = 0;", "f(b = 1)"),
    body("g(#{ a: 1 })"),
    "class A {\n    f(a: string) { return a; }\n}\n",
    body('"f(a: 1)"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    ("fn f(a, b) { a - b }\n" + body("f(a: args.a, b: f(1, b: 2))"), 2),
    ("fn f(a, b) { a - b }\n" + body("f(b=args.a, a=5)"), 4),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN157")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN157") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("g(a: 1, b: x + 2)", "write the values alone, in the order of the parameters: `g(1, x + 2)`"),
        ("f(c: 1)", "its parameters are (a, b): each gets a value, in this order"),
    ],
)
def test_what_is_not_repaired_says_what_to_write(call: str, hint: str) -> None:
    found = findings("fn f(a, b) { a }\n" + body(call), "RN157")
    assert [item.hint for item in found] == [hint]


async def test_calls_in_another_order_are_exchanged_on_demand(engine: ScriptEngine) -> None:
    source = "fn f(a, b) { a - b }\n" + body("f(b: f(1, 2), a: 2)")
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == 3


async def test_the_one_argument_may_have_another_name_on_demand(engine: ScriptEngine) -> None:
    source = "fn f(a) { a + 1 }\n" + body("f(value: args.a)")
    assert [item.fix.safe for item in findings(source, "RN157") if item.fix] == [False]
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == 2
