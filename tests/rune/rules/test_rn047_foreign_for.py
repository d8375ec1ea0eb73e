"""RN047: loops of JavaScript: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of and in",
        body(
            "for (let x of args.l) { }",
            "for (const [i, v] of args.l.iter().enumerate()) { }",
            "for (k in args.o) { }",
            "for x of args.l { }",
        ),
        body(
            "for x in args.l { }",
            "for (i, v) in args.l.iter().enumerate() { }",
            "for k in args.o { }",
            "for x in args.l { }",
        ),
        (2, 3, 4, 5),
    ),
    Case(
        "counted",
        body("for (let i = 0; i < 3; i++) { }", "for (var i = 1; i <= n; i += 1) { }"),
        body("for i in 0..3 { }", "for i in 1..=n { }"),
        (2, 3),
    ),
    Case(
        "a bound that stays",
        body("for (let i = 0; i < args.l.len(); i++) { f(i); }", "for (let i = 0; i < args.n; ++i) { }"),
        body("for i in 0..args.l.len() { f(i); }", "for i in 0..args.n { }"),
        (2, 3),
    ),
    Case(
        "counted in another way",
        body("for (let i = 5; i > 0; i--) { }", "for (let i = 0; i < 9; i += 3) {", "    f(i)", "}"),
        body("let i = 5;", "while i > 0 { i--; }", "let i = 0;", "while i < 9 {", "    f(i);", "    i += 3;", "}"),
        (2, 3),
    ),
    Case(
        "the counter or the bound is changed",
        body("for (let i = 0; i < 3; i++) { i = 5; }", "for (let i = 0; i < l.len(); i++) { l.pop(); }"),
        body("let i = 0;", "while i < 3 { i = 5; i++; }", "let i = 0;", "while i < l.len() { l.pop(); i++; }"),
        (2, 3),
    ),
    Case(
        "over keys and indexes",
        body("let o = #{};", "let v = [];", "for (let k in o) { f(k); }", "for (const i in v) { f(i); }"),
        body("let o = #{};", "let v = [];", "for k in o.keys() { f(k); }", "for i in 0..v.len() { f(i); }"),
        (4, 5),
    ),
    Case(
        "that may go on early",
        body("for (let i = 5; i > 0; i--) { if i > 3 { continue; } }"),
        None,
        (2,),
    ),
)

UNSAFE = (
    Case(
        "over the keys of what may be an object",
        body("for (const k in args.o) { f(k); }"),
        body("for k in args.o.keys() { f(k); }"),
        (2,),
    ),
    Case(
        "a bound that is worked out, in a loop that goes on early",
        body("for (let i = 0; i < f(args.l); i++) { continue; }"),
        body("for i in 0..f(args.l) { continue; }"),
        (2,),
    ),
)

RUNE = (
    body("for x in args.l { }"),
    body("for (i, x) in args.l.iter().enumerate() { }"),
    body("for i in (0..3) { }"),
    body("for x in (args.l) { }"),
    body('"for (let x of y) {}"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "let n = 0;",
            "for (let x of args.l) { n += x; }",
            "for (const [i, v] of args.l.iter().enumerate()) { n += v; }",
            "for (let i = 0; i < 3; i++) { n += i; }",
            "for x of args.l { n += x; }",
            "n",
        ),
        12,
    ),
    (body("let s = [];", "for (let i = args.l.len(); i > 0; i--) { s.push(i); }", "s"), [2, 1]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN047")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN047", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN047") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
