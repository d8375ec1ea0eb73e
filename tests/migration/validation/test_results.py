"""Results against the output schema, capabilities against the policy, and what is left of limits."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.migration.validation import Validator
from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.policy import MIB
from tests.migration.validation.support import candidate, codes, comprehensive, policy

TEXT: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


async def test_results_that_keep_to_the_output_schema_are_no_finding(engine: ScriptEngine) -> None:
    body = 'if args.n < 0 { return Err(#{ code: 1 }); } #{ text: "a" }'
    assert (await comprehensive(engine, body, output_schema=TEXT)).findings == ()


async def test_a_result_that_breaks_the_output_schema_fails_the_tool_once(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "#{ text: args.n }", output_schema=TEXT)
    assert (codes(found), found.ok) == (["VAL111"], False)
    assert "breaks the output schema at $.text" in found.findings[0].message
    assert found.findings[0].context["arguments"] == {"n": 0}


async def test_a_result_that_came_from_a_stand_in_is_inconclusive(engine: ScriptEngine) -> None:
    body = "http::get(`https://example.com/`).await?.status().as_u16()"
    found = await comprehensive(engine, body, output_schema=TEXT, under=policy("production"), capabilities=("http",))
    assert (codes(found), found.ok) == (["VAL009"], True)


@pytest.mark.parametrize("schema", [{"type": 3}, {"$ref": "https://example.com/"}, {"allOf": [{"$ref": "#"}] * 2}])
async def test_an_output_schema_that_is_none_is_a_warning(engine: ScriptEngine, schema: dict[str, Any]) -> None:
    found = await comprehensive(engine, "args.n", output_schema=schema)
    assert (codes(found), found.ok) == (["VAL112"], True)


async def test_capabilities_that_the_policy_lacks_fail_the_tool_though_no_call_needed_them(
    engine: ScriptEngine,
) -> None:
    found = await comprehensive(engine, "args.n", capabilities=("http", "json"))
    assert (codes(found), found.ok) == (["VAL007"], False)
    assert found.findings[0].context["capabilities"] == ["http", "json"]


async def test_a_capability_that_is_used_and_was_not_found_is_a_warning(engine: ScriptEngine) -> None:
    body = "http::get(`https://example.com/`).await?; 1"
    found = await comprehensive(engine, body, under=policy("production"))
    assert (codes(found), found.ok) == (["VAL131"], True)
    assert found.findings[0].context["function"] == "http::get"
    declared = await comprehensive(engine, body, under=policy("production"), capabilities=("http",))
    assert declared.findings == ()


async def test_little_memory_left_is_a_warning(engine: ScriptEngine) -> None:
    body = 'let s = "aaaaaaaa"; while s.len() < 200_000 { s = s + s; } s.len()'
    found = await comprehensive(engine, body, under=policy(memory_bytes=5 * MIB))
    assert (codes(found), found.ok) == (["VAL141"], True)
    assert found.findings[0].context["limit"] == 5 * MIB
    assert found.peak_memory == found.findings[0].context["bytes"]


async def test_little_time_left_is_a_warning() -> None:
    """The clock stands still but for a function that takes nine of the ten seconds."""
    now = [0.0]

    def work() -> None:
        now[0] += 9.0

    slow = HostModule("cru::slow", capability="slow")
    slow.add("work", work, params={}, pure=True, inline=True)
    tool = candidate("if args.n == 1 { cru::slow::work(); } 1", under=policy("development", timeout_s=10.0))
    async with ScriptEngine(modules=[slow]) as engine:
        found = await Validator(engine, ValidationMode.COMPREHENSIVE, clock=lambda: now[0]).validate(tool)
    assert (codes(found), found.ok) == (["VAL142"], True)
    assert "took 9.00 s, 90% of the 10 s" in found.findings[0].message


@pytest.mark.parametrize("level", ["safe", "production", "development"])
async def test_a_small_tool_leaves_enough_at_every_level(engine: ScriptEngine, level: str) -> None:
    assert (await comprehensive(engine, "args.n", under=policy(level))).findings == ()
