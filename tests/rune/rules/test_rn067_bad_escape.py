"""RN067: escapes that Rune does not know: found, repaired, and not found where they are known."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "a regular expression",
        body(r'regex::is_match("^\d+\.\w\"\n$", args.s)'),
        body(r'regex::is_match("^\\d+\\.\\w\"\n$", args.s)'),
        (2,),
    ),
    Case(
        "what has another meaning elsewhere, in a regular expression",
        body(r'regex::find("\bx", args.s) + regex::find("\$\/", args.s) + "\by\s"'),
        body(r'regex::find("\\bx", args.s) + regex::find("\\$/", args.s) + "\\by\\s"'),
        (2, 2, 2),
    ),
    Case(
        "a path of Windows",
        body(r'"C:\Users\new\"x\""', r"`d:\data\${args.s}`"),
        body(r'"C:\\Users\\new\"x\""', r"`d:\\data\\${args.s}`"),
        (2, 3),
    ),
    Case(
        "templates",
        body(r"`\d ${args.s} \$ \` \.`"),
        body(r"`\\d ${args.s} \$ \` \\.`"),
        (2, 2),
    ),
    Case(
        "signs by their numbers",
        body(r'"\u00e9 \xe9 \ud83d\ude00 \U0001F600 \/"'),
        body(r'"\u{e9} \u{e9} \u{1f600} \u{1f600} /"'),
        (2,),
    ),
    Case(
        "single quotes around one sign",
        body(r"args.s.split('\.')"),
        body(r"args.s.split('.')"),
        (2,),
    ),
    Case(
        "single quotes around one sign of a regular expression",
        body(r"regex::is_match('\d', args.s)"),
        body(r'regex::is_match("\\d", args.s)'),
        (2,),
    ),
    Case(
        "bytes",
        body(r'b"\d\xff"'),
        body(r'b"\\d\xff"'),
        (2,),
    ),
    Case(
        "a number that is none",
        body(r'"\u{110000} \ud83d"'),
        None,
        (2,),
    ),
    Case(
        "signs that no one can see",
        body(r'"\b\f" + "\$"'),
        None,
        (2, 2),
    ),
)

UNSAFE = (
    Case(
        "signs that no one can see",
        body(r'"\b\f" + "\$" + "\e[0m"'),
        body(r'"\u{8}\u{c}" + "$" + "\u{1b}[0m"'),
        (2, 2, 2),
    ),
    Case(
        "a letter in single quotes",
        body(r"args.s.split('\d')"),
        body(r'args.s.split("\\d")'),
        (2,),
    ),
)

RUNE = (
    body(r'"\n\r\t\0\\\"\'\x41\u{41}\u{0000e9}"'),
    body(r"`\n \$ \` \' \x41 ${args.s}`"),
    body(r"['\'', '\"', '\n', '\u{41}', '\x41', '\\']"),
    body('"a\\', '  b"'),
    body("`a\\", "  b`"),
    body(r'"C:\\Users" + "\\d"'),
    body(r"// \d", r"/* \d */", "1"),
    body(r'b"\xff".len()'),
)

ARGUMENTS = {"a": 1, "s": "12"}

RESULTS = (
    (body(r'[regex::is_match("^\d+$", args.s), regex::is_match("^\D", args.s)]'), [True, False]),
    (body(r'["C:\Users\new", `\.`, "\u00e9\ud83d\ude00"]'), ["C:\\Users\\new", "\\.", "é😀"]),
    (body(r"let a = 'it\'s \d';", "a"), "it's \\d"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN067")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN067", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN067") == []


@pytest.mark.parametrize("source", RUNE)
async def test_the_engine_takes_what_is_left_alone(engine: ScriptEngine, source: str) -> None:
    assert "error" not in str(await outcome(engine, source, ARGUMENTS))


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
