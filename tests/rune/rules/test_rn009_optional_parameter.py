"""RN009: optional parameters: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "with types",
        """\
#[tool(desc: "x")]
pub fn f(a: string, b?: string, c?: [string], d?: { x: number }) { a }
""",
        """\
#[tool(desc: "x")]
#[param(name = "b", type = "string", required = false)]
#[param(name = "c", type = "[string]", required = false)]
#[param(name = "d", type = "object", required = false)]
pub fn f(a: string, b, c, d) { a }
""",
        (2, 2, 2),
    ),
    Case(
        "without types",
        "pub fn f(a, b?) { a }\n",
        "pub fn f(a, b) { a }\n",
    ),
    Case(
        "in an arrow function",
        body("let f = (x?: number) => x;", "f(1)"),
        body("let f = (x) => x;", "f(1)"),
        (2,),
    ),
    Case(
        "on lines of their own",
        """\
pub fn f(
    a: string,
    b?: string, // may be missing
) { a }
""",
        """\
pub fn f(
    a: string,
    b, // may be missing
) { a }
""",
        (3,),
    ),
)

RUNE = (
    body("let a = Some(1)?;", "a"),
    body("let f = |x| x?;", "f(Some(1))"),
    body('"f(b?: string)"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
pub fn f(a: i64, b?: i64) { [a, b] }
pub fn call(args) { f(args.a, ()) }
""",
        [1, None],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN009")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN009") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
