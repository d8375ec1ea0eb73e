"""RN066: `Box::new(x)`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body("let a = Box::new(args.a + 1) ;", "let b = std::rc::Rc::new([Arc::new(1)]);", "a"),
        body("let a = (args.a + 1) ;", "let b = ([(1)]);", "a"),
        (2, 3, 3),
    ),
)

RUNE = (
    """\
struct Box { x }
impl Box { fn new(x) { Box { x } } }
pub fn call(args) { Box::new(1) }
""",
    body('"Box::new(1)"'),
    body('String::from("x")'),
    body("args.Box"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let a = Box::new(args.a + 1);", "let b = Rc::new([Arc::new(1)]);", "[a, b]"), [2, [1]]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN066")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN066") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
