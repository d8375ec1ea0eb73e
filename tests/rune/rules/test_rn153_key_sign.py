"""RN153: `=` or `=>` behind a key: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of both kinds, nested",
        body('#{ a = 1, "b" => #{ c=args.a }, d: 2 }'),
        body('#{ a: 1, "b": #{ c: args.a }, d: 2 }'),
        (2, 2, 2),
    ),
    Case(
        "each on a line of its own",
        body("#{", "    a = 1, // one", "    b  =  2,", "}"),
        body("#{", "    a: 1, // one", "    b:  2,", "}"),
        (3, 4),
    ),
    Case(
        "with a comment in front",
        body("#{ a /* one */ = 1 }"),
        body("#{ a /* one */ : 1 }"),
        (2,),
    ),
    Case(
        "beside a colon in JavaScript's form",
        body("let o = { a: 1, b = 2 };", "o"),
        body("let o = { a: 1, b: 2 };", "o"),
        (2,),
    ),
)

RUNE = (
    body("#{ a: 1, args }"),
    body("let n = 0;", "#{ a: { n = 1; n } }"),
    body("let n = 0;", "{ n = 1 }", "n"),
    body("#{ a: match args.a { 1 => 2, _ => 3 } }"),
    body("let #{ a, .. } = args;", "a"),
    body('"#{ a = 1 }"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('#{ a = args.a, "b" => #{ c = [2] } }'), {"a": 1, "b": {"c": [2]}}),
    (body("return { a: 1, b = 2 };"), {"a": 1, "b": 2}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN153")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN153") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
