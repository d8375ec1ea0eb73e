"""RN074: blocks with a colon: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "if",
        body("if args.a > 1:", "    return 1;", "return 2;"),
        body("if args.a > 1 {", "    return 1;", "}", "return 2;"),
        (2,),
    ),
    Case(
        "elif and else",
        body("if args.a > 1:", "    n = 1;", "elif args.a > 0:", "    n = 2;", "else:", "    n = 3;", "n"),
        body("if args.a > 1 {", "    n = 1;", "} elif args.a > 0 {", "    n = 2;", "} else {", "    n = 3;", "}", "n"),
        (2, 4, 6),
    ),
    Case(
        "loops in loops",
        body("for x in args.l:", "    while x > 1:", "        x -= 1;", "n"),
        body("for x in args.l {", "    while x > 1 {", "        x -= 1;", "    }", "}", "n"),
        (2, 3),
    ),
    Case(
        "a function",
        "def call(args):\n    args.a\n\nfn other() { 1 }\n",
        "def call(args) {\n    args.a\n}\n\nfn other() { 1 }\n",
        (1,),
    ),
    Case(
        "with a comment",
        body("if args.a > 1: // many", "    1", "else:", "    2"),
        body("if args.a > 1 { // many", "    1", "} else {", "    2", "}"),
        (2, 4),
    ),
    Case(
        "try",
        body("try:", "    f()", "except:", "    g()"),
        body("try {", "    f()", "} except {", "    g()", "}"),
        (2, 4),
    ),
    Case(
        "in one line",
        "def f(x): return x\n\n" + body("if args.a > 1: return 1", "else: return 2"),
        "def f(x) { return x }\n\n" + body("if args.a > 1 { return 1 }", "else { return 2 }"),
        (1, 4, 5),
    ),
    Case("a class", body("with x:", "    g()"), None, (2,)),
    Case(
        "CRLF",
        "fn f() {\r\n    if a:\r\n        b()\r\n}\r\n",
        "fn f() {\r\n    if a {\r\n        b()\r\n    }\r\n}\r\n",
        (2,),
    ),
)

RUNE = (
    body("match args.a { 1 => 2, _ => 3 }"),
    body("let o = #{", "    a:", "        1,", "};"),
    body("'a: loop { break 'a; }"),
    body("if x {", "} else {", "}"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (
        "pub fn call(args):\n    total = 0\n    for x in args.l:\n        if x > 1:\n"
        "            total += x\n        elif x == 1:\n            total += 10\n    return total\n",
        15,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN074")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN074") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
