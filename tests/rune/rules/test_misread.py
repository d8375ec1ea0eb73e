"""Texts in single quotes and `#` comments, read as code: what other rules have to say about it waits."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import found, outcome, repaired
from tests.rune.rules.syntax_cases import body


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        (body("let s = 'a and b or not c';", "s"), {"RN045"}),
        (body("let s = 'x in y and True';", "s"), {"RN045"}),
        (body("let s = args.a;", "# count up", "s"), {"RN046"}),
        (body("# not x and null", "args.a"), {"RN046"}),
    ],
)
def test_the_words_of_texts_and_comments_are_no_code(source: str, codes: set[str]) -> None:
    assert {item.code for item in found(source)} == codes


def test_code_beside_them_is_code() -> None:
    source = body("let s = args.a === 1 and args.s == 'one two';", "s")
    assert {"RN031", "RN041", "RN045"} <= {item.code for item in found(source)}


@pytest.mark.parametrize(
    ("source", "after"),
    [
        (
            body("let x = args.a > 1 ? 1 : args.b ? 'one two' : 'not and or';", "x"),
            body('let x = if args.a > 1 { 1 } else if args.b { "one two" } else { "not and or" };', "x"),
        ),
        (
            body("let x = args.a > 0 and args.s == 'a and b'; # and so on", "x"),
            body('let x = args.a > 0 && args.s == "a and b"; // and so on', "x"),
        ),
    ],
)
def test_they_are_mended_before_what_stands_around_them(source: str, after: str) -> None:
    assert repaired(source) == after


@pytest.mark.parametrize(
    ("source", "result"),
    [(body("let x = args.a > 1 ? 1 : args.b ? 'one two' : 'not and or';", "# it's x", "x"), "one two")],
)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), {"a": 1, "b": True, "s": "x"}) == result
