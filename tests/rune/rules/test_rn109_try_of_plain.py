"""RN109: `?` on plain values."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CALLED = 'pub async fn call(args) {\n    optional(args, ["a", "b"])\n}\n'
OPTIONAL = """
fn optional(value, path) {
    for key in path {
        value = if value is Object { value.get(key).unwrap_or(()) } else { () };
    }
    value
}
"""

CASES = [
    Case(
        'if regex::is_match("^a", args.t)? { 1 } else { 2 }',
        'if regex::is_match("^a", args.t) { 1 } else { 2 }',
        1,
        {"t": "ab"},
    ),
    Case('regex::replace("a", args.t, "b")?.len()', 'regex::replace("a", args.t, "b").len()', 2, {"t": "ab"}),
    Case('regex::Regex::new("a")?.is_match(args.t)', 'regex::Regex::new("a").is_match(args.t)', True, {"t": "a"}),
    Case("let x = 5;\n    x? + 1", "let x = 5;\n    x + 1", 6),
    Case("double(2)? + 1\n}\nfn double(n) { n * 2", "double(2) + 1\n}\nfn double(n) { n * 2", 5),
    Case("`${args.list.len()?}`", "`${args.list.len()}`", "1", {"list": [1]}, {"list": "array"}),
    Case("args.a?.b", f"{CALLED}{OPTIONAL}", 1, {"a": {"b": 1}}),
    Case("args.a?.b", f"{CALLED}{OPTIONAL}", None, {}),
    Case("args.a?.len()", "args.a.len()", 1, {"a": "x"}, safe=False),
    Case(
        'use regex::is_match;\npub fn call(args) {\n    is_match("a", args.t)?\n}\n',
        'use regex::is_match;\npub fn call(args) {\n    is_match("a", args.t)\n}\n',
        True,
        {"t": "a"},
    ),
]

QUIET = [
    ('args.get("a")?', None),
    ("json::from_string(args.t)?.a", None),
    ("crucible::json_parse(args.t).await?", None),
    ('regex::find("a", args.t)?', None),
    ("args.list.pop()?", None),
    ('check(args)?\n}\nfn check(args) { if args.a > 1 { Ok(1) } else { Err("x") }', None),
    ("f(args)?\n}\nfn f(x) { x.y()", None),
    ("fs::mkdir(args.p)?", None),
    ('db::query("x", [])?', None),
    ('"why?"', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN109")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN109", schema) == []
