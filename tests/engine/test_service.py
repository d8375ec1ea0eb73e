"""The ScriptEngine as a service: tools, limits of its configuration, measurements, its self-test."""

from __future__ import annotations

import asyncio
import contextlib
import gc

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.engine.turns import Turns
from crucible_tools.errors import (
    CallRefused,
    CompileFailed,
    ConfigurationError,
    EngineClosed,
    RegistrationError,
    ToolNotFound,
)
from crucible_tools.model.enums import SecurityLevel
from tests.engine.support import level, run, tool

ONE = "pub fn call(args) { 1 }"
ENDLESS = "pub fn call(args) { loop {} }"


@pytest.fixture
async def gate() -> tuple[HostModule, asyncio.Event, list[int]]:
    """A module whose function waits until the test opens the gate, and counts who is inside."""
    module, opened, inside = HostModule("gate"), asyncio.Event(), [0, 0]

    @module.function(params={})
    async def enter() -> int:
        inside[0] += 1
        inside[1] = max(inside)
        await opened.wait()
        inside[0] -= 1
        return 1

    return module, opened, inside


async def test_a_tool_is_listed_replaced_and_removed(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("b"), ONE)
    await engine.register_tool(tool("a"), ONE)
    assert [t.name for t in engine.list_tools()] == ["a", "b"]
    await engine.register_tool(tool("a", version="2.0.0"), "pub fn call(args) { 2 }")
    assert engine.get_tool("a").version == "2.0.0"
    assert (await engine.execute_tool("a", {})).result == 2
    assert await engine.unregister_tool("a")
    assert not await engine.unregister_tool("a")
    assert [t.name for t in engine.list_tools()] == ["b"]


async def test_a_replacement_that_does_not_compile_leaves_the_old_tool(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("a"), ONE)
    with pytest.raises(CompileFailed):
        await engine.register_tool(tool("a"), "pub fn call(args) { null }")
    assert (await engine.execute_tool("a", {})).result == 1


async def test_an_unknown_tool_is_answered_with_near_names(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("slugify"), ONE)
    with pytest.raises(ToolNotFound) as caught:
        await engine.execute_tool("slugfy", {})
    assert caught.value.near == ("slugify",)


async def test_an_engine_that_is_not_started_says_how() -> None:
    engine = ScriptEngine()
    with pytest.raises(EngineClosed, match="not running"):
        await engine.register_tool(tool(), ONE)
    assert not engine.is_running
    async with engine:
        assert engine.is_running
    await engine.stop()


async def test_each_tool_has_a_vm_of_its_own(engine: ScriptEngine) -> None:
    for name in ("a", "b"):
        await engine.register_tool(
            tool(name), "pub fn call(args) { if args.fill { let v = []; loop { v.push([1]); } } 1 }"
        )
    assert engine.instances == 2
    filled = await engine.execute_tool("a", {"fill": True})
    other = await engine.execute_tool("b", {"fill": False})
    assert filled.metadata["peak_memory_bytes"] > 8 * other.metadata["peak_memory_bytes"]


async def test_a_tool_whose_vm_was_spent_is_loaded_again(engine: ScriptEngine) -> None:
    source = "pub fn call(args) { if args.bad { let v = []; loop { v.push([1]); } } 7 }"
    await engine.register_tool(tool(), source)
    bad = await engine.execute_tool("tool", {"bad": True})
    assert bad.error is not None
    assert bad.error.kind == "out_of_memory"
    assert (await engine.execute_tool("tool", {"bad": False})).result == 7


async def test_concurrent_calls_of_a_tool_are_bounded_by_its_policy(
    gate: tuple[HostModule, asyncio.Event, list[int]],
) -> None:
    module, opened, inside = gate
    async with ScriptEngine(modules=[module]) as engine:
        policy = level("development", concurrent_calls=3)
        await engine.register_tool(tool(), "pub fn call(args) { gate::enter() }", policy=policy)
        calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(8)]
        while inside[0] < 3:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        assert inside[0] == 3
        opened.set()
        assert [(await call).result for call in calls] == [1] * 8
    assert inside[1] == 3


