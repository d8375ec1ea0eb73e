"""RN114: adding a number to a text."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('"n = " + 1', '"n = " + "1"', "n = 1"),
    Case('let n = 2;\n    "n = " + n + "."', 'let n = 2;\n    "n = " + `${n}` + "."', "n = 2."),
    Case('args.list.len() + " notes"', '`${args.list.len()}` + " notes"', "1 notes", {"list": [1]}, {"list": "array"}),
    Case('let s = "a";\n    s += 1.5;\n    s', 'let s = "a";\n    s += `${1.5}`;\n    s', "a1.5"),
    Case('"" + (args.n * 2)', '"" + `${(args.n * 2)}`', "4", {"n": 2}, {"n": "integer"}),
    Case("\"\" + 'c'", "\"\" + `${'c'}`", "c"),
]

QUIET = [
    ('"a" + "b"', None),
    ('"a" + args.b', None),
    ("`a` + `${1}`", None),
    ("1 + 2", None),
    ('let s = "a";\n    s += args.t;\n    s', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN114")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN114", schema) == []
