"""RN165: `insert` of an object takes its key away."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        "let o = #{};\n    let k = args.s;\n    o.insert(k, 1);\n    k",
        "let o = #{};\n    let k = args.s;\n    o.insert(k.clone(), 1);\n    k",
        "x",
        {"s": "x"},
    ),
    Case(
        "let o = #{};\n    let all = [];\n    for w in args.w { o.insert(w, 1); all.push(w); }\n    all",
        "let o = #{};\n    let all = [];\n    for w in args.w { o.insert(w.clone(), 1); all.push(w); }\n    all",
        ["a"],
        {"w": ["a"]},
        {"w": "array"},
    ),
    Case(
        "let o = #{};\n    for w in args.w { o.insert(w, 1); }\n    args.w",
        "let o = #{};\n    for w in args.w { o.insert(w.clone(), 1); }\n    args.w",
        ["a"],
        {"w": ["a"]},
    ),
    Case(
        "let o = #{};\n    let all = [];\n    for n in args.w { o.insert(n.t, 1); all.push(n); }\n    all",
        "let o = #{};\n    let all = [];\n    for n in args.w { o.insert(n.t.clone(), 1); all.push(n); }\n    all",
        [{"t": "x"}],
        {"w": [{"t": "x"}]},
        {"w": "array"},
    ),
    Case(
        "let o = #{};\n    o.insert(args.n.t, 1);\n    `${args.n.t}`",
        "let o = #{};\n    o.insert(args.n.t.clone(), 1);\n    `${args.n.t}`",
        "x",
        {"n": {"t": "x"}},
    ),
]

QUIET = [
    "let o = #{};\n    for n in args.w { o.insert(n.t, 1); o.insert(n.u, n.v); }\n    o",
    'let o = #{};\n    o.insert("k", 1);\n    o',
    "let o = #{};\n    o.insert(args.s.clone(), 1);\n    args.s",
    "let o = #{};\n    for w in args.w { o.insert(w, 1); }\n    o",
    "let o = #{};\n    o[args.s] = 1;\n    args.s",
    "let l = [];\n    let at = 0;\n    l.insert(at, 1);\n    at",
    "let m = std::collections::HashMap::new();\n    let k = args.s;\n    m.insert(k, 1);\n    k",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    before = await outcome(engine, source(case.body, case.schema), case.args)
    assert "value is M" in before["error"]
    await check_case(engine, case, "RN165")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN165") == []
