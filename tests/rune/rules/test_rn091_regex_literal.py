"""RN091: regular expressions between slashes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("/^v[0-9]+$/i.test(args.s)", 'regex::is_match("(?i)^v[0-9]+$", args.s)', True, {"s": "V12"}),
    Case('args.s.replace(/\\s+/g, "_")', 'regex::replace_all("\\\\s+", args.s, "_")', "a_b_c", {"s": "a b  c"}),
    Case('args.s.replace(/["\'`]/g, "")', 'regex::replace_all("[\\"\'`]", args.s, "")', "ab", {"s": "a'\"b"}),
    Case("args.s.split(/[,;]/)", 'regex::Regex::new("[,;]").split(args.s)', ["a", "b"], {"s": "a;b"}),
    Case("args.s.match(/\\d/g)", 'regex::find_all("\\\\d", args.s)', ["1", "2"], {"s": "a1b2"}, safe=False),
    Case(
        "let re = /a\\/b/;\n    re.is_match(args.s)",
        'let re = regex::Regex::new("a/b");\n    re.is_match(args.s)',
        True,
        {"s": "xa/b"},
    ),
    Case(
        'args.s // what\n        .replace(/a/, "b")',
        'regex::replace("a", args.s // what\n        , "b")',
        "b",
        {"s": "a"},
    ),
]

QUIET = [
    "args.a / args.b / 2",
    "(args.a) / 2 + args.v[0] / 3",
    '"/a/.test(b)"',
    "1 // a /b/ c",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN091")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN091") == []


@pytest.mark.parametrize(
    "body", ["/a(?=b)/.test(args.s)", "args.s.replace(/a/y, 1)", "args.s.replace(/a/ /* why */, 1)"]
)
def test_what_rune_cannot_say_is_left_to_its_author(body: str) -> None:
    assert [(item.fix, item.hint is not None) for item in findings(body, "RN091")] == [(None, True)]