async def test_max_concurrent_operations_bounds_the_whole_engine(
    gate: tuple[HostModule, asyncio.Event, list[int]],
) -> None:
    module, opened, inside = gate
    config = ScriptEngineConfig(max_concurrent_operations=2)
    async with ScriptEngine(config, modules=[module]) as engine:
        for name in ("a", "b", "c"):
            await engine.register_tool(tool(name), "pub fn call(args) { gate::enter() }", policy=level("development"))
        calls = [asyncio.create_task(engine.execute_tool(name, {})) for name in ("a", "b", "c")]
        while inside[0] < 2:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        assert inside[0] == 2
        opened.set()
        await asyncio.gather(*calls)
    assert inside[1] == 2


async def test_max_source_size_refuses_with_both_figures() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_source_size=100)) as engine:
        with pytest.raises(CallRefused, match=r"1,0\d\d bytes, the limit is 100"):
            await engine.register_tool(tool(), ONE + " " * 1000)


async def test_execution_timeout_holds_where_it_is_stricter() -> None:
    async with ScriptEngine(ScriptEngineConfig(execution_timeout=0.05)) as engine:
        result = await run(engine, ENDLESS)
    assert result.error is not None
    assert "0.05 s" in result.error.message


async def test_max_memory_holds_where_it_is_stricter() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_memory=8 << 20)) as engine:
        result = await run(engine, "pub fn call(args) { let v = []; loop { v.push([1]); } }")
    assert result.error is not None
    assert result.error.kind == "out_of_memory"
    assert result.metadata["peak_memory_bytes"] <= 8 << 20


async def test_max_host_calls_holds_where_it_is_stricter() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_host_calls=3)) as engine:
        source = 'pub fn call(args) { for i in 0..args.n { crucible::categorize_by_name("x"); } 1 }'
        assert (await run(engine, source, {"n": 3})).result == 1
        result = await run(engine, source, {"n": 4})
    assert result.error is not None
    assert result.error.kind == "limit_exceeded"


async def test_the_level_of_the_configuration_is_the_tools() -> None:
    source = 'pub fn call(args) { json::from_string("1") }'
    async with ScriptEngine(ScriptEngineConfig(security_level=SecurityLevel.PRODUCTION)) as engine:
        assert (await run(engine, source)).result == 1
    policy = level("production", capabilities=frozenset({"basic"}))
    async with ScriptEngine(ScriptEngineConfig(policy=policy)) as engine:
        denied = await run(engine, source)
    assert denied.error is not None
    assert denied.error.kind == "denied"


async def test_the_least_recently_used_tool_gives_up_its_vm_and_is_loaded_again() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_cache_size=2)) as engine:
        for name in ("a", "b", "c"):
            await engine.register_tool(tool(name), ONE)
        gc.collect()
        assert engine.instances == 2
        assert (await engine.execute_tool("a", {})).result == 1
        assert engine.instances == 2


async def test_without_caching_no_vm_is_kept_after_a_call() -> None:
    async with ScriptEngine(ScriptEngineConfig(enable_caching=False)) as engine:
        await engine.register_tool(tool(), ONE)
        assert (await engine.execute_tool("tool", {})).result == 1
        assert engine.instances == 0


