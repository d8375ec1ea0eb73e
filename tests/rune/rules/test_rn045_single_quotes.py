"""RN045: strings in single quotes: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body("let s = 'abc' + 'it\\'s \"x\"' + \"it's\" + ''; // don't", "s"),
        body('let s = "abc" + "it\'s \\"x\\"" + "it\'s" + ""; // don\'t', "s"),
        (2, 2, 2),
    ),
    Case(
        "chars stay",
        body("[ 'ab','cd', 'e', ', ', '\\n', '\\\\', '\\'' ]"),
        body("[ \"ab\",\"cd\", 'e', \", \", '\\n', '\\\\', '\\'' ]"),
        (2, 2, 2),
    ),
    Case(
        "labels stay",
        body("'outer: loop { if args.s == 'abc' { break 'outer; } else { continue 'outer; } }"),
        body("'outer: loop { if args.s == \"abc\" { break 'outer; } else { continue 'outer; } }"),
        (2,),
    ),
    Case(
        "in a template",
        body("`${'inner'} it's o'k ${'more'}`"),
        body('`${"inner"} it\'s o\'k ${"more"}`'),
        (2, 2),
    ),
    Case(
        "escaped already",
        body("'a \\\" b \\n'"),
        body('"a \\" b \\n"'),
        (2,),
    ),
    Case(
        "nothing ends it",
        body("'abc + 1"),
        None,
        (),
    ),
)

RUNE = (
    body("'a'"),
    body("'\\n'"),
    body('"it\'s"'),
    body("// don't, can't", "1"),
    body("`it's 'quoted'`"),
    body("'outer: loop { break 'outer; }"),
    body("b'a'"),
    body("'\\u{1F600}'"),
    "fn f<'a>(x: &'a str, y: &'a str) { x }\n",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body("let s = 'abc' + 'it\\'s \"x\"' + \"it's\" + ''; // don't", "[s, 'cd','ef']"),
        ["abcit's \"x\"it's", "cd", "ef"],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN045")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN045") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


def test_a_line_of_quotes_that_nothing_ends_is_looked_through_once() -> None:
    # From each of them to the end of the line, that would be thousands of millions of characters.
    assert len(findings(body("'ab' + " + '"' + '\\"' * 200_000), "RN045")) == 1
    assert findings(body("'" + "\\' " * 59_000), "RN045") == []
