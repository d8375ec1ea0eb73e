"""RN076: `new`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "empty ones",
        body("let a = new Map();", "let b = new Array();", "let c = new Object();"),
        body("let a = #{};", "let b = [];", "let c = #{};"),
        (2, 3, 4),
    ),
    Case(
        "a set",
        "fn call(args) {\n    new Set()\n}\n",
        "use std::collections::HashSet;\n\nfn call(args) {\n    HashSet::new()\n}\n",
        (2,),
    ),
    Case(
        "a struct of the file",
        "struct P { x }\nimpl P { pub fn new(x) { P { x } } }\nfn f() { new P(1) }\n",
        "struct P { x }\nimpl P { pub fn new(x) { P { x } } }\nfn f() { P::new(1) }\n",
        (3,),
    ),
    Case("others", body("let d = new Date();", "let m = new WeakMap([1]);", "let p = new P(1);"), None, (2, 3, 4)),
    Case(
        "of a list",
        body("let n = new Set(args.l).size;", "n"),
        "use std::collections::HashSet;\n\n" + body("let n = HashSet::from_iter(args.l).size;", "n"),
        (2,),
    ),
    Case(
        "a struct",
        "struct P { x }\n\n" + body("let p = new P { x: 1 };", "p.x"),
        "struct P { x }\n\n" + body("let p = P { x: 1 };", "p.x"),
        (4,),
    ),
)

RUNE = (
    body("let new = 1;", "new + 1"),
    body("P::new(1)"),
    body("f(new)"),
    body('throw new Error("x");'),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body("let m = new Map();", 'm["k"] = new Array();', "m"), {"k": []}),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN076")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN076") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
