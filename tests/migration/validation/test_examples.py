"""Examples that an author gives are proof: results, errors, and what is asked of the host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.migration.validation import Validated
from crucible_tools.migration.validation.examples import difference, same
from tests.migration.validation.support import codes, comprehensive, policy, with_cases

GETS = "let page = http::get(args.url).await?; Ok(page.status().as_u16())"
URL: dict[str, Any] = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}


async def validated(engine: ScriptEngine, folder: Path, body: str, *cases: dict[str, Any], **fields: Any) -> Validated:
    return await comprehensive(engine, body, source=with_cases(folder, *cases), **fields)


def messages(found: Validated) -> list[str]:
    return [f"{finding.code} {finding.message}" for finding in found.findings]


async def test_examples_that_hold_are_no_finding(engine: ScriptEngine, tmp_path: Path) -> None:
    found = await validated(
        engine,
        tmp_path,
        'if args.n < 0 { return Err("negative"); } Ok(args.n * 2)',
        {"arguments": {"n": 2}, "result": 4},
        {"arguments": {"n": 2}, "result": 4.0},
        {"arguments": {"n": -1}, "error": "negative"},
        {"arguments": {"n": -1}, "error": {"kind": "tool", "data": "negative"}},
        {"arguments": {"n": "2"}, "error": {"kind": "invalid_arguments"}},
        {"arguments": {"n": 9223372036854775807}, "error": {"kind": "script"}},
    )
    assert codes(found) == ["VAL012"]  # the greatest number overflows, as the last example says
    assert found.calls > 6


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ({"arguments": {"n": 2}, "result": 5}, "gives 4, not 5 (at $)"),
        ({"arguments": {"n": 2}, "result": True}, "gives 4, not true (at $)"),
        ({"arguments": {"n": 2}, "error": "negative"}, "gives 4; it should fail"),
        ({"arguments": {"n": -1}, "result": 1}, "stops: it gives Err: negative; it should give 1"),
        ({"arguments": {"n": -1}, "error": "else"}, 'fails with "negative", not with "else"'),
        ({"arguments": {"n": -1}, "error": {"kind": "script"}}, "fails as tool, not as script"),
        ({"arguments": {"n": -1}, "error": {"data": None}}, 'fails with the data "negative", not with null'),
        ({"arguments": {}, "result": 1}, '"n" is a required property'),
    ],
)
async def test_an_example_that_does_not_hold_fails_the_tool(
    engine: ScriptEngine, tmp_path: Path, case: dict[str, Any], message: str
) -> None:
    body = 'if args.n < 0 { return Err("negative"); } Ok(args.n.saturating_mul(2))'
    found = await validated(engine, tmp_path, body, {"arguments": {"n": 1}, "result": 2}, {"name": "of two", **case})
    assert codes(found) == ["VAL103"]
    finding = found.findings[0]
    assert finding.message.startswith("example 2 (of two) ")
    assert message in finding.message
    assert finding.context["example"]["path"] == "tool.cases.json"
    assert not found.ok


async def test_the_difference_between_large_results_is_told_by_its_place(engine: ScriptEngine, tmp_path: Path) -> None:
    wanted = [{"name": f"note {number}", "size": number} for number in range(5000)]
    body = "let all = []; for i in 0..5000 { all.push(#{ name: `note ${i}`, size: i }); } all[4321].size = 0; all"
    found = await validated(engine, tmp_path, body, {"arguments": {"n": 1}, "result": wanted})
    assert codes(found) == ["VAL103"]
    assert "(at $[4321].size)" in found.findings[0].message
    assert all(len(str(fact)) < 5_000 for fact in found.findings[0].context.values())


async def test_the_host_answers_as_the_example_says(engine: ScriptEngine, tmp_path: Path) -> None:
    get = {"call": "http::get", "arguments": ["https://example.com/"]}
    found = await validated(
        engine,
        tmp_path,
        GETS,
        {"arguments": {"url": "https://example.com/"}, "host": [{**get, "reply": {"status": 404}}], "result": 404},
        {"arguments": {"url": "https://example.com/"}, "host": [{**get, "error": "no route"}], "error": "no route"},
        input_schema=URL,
        under=policy("production"),
        capabilities=("http",),
    )
    assert found.findings == ()


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ([], "it also calls http::get: host call 1 of 1, the example states 0"),
        (["http::get", "http::get"], "it does not call http::get, which is host call 2"),
        (["fs::exists"], "host call 1 is http::get, not fs::exists"),
    ],
)
async def test_other_host_calls_than_the_example_states_fail_the_tool(
    engine: ScriptEngine, tmp_path: Path, host: list[str], message: str
) -> None:
    calls = [{"call": name, "reply": {"status": 200}} for name in host]
    found = await validated(
        engine,
        tmp_path,
        GETS,
        {"arguments": {"url": "https://example.com/"}, "host": calls, "result": 200},
        input_schema=URL,
        under=policy("production"),
        capabilities=("http",),
    )
    assert messages(found) == [f"VAL104 example 1: {message}"]


async def test_other_arguments_of_a_host_call_fail_the_tool(engine: ScriptEngine, tmp_path: Path) -> None:
    host = [{"call": "http::get", "arguments": ["https://example.org/"], "reply": {"status": 200}}]
    found = await validated(
        engine,
        tmp_path,
        GETS,
        {"arguments": {"url": "https://example.com/"}, "host": host, "result": 200},
        input_schema=URL,
        under=policy("production"),
        capabilities=("http",),
    )
    assert messages(found) == [
        'VAL104 example 1: host call 1 is http::get("https://example.com/"), not http::get("https://example.org/")'
    ]


async def test_a_result_that_hangs_on_a_stand_in_is_inconclusive(engine: ScriptEngine, tmp_path: Path) -> None:
    found = await validated(
        engine,
        tmp_path,
        GETS,
        {"arguments": {"url": "https://example.com/"}, "result": 404},
        input_schema=URL,
        under=policy("production"),
        capabilities=("http",),
    )
    assert found.ok
    assert codes(found) == ["VAL009"]


async def test_an_example_that_the_policy_denies_is_denied(engine: ScriptEngine, tmp_path: Path) -> None:
    body = "if args.n == 77 { http::get(`https://example.com/`).await?; } 1"
    found = await validated(engine, tmp_path, body, {"arguments": {"n": 77}, "result": 1})
    assert codes(found) == ["VAL007"]


async def test_an_example_may_take_longer_than_a_trial_but_not_longer_than_the_policy_allows(
    engine: ScriptEngine, tmp_path: Path
) -> None:
    body = "if args.n == 77 { loop {} } 1"
    case = {"arguments": {"n": 77}, "result": 1}
    found = await validated(engine, tmp_path, body, case, under=policy(timeout_s=0.05))
    assert codes(found) == ["VAL103"]
    assert "0.05 s" in found.findings[0].message


async def test_examples_behind_two_that_hang_are_left_out(engine: ScriptEngine, tmp_path: Path) -> None:
    case = {"arguments": {"n": 77}, "result": 1}
    body = "if args.n == 77 { loop {} } 1"
    found = await validated(engine, tmp_path, body, *[case] * 5, under=policy(timeout_s=0.05))
    assert codes(found) == ["VAL103", "VAL103", "VAL011"]
    assert found.findings[-1].message.startswith("3 examples were left out")


async def test_an_example_runs_no_function_that_reaches_outside(tmp_path: Path) -> None:
    def must_not_run(*arguments: Any) -> None:
        raise AssertionError(f"called with {arguments}")

    db = HostModule("db")
    db.add("query", must_not_run, params={"sql": "string"}, gives="result")
    host = [{"call": "db::query", "arguments": ["select 1"], "reply": [{"a": 1}]}]
    async with ScriptEngine(modules=[db]) as engine:
        found = await validated(
            engine,
            tmp_path,
            "Ok(db::query(`select ${args.n}`)?)",
            {"arguments": {"n": 1}, "host": host, "result": [{"a": 1}]},
            under=policy("development"),
            capabilities=("db",),
        )
    assert found.findings == ()


async def test_the_reply_of_a_host_call_is_held_to_the_limits_of_the_policy(
    engine: ScriptEngine, tmp_path: Path
) -> None:
    host = [{"call": "http::get", "reply": {"status": 200, "body": "a" * 2000}}]
    found = await validated(
        engine,
        tmp_path,
        GETS,
        {"arguments": {"url": "a"}, "host": host, "error": {"kind": "limit_exceeded"}},
        input_schema=URL,
        under=policy("production", max_host_call_bytes=1500),
        capabilities=("http",),
    )
    assert found.findings == ()


async def test_without_a_file_of_examples_there_is_a_warning(engine: ScriptEngine, tmp_path: Path) -> None:
    found = await comprehensive(engine, "args.n", source=tmp_path / "tool.rn")
    assert (codes(found), found.ok) == (["VAL101"], True)
    assert "tool.cases.json" in found.findings[0].message


async def test_a_file_that_is_none_is_a_finding_with_its_place(engine: ScriptEngine, tmp_path: Path) -> None:
    (tmp_path / "tool.cases.json").write_text('{\n  "cases": [}', encoding="utf-8")
    found = await comprehensive(engine, "args.n", source=tmp_path / "tool.rn")
    assert (codes(found), found.ok) == (["VAL102"], False)
    assert found.findings[0].message.startswith("tool.cases.json:2:13: it is no JSON")
    assert found.findings[0].context["example"]["line"] == 2


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


@given(_JSON, _JSON)
def test_values_are_the_same_exactly_when_there_is_no_difference_either_way(one: Any, other: Any) -> None:
    assert same(one, one)
    assert same(one, other) == same(other, one) == (difference(one, other) is None)


def test_true_is_not_one_and_whole_numbers_are_numbers() -> None:
    assert not same(True, 1)
    assert not same([False], [0])
    assert same({"a": 1}, {"a": 1.0})
    assert difference({"a": [1, 2]}, {"a": [1, 2, 3]}) == "$.a has 3 items, not 2"
    assert difference({"a": 1}, {}) == "$.a is missing"
    assert difference({}, {"a": 1}) == "$.a is there, too"
