"""RN046: `#` comments: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        """\
# one, don't
pub fn call(args) {
    let x = 1; # two
    ## three
    #four
    #
    x
}
""",
        """\
// one, don't
pub fn call(args) {
    let x = 1; // two
    // three
    //four
    //
    x
}
""",
        (1, 3, 4, 5, 6),
    ),
)

RUNE = (
    body("let o = #{ a: #{} };", "o"),
    """\
#[test]
fn a() { }
pub fn call(args) { 1 }
""",
    body('"# x"'),
    body("`# x", "# y`"),
    """\
#!/usr/bin/env rune
pub fn call(args) { 1 }
""",
    body("// # x", "1"),
    body("#{", "    a: 1,", "}"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
# one, don't
pub fn call(args) {
    let x = 1; # two "
    ## three
    #four
    x
}
""",
        1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN046")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN046") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
