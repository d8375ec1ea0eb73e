"""RN107: integers with floats."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host
from tests.rune.rules.support import found, repaired

CASES = [
    Case("args.a / 2.0", "args.a as f64 / 2.0", 1.5, {"a": 3}),
    Case("args.a / 2.0", "args.a as f64 / 2.0", 1.5, {"a": 3}, {"a": "integer"}),
    Case("args.a / 2.0", "args.a as f64 / 2.0", 1.5, {"a": 3}, {"a": "number"}),
    Case("2.0 * args.a", "2.0 * args.a as f64", 6.0, {"a": 3}, {"a": "integer"}),
    Case("1 + 1.5", "1.0 + 1.5", 2.5),
    Case("-2 * 1.5", "-2.0 * 1.5", -3.0),
    Case("1.5 - args.list.len()", "1.5 - args.list.len() as f64", 0.5, {"list": [1]}, {"list": "array"}),
    Case("args.a < 2.5", "args.a as f64 < 2.5", True, {"a": 2}, {"a": "integer"}),
    Case("1.0 == args.a", "1.0 == args.a as f64", True, {"a": 1}, {"a": "integer"}),
    Case(
        "(args.a + args.b) / 2.0",
        "(args.a + args.b) as f64 / 2.0",
        1.5,
        {"a": 1, "b": 2},
        {"a": "integer", "b": "integer"},
    ),
    Case(
        "args.a * args.b / 2.0",
        "(args.a * args.b) as f64 / 2.0",
        1.0,
        {"a": 1, "b": 2},
        {"a": "integer", "b": "integer"},
    ),
    Case(
        "(args.minutes * args.rate * 100.0).round() / 100.0",
        "(args.minutes as f64 * args.rate as f64 * 100.0).round() / 100.0",
        6.0,
        {"minutes": 3, "rate": 2},
        {"minutes": "integer", "rate": "number"},
    ),
    Case(
        "let total = 0;\n    for p in [1, 2] {\n        total += p * 1.5;\n    }\n    total",
        "let total = 0.0;\n    for p in [1, 2] {\n        total += p as f64 * 1.5;\n    }\n    total",
        4.5,
        count=2,
    ),
    Case(
        "let total = 0;\n    total = total + 1.5;\n    total",
        "let total = 0.0;\n    total = total + 1.5;\n    total",
        1.5,
    ),
    Case("let x = 1.5;\n    x += 2;\n    x", "let x = 1.5;\n    x += 2.0;\n    x", 3.5),
    Case("args.n.min(2.5)", "(args.n as f64).min(2.5)", 2.5, {"n": 7}, {"n": "integer"}),
    Case("1.5.max(2)", "1.5.max(2.0)", 2.0),
    Case("`${args.n * 1.5} h`", "`${args.n as f64 * 1.5} h`", "3.0 h", {"n": 2}, {"n": "integer"}),
    Case(
        "[1, 2].iter().map(|x| x * 0.5).collect::<Vec>()",
        "[1, 2].iter().map(|x| x as f64 * 0.5).collect::<Vec>()",
        [0.5, 1.0],
    ),
    Case(
        "const RATE = 1.5;\npub fn call(args) {\n    args.n * RATE\n}\n",
        "const RATE = 1.5;\npub fn call(args) {\n    args.n as f64 * RATE\n}\n",
        3.0,
        {"n": 2},
    ),
    Case("0xff * 0.5", "0xff as f64 * 0.5", 127.5),
    Case(
        "let total = 0;\n    for i in args.items { total += i.price * 1.5; }\n    total",
        "let total = 0.0;\n    for i in args.items { total += i.price as f64 * 1.5; }\n    total",
        4.5,
        {"items": [{"price": 1}, {"price": 2.0}]},
        count=2,
    ),
    Case("args.items[0].price * 2.5", "args.items[0].price as f64 * 2.5", 5.0, {"items": [{"price": 2}]}),
    Case("args.done / args.all * 100.0", "args.done as f64 / args.all as f64 * 100.0", 50.0, {"done": 1, "all": 2}),
    Case("args.a > 1000", "args.a as f64 > 1000.0", True, {"a": 1000.5}, {"a": "number"}),
    Case("args.a == 0", "args.a as f64 == 0.0", True, {"a": 0}, {"a": "number"}),
    Case("-1 < args.a", "-1.0 < args.a as f64", True, {"a": 2.5}, {"a": "number"}),
    Case("let a = args.a;\n    a <= 3", "let a = args.a;\n    a as f64 <= 3.0", True, {"a": 2.5}, {"a": "number"}),
]

OUTSIDE_OF_CALL = {
    "/// A share.\npub async fn share(args) { args.done * 0.5 }\n": "args.done as f64 * 0.5",
    "pub mod m {\n    /// A share.\n    pub fn share(args) { args.done / 2.0 }\n}\n": "args.done as f64 / 2.0",
    '#[tool(name = "t", desc = "d")]\npub fn share(args) { 1.5 * args.done }\n': "1.5 * args.done as f64",
}

QUIET = [
    ("args.a as f64 / 2.0", None),
    ("args.list.iter().map(|x| x.score * 0.5).collect::<Vec>()", None),
    ("args.a * 2", {"a": "number"}),
    ("args.a + args.b", {"a": "number", "b": "integer"}),
    ("1.5 + 2.5 * (3 as f64)", None),
    ("7 / 2 + 1", None),
    ("f(1.5) }\nfn f(bytes) { bytes / 1024.0", None),
    ("f(args.x) }\nfn f(x) { if x is f64 { x / 2.0 } else { x / 2 }", None),
    ("args.list.len() * 2 == 4", {"list": "array"}),
    ("let n = 0;\n    n += 1;\n    n", None),
    ("let t = 0.0;\n    t += 1.5;\n    t", None),
    ("(args.a as f64).round() * 100.0", None),
    ("`1 + 1.5`", None),
    ("args.a is f64 && args.a > 3.0 || args.a is i64 && args.a > 3", {"a": "number"}),
    ("args.a > 9007199254740993", {"a": "number"}),
    ("args.a > 3", {"a": "integer"}),
    ("args.a > 3", None),
    ("args.a as i64 > 3", {"a": "number"}),
    ("args.a }\n/// A sum.\npub async fn sum(args) { args.f + 1.0", None),
    ("args.a }\n/// A net.\npub async fn net(args) { args.price * args.count as f64", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN107")


@pytest.mark.parametrize(("source", "after"), OUTSIDE_OF_CALL.items())
def test_an_argument_of_any_tool_may_be_an_integer(source: str, after: str) -> None:
    assert [finding.severity for finding in found(source, "RN107")] == ["warning"]
    assert after in repaired(source)


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN107", schema) == []
