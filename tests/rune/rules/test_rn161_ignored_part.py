"""RN161: a parameter that takes one part and ignores what follows: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "closures",
        body("f(|(a, _)| a, |[b, _, _]| b, |x, (c, _)| c, |(_, d, _)| d)"),
        body("f(|(a, _a)| a, |[b, _b, _b1]| b, |x, (c, _c)| c, |(_, d, _d)| d)"),
        (2, 2, 2, 2),
    ),
    Case("a name in use", body("let _a = 1;", "f(|(a, _)| a)"), body("let _a = 1;", "f(|(a, _a1)| a)"), (3,)),
    Case("a function", "fn f((a, _)) { a }\n", "fn f((a, _a)) { a }\n", (1,)),
    Case("an object", body("f(|#{ a: x, b: _ }| x)"), body("f(|#{ a: x, b: _x }| x)"), (2,)),
)

RUNE = (
    body("f(|(_, b)| b, |(a, b, _)| a, |(a, _, c)| a, |_| 1, |(_, _)| 1, |(a, ..)| a)"),
    body("let (a, _) = args.p;", "for (k, _) in args.o { f(k) }", "match x { (a, _) => a, _ => 1 }"),
    body("f(|Some((a, _))| a)"),
)

FAILING = ("|(a, _)| a", "|(a, _, _)| a", "|(_, a, _)| a", "|((a, _), _)| a")
GOING = ("|(_, a)| a", "|(a, b, _)| b", "|(a, _, c)| c", "|(a, _a)| a", "|(_, _)| 1")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN161")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN161") == []


def given(closure: str) -> str:
    """A call of a closure with a tuple as deep and as long as its pattern."""
    parts = closure[1 : closure.rindex("|")]
    value = "".join(c if c in "(), " else "1" if c.isalpha() or c == "_" else c for c in parts.replace("_a", "b"))
    return body(f"let f = {closure};", f"f({value})")


@pytest.mark.parametrize("closure", FAILING)
async def test_what_is_found_fails_and_works_when_it_is_repaired(engine: ScriptEngine, closure: str) -> None:
    failed: dict[str, Any] = await outcome(engine, given(closure), {})
    assert "is not supported" in failed["error"]
    assert findings(given(closure), "RN161")
    assert await outcome(engine, repaired(given(closure)), {}) == 1


@pytest.mark.parametrize("closure", GOING)
async def test_what_is_not_found_works(engine: ScriptEngine, closure: str) -> None:
    assert findings(given(closure), "RN161") == []
    assert await outcome(engine, given(closure), {}) == 1
