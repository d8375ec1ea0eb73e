"""RN117: fields of Options and Results."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("let l = [#{ t: 1 }];\n    l.get(0).t", "let l = [#{ t: 1 }];\n    l.get(0).unwrap().t", 1, safe=False),
    Case('args.get("o")["t"]', 'args.get("o").unwrap()["t"]', 1, {"o": {"t": 1}}, safe=False),
    Case("json::from_string(args.t).a", "json::from_string(args.t).unwrap().a", 1, {"t": '{"a": 1}'}, safe=False),
]

QUIET = [
    ('args.get("o").unwrap_or(#{}).t', None),
    ("json::from_string(args.t)?.a", None),
    ('args.get("o").0', None),
    ("args.o.t", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN117")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN117", schema) == []
