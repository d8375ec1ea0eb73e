"""BASIC: a tool loads, its schema is one, and one call of it runs; nothing outside is done."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.migration.validation import Candidate, Validated, Validator
from crucible_tools.model.enums import ValidationMode
from tests.migration.validation.support import basic, candidate, codes, policy


async def test_a_tool_that_runs_is_valid_and_says_what_it_took(engine: ScriptEngine) -> None:
    validated = await basic(engine, "args.n + 1")
    assert (validated.ok, validated.findings, validated.calls) == (True, (), 1)
    assert validated.peak_memory > 0
    assert validated.seconds > 0


async def test_a_tool_that_gives_err_is_valid(engine: ScriptEngine) -> None:
    assert (await basic(engine, 'Err("no such note")')).findings == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("nowhere(args.n)", "VAL001"),
        ("args.n.to_uppercase()", "VAL003"),
        ('"a,b".split(",", 2)', "VAL003"),
    ],
    ids=["a function that is nowhere", "a method that is nowhere", "a wrong number of arguments"],
)
async def test_what_is_missing_fails_a_tool(engine: ScriptEngine, body: str, code: str) -> None:
    validated = await basic(engine, body)
    assert not validated.ok
    assert codes(validated) == [code]
    assert validated.findings[0].context["hint"]


async def test_a_loop_that_does_not_end_fails_a_tool_within_its_time(engine: ScriptEngine) -> None:
    validated = await basic(engine, "loop {}", under=policy(timeout_s=0.05))
    assert codes(validated) == ["VAL004"]
    assert "0.05 s" in validated.findings[0].message


async def test_a_call_has_a_second_where_the_policy_has_no_limit(engine: ScriptEngine) -> None:
    validated = await basic(engine, "loop {}", under=policy("development"))
    assert codes(validated) == ["VAL004"]
    assert "1 s" in validated.findings[0].message


async def test_memory_that_grows_without_end_fails_a_tool(engine: ScriptEngine) -> None:
    assert codes(await basic(engine, 'let s = "aaaaaaaa"; loop { s = s + s }')) == ["VAL005"]


async def test_memory_that_only_a_rehearsal_does_not_have_fails_no_tool(engine: ScriptEngine) -> None:
    # `take` asks for 600 MB at once: more than a rehearsal gives, less than DEVELOPMENT does.
    body = "let bytes = std::bytes::Bytes::with_capacity(600 * 1024 * 1024); bytes.len()"
    validated = await basic(engine, body, under=policy("development"))
    assert validated.ok
    assert codes(validated) == ["VAL009"]
    assert "256 MB" in validated.findings[0].message


async def test_an_error_behind_a_stand_in_is_inconclusive(engine: ScriptEngine) -> None:
    validated = await basic(
        engine, "let page = http::get(`https://example.com/`).await?; page.body.nowhere()", under=policy("production")
    )
    assert validated.ok
    assert codes(validated) == ["VAL009"]
    assert "`http::get` was answered by a stand-in" in validated.findings[0].message
    assert validated.findings[0].context["host_calls"] == [{"call": "http::get", "arguments": ["https://example.com/"]}]


async def test_another_error_with_made_up_arguments_is_a_warning(engine: ScriptEngine) -> None:
    validated = await basic(engine, "1 / (args.n - args.n)")
    assert validated.ok
    assert codes(validated) == ["VAL008"]


async def test_a_function_of_an_application_that_is_not_registered_is_missing(engine: ScriptEngine) -> None:
    assert codes(await basic(engine, "db::query(`select 1`, []).await")) == ["VAL001"]


async def test_no_function_that_reaches_outside_is_ever_run_but_pure_ones_are() -> None:
    called: list[str] = []

    def must_not_run(*arguments: Any) -> None:
        raise AssertionError(f"called with {arguments}")

    db = HostModule("db")
    db.add("drop_all", must_not_run, params={"sql": "string"})
    db.add("quote", lambda text: called.append(text) or f"<{text}>", params={"text": "string"}, pure=True)
    async with ScriptEngine(modules=[db]) as engine:
        validated = await basic(engine, "db::drop_all(db::quote(`a`)); 1", under=policy("development"))
    assert validated.findings == ()
    assert called == ["a"]


async def test_what_the_policy_denies_fails_a_tool(engine: ScriptEngine) -> None:
    validated = await basic(engine, "http::get(`https://example.com/`).await?; 1")
    assert codes(validated) == ["VAL007"]


async def test_a_pure_function_that_the_policy_denies_fails_a_tool_too(engine: ScriptEngine) -> None:
    validated = await basic(engine, "json::from_string(`1`)?; 1")
    assert codes(validated) == ["VAL007"]
    assert (await basic(engine, "json::from_string(`1`)?; 1", under=policy("production"))).findings == ()


async def test_skip_finds_nothing(engine: ScriptEngine) -> None:
    validated = await Validator(engine, ValidationMode.SKIP).validate(candidate("nowhere()"))
    assert validated == Validated(name="tool", seconds=validated.seconds)


async def test_candidates_and_results_cross_the_pipes_of_worker_processes(engine: ScriptEngine) -> None:
    asked: Candidate = pickle.loads(pickle.dumps(candidate("nowhere()")))
    validated = await Validator(engine, ValidationMode.BASIC).validate(asked)
    assert pickle.loads(pickle.dumps(validated)) == validated
    assert validated.errors == validated.findings
    assert validated.warnings == ()
