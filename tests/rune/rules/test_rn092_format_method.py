"""RN092: Python's ways to put values into a text."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('"{} of {}".format(args.a, 2)', 'format!("{} of {}", args.a, 2)', "1 of 2", {"a": 1}),
    Case('"{0}-{0} {x:03d}".format(args.a, x=2)', 'format!("{0}-{0} {x:03}", args.a, x=2)', "1-1 002", {"a": 1}),
    Case('"{:.2f}{{}}".format(args.a)', 'format!("{:.2}{{}}", args.a)', "1.50{}", {"a": 1.5}),
    Case('"%s is %d%%" % (args.a, 5)', 'format!("{} is {}%", args.a, 5)', "a is 5%", {"a": "a"}),
    Case('"%.1f" % args.a', 'format!("{:.1}", args.a)', "1.5", {"a": 1.5}),
]

QUIET = [
    'format!("{}", args.a)',
    "args.a % 2",
    "args.o.format(1)",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN092")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN092") == []


@pytest.mark.parametrize(
    "body", ['let t = "{}";\n    t.format(1)', '"{a.b}".format(a=1)', '"%s %s" % (args.a)', '"100%" % args.a']
)
def test_what_rune_cannot_say_so_is_left_to_its_author(body: str) -> None:
    assert [(item.fix, item.hint is not None) for item in findings(body, "RN092")] == [(None, True)]
