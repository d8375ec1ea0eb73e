"""What calls are counted and told as that give no result, and the host functions that they called before."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import EngineBusy
from crucible_tools.events import ScriptExecuted
from crucible_tools.model.enums import ServiceStatus
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.monitoring.logs import JsonFormatter
from tests.engine.support import level, tool

DEVELOPMENT = level("development")
CONTEXT = ToolExecutionContext(call_id="c-1", user="ada")
FAILS = "pub fn call(args) { shop::price(1); shop::price(2); shop::fail(args.secret) }"
FAILS_LATER = "pub async fn call(args) { shop::price(1); shop::price(2); shop::fail_later().await }"
WAITS = "pub async fn call(args) { shop::price(1); shop::price(2); shop::wait().await }"


class Shop:
    """Host functions of an application; `asked` counts what it was asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.waits = asyncio.Event()
        self.module = HostModule("shop", capability="shop")
        self.module.add("price", self._price, params={"n": "integer"}, inline=True)
        self.module.add("fail", self._fail, params={"secret": "string"})
        self.module.add("fail_later", self._fail_later, params={}, awaited=True)
        self.module.add("wait", self._wait, params={}, awaited=True)

    def _price(self, n: int) -> int:
        self.asked += 1
        return n

    def _fail(self, secret: str) -> None:
        self.asked += 1
        raise RuntimeError(f"no {secret}")

    async def _fail_later(self) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        raise EngineBusy("the application's own, of another engine")

    async def _wait(self) -> None:
        self.asked += 1
        self.waits.set()
        await asyncio.Event().wait()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def engine(shop: Shop) -> AsyncIterator[ScriptEngine]:
    config = ScriptEngineConfig(max_concurrent_operations=1, max_queued_calls=0)
    async with ScriptEngine(config, modules=[shop.module]) as running:
        yield running


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


async def begun(engine: ScriptEngine, shop: Shop) -> asyncio.Task[Any]:
    """A call that waits for its host function."""
    await engine.register_tool(tool(), WAITS, policy=DEVELOPMENT)
    running = asyncio.create_task(engine.execute_tool("tool", {}, CONTEXT))
    await shop.waits.wait()
    return running


@pytest.mark.parametrize("source", [FAILS, FAILS_LATER])
async def test_an_exception_of_the_application_is_its_own_reason_and_no_crash(
    engine: ScriptEngine, shop: Shop, source: str
) -> None:
    heard = engine.subscribe("script_executed")
    await engine.register_tool(tool(), source, policy=DEVELOPMENT)
    with pytest.raises((RuntimeError, EngineBusy)):
        await engine.execute_tool("tool", {"secret": "s3cr3t"}, CONTEXT)
    figures = engine.metrics.snapshot()["tool"]
    assert (figures["reasons"], figures["host_calls"]) == ({"host_error": 1}, shop.asked)
    assert engine.metrics.host_calls == {"application": shop.asked}
    assert (await engine.health()).status is ServiceStatus.HEALTHY
    [told] = [each.event for each in heard.take()]
    assert isinstance(told, ScriptExecuted)
    assert (told.reason.value, told.host_calls) == ("crashed", 3)


async def test_host_calls_are_counted_when_the_caller_goes_away(engine: ScriptEngine, shop: Shop) -> None:
    running = await begun(engine, shop)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    figures = engine.metrics.snapshot()["tool"]
    assert (figures["reasons"], figures["host_calls"]) == ({"cancelled": 1}, 3)
    assert engine.metrics.host_calls == {"application": shop.asked} == {"application": 3}


async def test_host_calls_are_counted_once_when_a_call_is_cancelled_by_its_id(engine: ScriptEngine, shop: Shop) -> None:
    running = await begun(engine, shop)
    assert engine.cancel_execution("c-1")
    assert (await running).metadata["host_calls"] == 3
    assert engine.metrics.host_calls == {"application": 3}


async def test_a_call_for_which_there_is_no_place_is_no_executed_script(engine: ScriptEngine, shop: Shop) -> None:
    heard = engine.subscribe("script_executed", "error")
    running = await begun(engine, shop)
    with pytest.raises(EngineBusy):
        await engine.execute_tool("tool", {})
    assert heard.take() == []
    assert engine.metrics.snapshot()["tool"]["reasons"] == {"busy": 1}
    engine.cancel_execution("c-1")
    await running


async def test_calls_that_were_sent_away_make_the_average_call_no_shorter(engine: ScriptEngine, shop: Shop) -> None:
    running = await begun(engine, shop)
    for _ in range(9):
        with pytest.raises(EngineBusy):
            await engine.execute_tool("tool", {})
    engine.cancel_execution("c-1")
    took = (await running).execution_time
    stats, metrics = engine.get_execution_stats(), engine.get_metrics()
    assert (stats.calls, stats.refused, metrics.calls) == (10, 9, 10)
    assert stats.average_time == metrics.average_time == took


async def test_the_average_is_zero_where_all_calls_were_sent_away(engine: ScriptEngine, shop: Shop) -> None:
    running = await begun(engine, shop)
    engine.reset_metrics()
    with pytest.raises(EngineBusy):
        await engine.execute_tool("tool", {})
    assert engine.get_execution_stats().average_time == timedelta(0)
    engine.cancel_execution("c-1")
    await running


async def test_a_call_that_raises_has_its_line_in_the_log_without_the_exceptions_text(
    engine: ScriptEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await engine.register_tool(tool(), FAILS, policy=DEVELOPMENT)
    with caplog.at_level(logging.DEBUG, "crucible_tools.calls"), pytest.raises(RuntimeError):
        await engine.execute_tool("tool", {"secret": "s3cr3t"}, CONTEXT)
    [line] = lines(caplog)
    assert {name: line[name] for name in ("call_id", "tool", "user", "reason", "host_calls")} == {
        "call_id": "c-1",
        "tool": "tool",
        "user": "ada",
        "reason": "host_error",
        "host_calls": 3,
    }
    assert line["message"].endswith(": RuntimeError")


async def test_a_caller_who_goes_away_has_a_line_in_the_log(
    engine: ScriptEngine, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    running = await begun(engine, shop)
    with caplog.at_level(logging.DEBUG, "crucible_tools.calls"):
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [(line["call_id"], line["reason"]) for line in lines(caplog)] == [("c-1", "cancelled")]


async def test_a_load_has_the_id_of_the_call_that_needed_it(
    engine: ScriptEngine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "crucible_tools.calls"):
        await engine.register_tool(tool(), "pub fn call(args) { 1 }")
        engine.clear_cache()
        await engine.execute_tool("tool", {}, CONTEXT)
    loads = [line for line in lines(caplog) if "loading" in line["message"]]
    assert [load.get("call_id") for load in loads] == [None, "c-1"]
