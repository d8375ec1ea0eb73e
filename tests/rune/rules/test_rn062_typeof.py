"""RN062: `typeof`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body(
            'typeof args.s === "string" && typeof args.a !== "number" && typeof args.b == '
            '"undefined" && typeof args.c != "boolean"'
        ),
        body("args.s is String && !(args.a is i64 || args.a is f64) && args.b is Tuple && args.c is not bool"),
        (2, 2, 2, 2),
    ),
    Case(
        "the name itself",
        body('[typeof args.a, typeof args.a == "object", typeof f() == "string"]'),
        body('[type_of(args.a), type_of(args.a) == "object", type_of(f()) == "string"]')
        + """
fn type_of(value) {
    match value {
        () => "undefined",
        value if value is String => "string",
        value if value is bool => "boolean",
        value if value is i64 || value is f64 => "number",
        _ => "object",
    }
}
""",
        (2, 2, 2),
    ),
)

RUNE = (
    body("args.s is String"),
    body('"typeof x"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body('[typeof args.s === "string", typeof args.a !== "number", typeof () == "undefined"]'), [True, False, True]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN062")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN062") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
