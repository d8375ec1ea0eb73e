"""RN159: variants with values: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "numbers and texts",
        'enum A { B = 1, C = -2, /* c */ D = "x", // d\n    E, F(x), G = 1 << 3 }\n',
        "enum A { B, C, /* c */ D, // d\n    E, F(x), G }\n",
        (1, 1, 1, 2),
    ),
)

RUNE = (
    "enum A { B, C(x), D { e } }\n",
    "struct A { b }\n" + body("let enum_ = 1;", "enum_ = 2;"),
    body('"enum A { B = 1 }"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    ("enum A { B = 1, C = 2 }\n" + body("match if args.a == 1 { A::B } else { A::C } { A::B => 5, _ => 6 }"), 5),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN159", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN159") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result


def test_the_value_that_is_lost_is_written_out() -> None:
    found = findings("enum Level { Low = 1 }\n", "RN159")
    assert [item.hint for item in found] == ["the value is lost: where it is needed, write `const LOW = 1;`"]
