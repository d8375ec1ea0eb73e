"""RN033: `var`, and `const` for what is no constant: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "var",
        body("var a = 1;", "for i in 0..2 { var b = i; a += b; }", "a"),
        body("let a = 1;", "for i in 0..2 { let b = i; a += b; }", "a"),
        (2, 3),
    ),
    Case(
        "const of a call",
        body("const a = f(args);", "const b = args.a;", "const c = a + 1;", "const d = || 1;", "c"),
        body("let a = f(args);", "let b = args.a;", "let c = a + 1;", "let d = || 1;", "c"),
        (2, 3, 5),
    ),
    Case(
        "const that changes",
        body("const a = [];", "a.push(1);", "const b = 0;", "b += 1;", "a"),
        body("let a = [];", "a.push(1);", "let b = 0;", "b += 1;", "a"),
        (2, 4),
    ),
    Case(
        "const that takes apart",
        body("const [a, b] = args.l;", "const (c, d) = (1, 2);", "a"),
        body("let [a, b] = args.l;", "let (c, d) = (1, 2);", "a"),
        (2, 3),
    ),
    Case(
        "static",
        body("static a: i64 = 1;", "a"),
        body("let a: i64 = 1;", "a"),
        (2,),
    ),
)

TYPED = (
    Case(
        "types and words of other languages in front of a name",
        body("int a = 1;", 'final String s = "";', "int[] v = [];", "val b = a;", "c := b", "d := c;"),
        body("let a = 1;", 'let s = "";', "let v = [];", "let b = a;", "let c = b", "let d = c;"),
        (2, 3, 4, 5, 6, 7),
    ),
)

RUNE = (
    body("let val = 1;", "val = 2;", "let int = val;", "int"),
    body("const A = [1, 2];", "const B = 60 * 60;", 'const C = "x";', "const D = `t${B}`;", "[A, B, C, D]"),
    body("let a = 1;", "a"),
    body("const fn f(x) { x }", "f(1)"),
    body("const fn f(x) { x }", "const A = f(1);", "A"),
    """\
const A = 1;
pub fn call(args) { A }
""",
    body("let var = [1];", "var[0] = 2;", "var[0] + 1;", "var"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("const a = args.a;", "const c = a + 1;", "var d = c;", "const e = [];", "e.push(d);", "e"), [2]),)


@pytest.mark.parametrize("case", CASES + TYPED, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN033")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN033") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
