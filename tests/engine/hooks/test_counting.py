"""A call with hooks around it is one call: counted and told once, with the end that its caller sees, hooks included."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import ConfigurationError
from crucible_tools.events import ScriptExecuted
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.monitoring.logs import JsonFormatter
from tests.engine.hooks.support import NUMBER, WAITS, Gate, echo, hook
from tests.engine.support import level, tool

DEVELOPMENT = level("development")
CONTEXT = ToolExecutionContext(call_id="c-1", user="ada")


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def engine(gate: Gate) -> AsyncIterator[ScriptEngine]:
    def fail() -> None:
        raise RuntimeError("s3cr3t")

    shop = HostModule("shop", capability="shop")
    shop.add("fail", fail, params={})
    async with ScriptEngine(modules=[gate.module, shop]) as running:
        await echo(running)
        yield running


def counted(engine: ScriptEngine, name: str = "echo") -> dict[str, int]:
    return engine.metrics.snapshot()[name]["reasons"]


def longest_s(engine: ScriptEngine) -> float:
    """The longest call of `echo`, in seconds."""
    return engine.metrics.snapshot()["echo"]["longest_s"]


@pytest.mark.parametrize("event", ["tool:before", "tool:after"])
async def test_a_caller_who_goes_away_while_hooks_look_is_counted_once(
    engine: ScriptEngine, gate: Gate, event: str
) -> None:
    heard = engine.subscribe("script_executed")
    await hook(engine, WAITS, event, policy=DEVELOPMENT, time_limit_s=60.0)
    running = asyncio.ensure_future(engine.execute_tool("echo", {"n": 1}, CONTEXT))
    await gate.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert counted(engine) == {"cancelled": 1}
    [told] = [each.event for each in heard.take()]
    assert isinstance(told, ScriptExecuted)
    assert (told.reason.value, told.call_id, told.user) == ("cancelled", "c-1", "ada")


@pytest.mark.parametrize("event", ["tool:before", "tool:after"])
async def test_a_deadline_that_passes_while_hooks_look_is_what_is_counted_and_told(
    engine: ScriptEngine, event: str
) -> None:
    heard = engine.subscribe("script_executed", "limit_hit")
    await hook(engine, WAITS, event, policy=DEVELOPMENT, time_limit_s=60.0)
    deadline = datetime.now(UTC) + timedelta(seconds=1)
    made = await engine.execute_tool("echo", {"n": 1}, ToolExecutionContext(deadline=deadline))
    assert made.error is not None
    assert made.error.kind == "timed_out"
    assert counted(engine) == {"timed_out": 1}
    assert [each.event.type for each in heard.take()] == ["script_executed", "limit_hit"]
    assert made.metadata["peak_memory_bytes"] > 0 or event == "tool:before"


@pytest.mark.parametrize(("event", "refuses"), [("tool:before", False), ("tool:before", True), ("tool:after", False)])
async def test_the_time_of_a_call_has_that_of_its_hooks_in_it(
    engine: ScriptEngine, gate: Gate, event: str, *, refuses: bool
) -> None:
    body = f"gate::wait().await; event.cancelled = {str(refuses).lower()}; event"
    await hook(engine, body, event, policy=DEVELOPMENT, time_limit_s=60.0)
    running = asyncio.ensure_future(engine.execute_tool("echo", {"n": 1}))
    await gate.reached.wait()
    await asyncio.sleep(0.05)
    gate.opened.set()
    made = await running
    assert counted(engine) == {"refused" if refuses else "finished": 1}
    assert made.execution_time.total_seconds() >= 0.04
    if not refuses:  # those do not count as durations
        assert longest_s(engine) == pytest.approx(made.execution_time.total_seconds(), abs=1e-5)


async def test_what_never_was_a_call_is_counted_as_without_hooks(engine: ScriptEngine) -> None:
    await hook(engine, "event")
    await hook(engine, "event", "tool:after", name="after.rn")
    assert not (await engine.execute_tool("echo", {"n": "seven"})).success
    with pytest.raises(ConfigurationError):
        await engine.execute_tool("echo", {"n": 1}, ToolExecutionContext(deadline=datetime(2030, 1, 1)))  # noqa: DTZ001
    assert counted(engine) == {"invalid_arguments": 1}


async def test_a_host_function_that_raises_is_counted_once_with_hooks_too(
    engine: ScriptEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await engine.register_tool(tool("breaks", input_schema=NUMBER), "pub fn call(args) { shop::fail() }")
    await engine.set_security_policy(DEVELOPMENT, "breaks")
    await hook(engine, "event", policy=DEVELOPMENT)
    with caplog.at_level(logging.DEBUG, "crucible_tools.calls"), pytest.raises(RuntimeError):
        await engine.execute_tool("breaks", {"n": 1}, CONTEXT)
    assert counted(engine, "breaks") == {"host_error": 1}
    assert engine.metrics.host_calls == {"application": 1}
    lines: list[dict[str, Any]] = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    [end] = [line for line in lines if line.get("reason") == "host_error"]
    assert (end["call_id"], end["tool"], end["user"], end["host_calls"]) == ("c-1", "breaks", "ada", 1)


async def test_a_call_that_hooks_refused_has_its_line_in_the_log(
    engine: ScriptEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await hook(engine, "event.cancelled = true; event")
    with caplog.at_level(logging.DEBUG, "crucible_tools.calls"):
        await engine.execute_tool("echo", {"n": 1}, CONTEXT)
    ends = [record.__dict__ for record in caplog.records if record.__dict__.get("reason") == "refused"]
    assert [end["call_id"] for end in ends] == ["c-1"]
