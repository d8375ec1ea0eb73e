"""RN202: arguments in the wrong order."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('regex::is_match(args.a, "^v[0-9]+$")', 'regex::is_match("^v[0-9]+$", args.a)', True, {"a": "v1"}, safe=False),
    Case('regex::find_all(args.a, "\\\\d")', 'regex::find_all("\\\\d", args.a)', ["1", "2"], {"a": "1a2"}, safe=False),
    Case('regex::replace(args.a, "[0-9]", "#")', 'regex::replace("[0-9]", args.a, "#")', "v#", {"a": "v1"}, safe=False),
    Case(
        '`${regex::is_match(args.a, "a.*b")}`', '`${regex::is_match("a.*b", args.a)}`', "true", {"a": "a-b"}, safe=False
    ),
    Case(
        'use regex::is_match;\nconst TAG = "^v\\\\d+$";\npub fn call(args) {\n    is_match(args.a, TAG)\n}\n',
        'use regex::is_match;\nconst TAG = "^v\\\\d+$";\npub fn call(args) {\n    is_match(TAG, args.a)\n}\n',
        True,
        {"a": "v1"},
        safe=False,
    ),
    Case(
        'crucible::string_split(",", args.a).await?',
        'crucible::string_split(args.a, ",").await?',
        ["x", "y"],
        {"a": "x,y"},
        safe=False,
    ),
]

QUIET = [
    ('regex::is_match("^v[0-9]+$", args.a)', None),
    ("regex::is_match(args.pattern, args.a)", None),
    ('regex::is_match(pattern, "v[0-9]")\n}\nconst pattern = 1;\nfn f() {', None),
    ('regex::is_match(args.a, "plain text")', None),
    ('regex::is_match("[a-z]", "[b]")', None),
    ('crucible::string_split(args.a, ",").await?', None),
    ('crucible::string_split("a,b,c", args.sep).await?', None),
    ('own(args.a, "^x$")\n}\nfn own(a, b) { 1', None),
    ('args.a.replace(args.b, "^x$")', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN202")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN202", schema) == []
