"""RN011: an object as JSON or JavaScript writes it: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "short entries at the end of a function and of a closure",
        body("let f = |x| { x, args };", "let g = || { { x, args } };", "{ a, b: 1, }"),
        body("let f = |x| #{ x, args };", "let g = || { #{ x, args } };", "#{ a, b: 1, }"),
        (2, 3, 4),
    ),
    Case(
        "short entries for a body",
        "fn f(a, b) { a, b }\n",
        "fn f(a, b) { #{ a, b } }\n",
    ),
    Case(
        "one short entry that an arrow gives",
        body("args.l.iter().map(x => ({ x }))"),
        body("args.l.iter().map(x => (#{ x }))"),
        (2,),
    ),
    Case(
        "nested",
        body('let r = { a: 1, b: { "c": [ { d: 1 } ] } };', "r"),
        body('let r = #{ a: 1, b: #{ "c": [ #{ d: 1 } ] } };', "r"),
        (2, 2, 2),
    ),
    Case(
        "given back",
        body("return {", '    "a": 1, // one', "};"),
        body("return #{", '    "a": 1, // one', "};"),
        (2,),
    ),
    Case(
        "in calls, lists, closures",
        body("f({ a: 1 }, [{ b: 2 }], |x| { x: x })"),
        body("f(#{ a: 1 }, [#{ b: 2 }], |x| #{ x: x })"),
        (2, 2, 2),
    ),
    Case(
        "in the arms of a match",
        body('match args.a { 1 => { "a": 1 }, _ => { b: 2 } }'),
        body('match args.a { 1 => #{ "a": 1 }, _ => #{ b: 2 } }'),
        (2, 2),
    ),
    Case(
        "short forms",
        body("let a = 1;", "let b = { a, c: 2 };", "return { a, b };"),
        body("let a = 1;", "let b = #{ a, c: 2 };", "return #{ a, b };"),
        (3, 4),
    ),
    Case(
        "in a template",
        body("`${json::to_string({ a: 1 })?}`"),
        body("`${json::to_string(#{ a: 1 })?}`"),
        (2,),
    ),
    Case(
        "numbers as keys",
        body('let o = { 1: "a" };', "o"),
        body('let o = #{ "1": "a" };', "o"),
        (2,),
    ),
    Case(
        "the body of a function",
        """\
pub fn INPUT_SCHEMA() {
    "type": "object",
    "properties": { "a": { "type": "string" } }
}
""",
        """\
pub fn INPUT_SCHEMA() { #{
    "type": "object",
    "properties": #{ "a": #{ "type": "string" } }
} }
""",
        (1, 3, 3),
    ),
    Case(
        "behind an operator",
        body('let x = args.get("a").unwrap_or({ a: 1 });', "x == { a: 1 }"),
        body('let x = args.get("a").unwrap_or(#{ a: 1 });', "x == #{ a: 1 }"),
        (2, 3),
    ),
    Case(
        "a spread",
        body("let o = { ...args, y: 2 };", "o"),
        None,
        (2,),
    ),
    Case(
        "a computed key",
        body("let o = { [args.s]: 2 };", "o"),
        None,
        (2,),
    ),
    Case(
        "reserved words as keys",
        body("return { default: 1, enum: [] };"),
        body("return #{ default: 1, enum: [] };"),
        (2,),
    ),
)

RUNE = (
    body("let f = |x| { x };", "let g = |x| ({ x });", "{ args }"),
    body("#{ a: 1, b: #{ c: 2 } }"),
    """\
struct P { x }
pub fn call(args) { P { x: 1 } }
""",
    body("match args.a { 1 => { 2 } _ => { 3 } }"),
    body("let a = { let b = 1; b };", "a"),
    body("{ 'outer: loop { break 'outer; } }"),
    """\
use std::{iter, ops};
pub fn call(args) { 1 }
""",
    body("let o = {};", "o"),
    body('"{ a: 1 }"'),
    body("`{ a: 1 }`"),
    body("let #{ a: x, .. } = args;", "x"),
    body("if args.a == 1 { args.s } else { 2 }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('let r = { a: 1, b: { "c": [ { d: 1 } ] } };', "r"), {"a": 1, "b": {"c": [{"d": 1}]}}),
    (body('match args.a { 1 => { "a": 1 }, _ => { b: 2 } }'), {"a": 1}),
    (
        """\
pub fn INPUT_SCHEMA() {
    "type": "object",
    "properties": { "default": { "type": "string" } }
}
pub fn call(args) { INPUT_SCHEMA() }
""",
        {"properties": {"default": {"type": "string"}}, "type": "object"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN011")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN011") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
