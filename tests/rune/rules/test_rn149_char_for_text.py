"""RN149: a char where only a text can stand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("args.o['k']", 'args.o["k"]', 1, {"o": {"k": 1}}),
    Case("args.o.get('k').unwrap_or(0)", 'args.o.get("k").unwrap_or(0)', 1, {"o": {"k": 1}}),
    Case("args.o['q'] = 2;\n    args.o", 'args.o["q"] = 2;\n    args.o', {"q": 2}, {"o": {}}),
    Case("args.o.insert('q', 2);\n    args.o", 'args.o.insert("q", 2);\n    args.o', {"q": 2}, {"o": {}}),
    Case("args.s + '/' + \"b\"", 'args.s + "/" + "b"', "a/b", {"s": "a"}),
    Case("args.s += '\"';\n    args.s", 'args.s += "\\"";\n    args.s', 'a"', {"s": "a"}),
    Case("crucible::string_split(args.s, ',').await", 'crucible::string_split(args.s, ",").await', ["a"], {"s": "a"}),
]

QUIET = [
    "args.s.split(',').collect::<Vec>()",
    "let s = String::new();\n    s.push('a');\n    s",
    "args.s.chars().any(|c| c == 'a')",
    "box(args).get('a')\n}\nfn box(x) { x }\nstruct Own {}\nimpl Own { fn get(self, c) { c }",
    "['a', 'b'].len()",
    "args.n + 1",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN149")


@pytest.mark.parametrize("body", QUIET, ids=lambda body: body[:60])
def test_what_is_right_is_left_alone(body: str) -> None:
    assert findings(body, "RN149") == []
