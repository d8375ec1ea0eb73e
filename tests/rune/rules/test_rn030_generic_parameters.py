"""RN030: type parameters of declarations: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "functions",
        "fn f<T: Display + Clone, U>(x, y) where T: Clone, U: Copy { x }\n",
        "fn f(x, y) { x }\n",
        (1, 1),
    ),
    Case(
        "structs and impl",
        """\
struct A<T> { x }
impl<T> A<T> { fn f<U>(self) { 1 } }
enum B<T> { C(T) }
""",
        """\
struct A { x }
impl A { fn f(self) { 1 } }
enum B { C(T) }
""",
        (1, 2, 2, 2, 3),
    ),
    Case(
        "lifetimes are Rust",
        "fn f<'a>(x) { x }\n",
        None,
        (),
    ),
    Case(
        "on lines of their own",
        """\
fn f<T>(x)
where
    T: Ord, // any
{
    x
}
""",
        """\
fn f(x) // any
{
    x
}
""",
        (1, 2),
    ),
)

RUNE = (
    """\
fn f(x) { x }
pub fn call(args) { f(1) }
""",
    body("let where = 1;", "where"),
    body("args.a < 2 && args.a > 0"),
    body("args.l.iter().collect::<Vec>()"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
struct A<T> { x }
impl<T> A<T> { fn f<U>(self) where U: Ord { self.x } }
pub fn call<T>(args) { A { x: args.a }.f() }
""",
        1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN030")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN030") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
