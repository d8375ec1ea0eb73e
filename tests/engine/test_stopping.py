"""Whatever stops a script early: cancellation, deadlines, closing, and the loop that goes on meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import CompileFailed, ConfigurationError, EngineClosed, ToolNotFound
from crucible_tools.model.enums import StopReason
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import level, run, tool

ENDLESS = {
    "script loop": "pub fn call(args) { loop {} }",
    "native loop": "pub fn call(args) { (0..100000000000).iter().count() }",
    "callback": "pub fn call(args) { (0..10).iter().map(|x| { loop {} }).count() }",
    "sort callback": "pub fn call(args) { let v = [3, 1, 2]; v.sort_by(|a, b| { loop {} }); v }",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
async def test_a_cancelled_task_stops_its_vm_and_the_engine_goes_on(engine: ScriptEngine, source: str) -> None:
    await engine.register_tool(tool(), source)
    task = asyncio.create_task(engine.execute_tool("tool", {}))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    await engine.register_tool(tool("other"), "pub fn call(args) { 1 }")
    assert (await engine.execute_tool("other", {})).result == 1


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
async def test_the_time_limit_stops_any_loop(engine: ScriptEngine, source: str) -> None:
    result = await run(engine, source, policy=level("safe", timeout_s=0.05))
    assert result.error is not None
    assert result.error.kind == "timed_out"
    assert "0.05 s" in result.error.message


async def test_the_time_limit_reaches_into_host_calls() -> None:
    module = HostModule("slow")
    ended: list[str] = []

    @module.function(params={})
    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    policy = level("development", timeout_s=0.5)
    async with ScriptEngine(modules=[module]) as engine:
        result = await run(engine, "pub fn call(args) { slow::wait() }", policy=policy)
        await asyncio.sleep(0)
    assert result.error is not None
    assert result.error.kind == "timed_out"
    assert ended == ["cancelled"]


async def test_a_cancelled_task_cancels_the_host_function_that_it_waits_in() -> None:
    module = HostModule("slow")
    began, ended = asyncio.Event(), asyncio.Event()

    @module.function(params={})
    async def wait() -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with ScriptEngine(modules=[module]) as engine:
        await engine.register_tool(tool(), "pub fn call(args) { slow::wait() }", policy=level("development"))
        task = asyncio.create_task(engine.execute_tool("tool", {}))
        await asyncio.wait_for(began.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
        await asyncio.wait_for(ended.wait(), 5)


async def test_the_event_loop_goes_on_while_a_script_computes(engine: ScriptEngine) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    result = await run(engine, ENDLESS["native loop"], policy=level("safe", timeout_s=0.3))
    counting.cancel()
    assert result.error is not None
    # A stalled loop would have had a turn or two in 300 ms.
    assert turns > 100


async def test_a_deadline_of_the_caller_holds_where_it_is_earlier(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS["script loop"])
    deadline = datetime.now(UTC) + timedelta(seconds=0.05)
    result = await engine.execute_tool("tool", {}, ToolExecutionContext(deadline=deadline, call_id="mine"))
    assert result.error is not None
    assert result.error.kind == "timed_out"
    assert result.metadata["call_id"] == "mine"


async def test_a_deadline_includes_waiting_for_a_turn(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS["script loop"], policy=level("safe", concurrent_calls=1))
    first = asyncio.create_task(engine.execute_tool("tool", {}))
    await asyncio.sleep(0.01)
    deadline = datetime.now(UTC) + timedelta(seconds=0.05)
    second = await engine.execute_tool("tool", {}, ToolExecutionContext(deadline=deadline))
    assert second.error is not None
    assert second.error.kind == "timed_out"
    assert "waited for its turn" in second.error.message
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_more_endless_calls_than_threads_all_end_at_their_limit(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS["script loop"], policy=level("safe", timeout_s=0.2))
    results = await asyncio.gather(*(engine.execute_tool("tool", {}) for _ in range(8)))
    assert {r.error.kind for r in results if r.error} == {"timed_out"}


async def test_stopping_the_engine_cancels_what_runs() -> None:
    engine = ScriptEngine()
    await engine.start()
    await engine.register_tool(tool(), ENDLESS["script loop"])
    task = asyncio.create_task(engine.execute_tool("tool", {}))
    await asyncio.sleep(0.02)
    await engine.stop()
    result = await asyncio.wait_for(task, 5)
    assert result.error is not None
    assert result.error.kind == "cancelled"
    with pytest.raises(EngineClosed):
        await engine.execute_tool("tool", {})


async def test_unregistering_a_tool_cancels_its_calls(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS["script loop"])
    task = asyncio.create_task(engine.execute_tool("tool", {}))
    await asyncio.sleep(0.02)
    assert await engine.unregister_tool("tool")
    result = await asyncio.wait_for(task, 5)
    assert result.error is not None
    assert result.error.kind == "cancelled"
    with pytest.raises(ToolNotFound):
        await engine.execute_tool("tool", {})


@pytest.mark.parametrize("replace", [True, False], ids=["replaced", "retired"])
async def test_replacing_and_retiring_a_tool_lets_its_calls_finish_and_frees_them_afterwards(replace: bool) -> None:
    module, opened, entered = HostModule("gate"), asyncio.Event(), asyncio.Semaphore(0)

    @module.function(params={})
    async def enter() -> None:
        entered.release()
        await opened.wait()

    policy = level("development", concurrent_calls=1)
    async with ScriptEngine(modules=[module]) as engine:
        await engine.register_tool(tool(), "pub fn call(args) { gate::enter(); 1 }", policy=policy)
        inside, waiting = (asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(2))
        await asyncio.wait_for(entered.acquire(), 60)
        if replace:
            await engine.register_tool(tool(), "pub fn call(args) { 2 }", policy=policy)
            assert (await engine.execute_tool("tool", {})).result == 2
        else:
            assert await engine.retire_tool("tool")
            assert not await engine.retire_tool("tool")
        opened.set()
        assert [(await asyncio.wait_for(call, 60)).result for call in (inside, waiting)] == [1, 1]
        assert engine.instances == (1 if replace else 0)


async def test_a_burst_of_dropped_calls_leaves_no_instance_behind(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS["script loop"], policy=level("safe", timeout_s=0.005))
    for _ in range(40):
        await engine.execute_tool("tool", {})
    assert engine.instances == 0


async def test_a_source_that_compiles_too_long_is_stopped(engine: ScriptEngine) -> None:
    source = "pub fn call(args) { " + "let x = [" + "1, " * 30_000 + "1]; x }"
    outcome = await engine.check_source(source)
    assert outcome.ok
    policy = level("safe", compile_timeout_s=0.002)
    with pytest.raises(CompileFailed, match=r"compiling took longer than 0\.002 s") as caught:
        await engine.register_tool(tool(), source, policy=policy)
    assert caught.value.reason is StopReason.TIMED_OUT


async def test_a_call_that_was_stopped_still_says_how_much_memory_it_had(engine: ScriptEngine) -> None:
    source = "pub fn call(args) { let v = []; for i in 0..100000 { v.push([i]); } loop {} }"
    result = await run(engine, source, policy=level("safe", timeout_s=0.5))
    assert result.error is not None
    assert result.error.kind == "timed_out"
    assert result.metadata["peak_memory_bytes"] > 5 << 20


async def test_a_deadline_that_has_passed_runs_nothing(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), 'pub fn call(args) { println!("ran"); 1 }')
    result = await engine.execute_tool("tool", {}, ToolExecutionContext(deadline=datetime(2001, 1, 1, tzinfo=UTC)))
    assert result.error is not None
    assert result.error.kind == "timed_out"
    assert result.metadata["logs"] == []
    with pytest.raises(ConfigurationError, match="no time zone"):
        await engine.execute_tool("tool", {}, ToolExecutionContext(deadline=datetime(2999, 1, 1)))  # noqa: DTZ001
    for deadline in ("tomorrow", 5.0, timedelta(seconds=1)):
        given: Any = deadline
        with pytest.raises(ConfigurationError, match="is no time"):
            await engine.execute_tool("tool", {}, ToolExecutionContext(deadline=given))


async def test_a_host_function_that_does_not_listen_cannot_keep_a_call_alive() -> None:
    module, began = HostModule("deaf"), asyncio.Event()

    @module.function(params={})
    async def wait() -> int:
        began.set()
        for _ in range(3):
            try:
                await asyncio.sleep(0.3)
            except asyncio.CancelledError:
                continue
        return 1

    async with ScriptEngine(modules=[module]) as engine:
        await engine.register_tool(tool(), "pub fn call(args) { deaf::wait() }", policy=level("development"))
        call = asyncio.create_task(engine.execute_tool("tool", {}))
        await began.wait()
        await engine.unregister_tool("tool")
        result = await asyncio.wait_for(call, 0.25)
        assert result.error is not None
        assert result.error.kind == "cancelled"
        await asyncio.sleep(1)
