"""RN112: `{}` for an empty object."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('let o = {};\n    o["a"] = args.a;\n    o', 'let o = #{};\n    o["a"] = args.a;\n    o', {"a": 1}, {"a": 1}),
    Case("let o = {};\n    o.a = args.a;\n    o", "let o = #{};\n    o.a = args.a;\n    o", {"a": 1}, {"a": 1}),
    Case('let o = { };\n    o.insert("a", 1);\n    o', 'let o = #{ };\n    o.insert("a", 1);\n    o', {"a": 1}),
    Case("return {};", "return #{};", {}, safe=False),
    Case("let o = {};\n    o", "let o = #{};\n    o", {}, safe=False),
    Case("#{ a: {}, b: [{}] }", "#{ a: #{}, b: [#{}] }", {"a": {}, "b": [{}]}, safe=False, count=2),
    Case("Ok({})", "Ok(#{})", {}, safe=False),
    Case('args.get("o").unwrap_or({})', 'args.get("o").unwrap_or(#{})', {}, safe=False),
]

QUIET = [
    ("if args.a { } else { }", None),
    ("match args.a { 1 => {}, _ => {} }", None),
    ("let f = || {};\n    f()", None),
    ("args.list.iter().map(|x| {}).count()", None),
    ("for x in args.list {}", None),
    ("loop { {} break; }", None),
    ("let o = #{};\n    o", None),
    ("f() }\nfn f() {", None),
    ("let s = S {};\n    1 }\nstruct S {", None),
    ('println!("{}", 1)', None),
    ('`${"{}"}`', None),
    ("{}", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN112")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN112", schema) == []
