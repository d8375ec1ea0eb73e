"""RN082: strings in three quotes: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "what stands where a statement would",
        'fn f() {\n    """Gives one.\n\n    More of it.\n    """\n    1\n}\n',
        "fn f() {\n    // Gives one.\n    //\n    // More of it.\n    1\n}\n",
        (2,),
    ),
    Case("a value", body('let s = """a', 'b""";'), body('let s = "a', 'b";'), (2,)),
)

RUNE = (
    body('let s = "";'),
    body('f("", "a", "")'),
    body('let s = "" + "a" + "";'),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body('"""Says a."""', 'let s = """x""";', "s"), "x"),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN082")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN082") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
