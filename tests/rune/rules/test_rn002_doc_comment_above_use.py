"""RN002: a doc comment above `use`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, check, findings

CASES = (
    Case(
        "a block of lines",
        """\
/// One.
/// Two.
use std::collections::HashMap;
pub fn call(args) { 1 }
""",
        """\
// One.
// Two.
use std::collections::HashMap;
pub fn call(args) { 1 }
""",
        (1, 2),
    ),
    Case(
        "above an attribute",
        """\
/// One.
#[allow(unused)]
use std::collections::HashMap;
pub fn call(args) { 1 }
""",
        """\
// One.
#[allow(unused)]
use std::collections::HashMap;
pub fn call(args) { 1 }
""",
    ),
    Case(
        "with CRLF",
        "/// One.\r\nuse std::collections::HashMap;\r\n",
        "// One.\r\nuse std::collections::HashMap;\r\n",
    ),
    Case(
        "in a module",
        """\
mod m {
    /// One.
    use std::collections::HashMap;
}
""",
        """\
mod m {
    // One.
    use std::collections::HashMap;
}
""",
        (2,),
    ),
    Case(
        "a block comment",
        """\
/** One. */
use std::collections::HashMap;
""",
        """\
/* One. */
use std::collections::HashMap;
""",
    ),
    Case(
        "an inner one between imports",
        """\
use std::collections::HashMap;
//! Two.
use std::collections::HashSet;
""",
        """\
use std::collections::HashMap;
// Two.
use std::collections::HashSet;
""",
        (2,),
    ),
    Case(
        "above a public import",
        """\
/// One.
pub use std::collections::HashMap;
""",
        """\
// One.
pub use std::collections::HashMap;
""",
    ),
)

RUNE = (
    """\
//! A file.
use std::collections::HashMap;
pub fn call(args) { 1 }
""",
    """\
/// A function.
fn f() { 1 }
use std::collections::HashMap;
""",
    """\
//// Four.
use std::collections::HashMap;
""",
    """\
// /// Two.
use std::collections::HashMap;
""",
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
/// One.
/// Two.
use std::collections::HashMap;
pub fn call(args) { HashMap::new().len() }
""",
        0,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN002")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN002") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
