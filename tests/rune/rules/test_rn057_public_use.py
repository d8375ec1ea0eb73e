"""RN057: `pub use`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "at the top",
        """\
pub use std::collections::HashMap;
pub fn f() { 1 }
""",
        """\
use std::collections::HashMap;
pub fn f() { 1 }
""",
    ),
    Case(
        "in a public module",
        """\
pub mod m {
    pub use std::option::Option as O;
}
""",
        """\
pub mod m {
    use std::option::Option as O;
}
""",
        (2,),
    ),
)

RUNE = (
    """\
use std::collections::HashMap;
pub fn call(args) { 1 }
""",
    """\
mod m { pub fn f() { 1 } }
pub use m::f;
pub fn call(args) { f() }
""",
    """\
pub(crate) use std::iter;
pub fn call(args) { 1 }
""",
    """\
mod m { pub mod n { pub use std::option::Option as O; } }
pub fn call(args) { m::n::O::Some(1) }
""",
    body('"pub use std::x;"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
pub use std::collections::HashMap;
pub fn call(args) { HashMap::new().len() }
""",
        0,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN057")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN057") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
