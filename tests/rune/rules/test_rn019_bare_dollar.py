"""RN019: a bare `$` in a template: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body("`cost $5 and \\$6 $$${args.a} $`"),
        body("`cost \\$5 and \\$6 \\$\\$${args.a} \\$`"),
        (2, 2, 2, 2),
    ),
    Case(
        "in a template in a template",
        body("`a ${f(`$1`)} b`"),
        body("`a ${f(`\\$1`)} b`"),
        (2,),
    ),
    Case(
        "on several lines",
        body("`one", "$2", "`"),
        body("`one", "\\$2", "`"),
        (3,),
    ),
)

RUNE = (
    body("`\\$5 ${args.a}`"),
    body('"$5 $$"'),
    body("// `$5`", "1"),
    body("`a`"),
    body("`\\\\${args.a}`"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("`cost $5 and \\$6 $$${args.a} $`"), "cost $5 and $6 $$1 $"),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN019")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN019") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