async def test_calls_are_counted_by_tool_and_reason(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { if args.n == 1 { Ok(1) } else { Err(2) } }")
    for n in (1, 1, 2):
        await engine.execute_tool("tool", {"n": n})
    figures = engine.metrics.snapshot()["tool"]
    assert figures["calls"] == 3
    assert figures["reasons"] == {"finished": 2, "tool_error": 1}
    assert sum(count for _, count in figures["buckets"]) == 3
    engine.metrics.reset()
    await engine.execute_tool("tool", {"n": 1})
    assert engine.metrics.snapshot()["tool"]["calls"] == 1


async def test_the_self_test_finds_nothing_wrong(engine: ScriptEngine) -> None:
    checks = await engine.self_test()
    assert len(checks) >= 7
    assert [check for check in checks if not check.ok] == []


async def test_a_turn_goes_to_who_waits_longest_and_survives_a_cancelled_waiter() -> None:
    turns, order = Turns(1), []

    async def wait(name: str) -> None:
        await turns.take()
        order.append(name)
        turns.give()

    assert turns.try_take()
    tasks = [asyncio.create_task(wait(name)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    turns.give()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["a", "c"]
    assert turns.try_take()
    assert not turns.try_take()


async def test_a_turn_given_to_a_task_that_is_cancelled_at_that_moment_goes_to_the_next() -> None:
    turns = Turns(1)
    assert turns.try_take()
    first = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    turns.give()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert turns.try_take()


async def test_a_policy_with_too_little_memory_for_any_vm_says_so(engine: ScriptEngine) -> None:
    with pytest.raises(ConfigurationError, match="1,000,000 bytes of memory"):
        await engine.register_tool(tool(), ONE, policy=level("safe", memory_bytes=1_000_000))


def test_a_loop_that_is_thrown_away_with_a_running_call_hurts_nobody() -> None:
    engine = ScriptEngine()
    loop = asyncio.new_event_loop()

    async def begin() -> asyncio.Task[object]:
        await engine.start()
        await engine.register_tool(tool(), ENDLESS, policy=level("safe", timeout_s=1.0))
        task: asyncio.Task[object] = asyncio.ensure_future(engine.execute_tool("tool", {}))
        await asyncio.sleep(0.02)
        return task

    task = loop.run_until_complete(begin())
    loop.set_exception_handler(lambda *_: None)
    # The coroutine is closed while a worker's thread polls its script.
    task.get_coro().close()  # type: ignore[union-attr]
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, RuntimeError):
        loop.run_until_complete(task)
    loop.run_until_complete(engine.stop())
    loop.close()
    assert engine.instances == 0


async def test_replacing_a_tool_frees_the_old_one_and_the_limit_counts_it_once() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_cache_size=1)) as engine:
        for name in ("a", "a", "b", "a"):
            await engine.register_tool(tool(name), ONE)
            assert engine.instances == 1
        assert (await engine.execute_tool("a", {})).result == 1


async def test_removing_a_tool_cancels_queued_calls_too(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS, policy=level("safe", concurrent_calls=2))
    calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(5)]
    await asyncio.sleep(0.02)
    await engine.unregister_tool("tool")
    results = await asyncio.wait_for(asyncio.gather(*calls), 5)
    assert [result.error.kind for result in results if result.error] == ["cancelled"] * 5
    assert engine.instances == 0


async def test_stopping_while_an_inspection_runs_stops_it() -> None:
    engine = ScriptEngine()
    await engine.start()
    inspection = await engine.inspect("pub fn NAME() { loop {} }", "x.rn")
    evaluation = asyncio.create_task(inspection.evaluate("NAME"))
    await asyncio.sleep(0.02)
    await asyncio.wait_for(engine.stop(), 1)
    assert (await asyncio.wait_for(evaluation, 1)).ok is False


async def test_many_waiting_tasks_cancelled_at_once_all_end_as_cancelled(
    gate: tuple[HostModule, asyncio.Event, list[int]],
) -> None:
    module, _, inside = gate
    async with ScriptEngine(modules=[module]) as engine:
        policy = level("development", concurrent_calls=3)
        await engine.register_tool(tool(), "pub fn call(args) { gate::enter() }", policy=policy)
        calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(9)]
        while inside[0] < 3:
            await asyncio.sleep(0.001)
        for call in calls:
            call.cancel()
        ends = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(end) for end in ends} == {asyncio.CancelledError}


@pytest.mark.parametrize("name", ["", "a b", "\n", "ä", "x" * 129])
async def test_a_name_that_tools_may_not_have_is_refused(engine: ScriptEngine, name: str) -> None:
    with pytest.raises(RegistrationError, match="is no tool name"):
        await engine.register_tool(tool(name), ONE)
