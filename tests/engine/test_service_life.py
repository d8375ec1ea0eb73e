"""The engine's life: restarts, other configurations while calls run, health, and what it holds."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from crucible_tools.config import RecordConfig, ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import ConfigurationError, EngineBusy, EngineClosed
from crucible_tools.model.calls import CallRecord
from crucible_tools.model.enums import Isolation, SecurityLevel, ServiceStatus
from crucible_tools.model.thresholds import Thresholds
from tests.engine.support import level, tool

ONE = "pub fn call(args) { 1 }"
ENDLESS = "pub fn call(args) { loop {} }"
FILL = "pub fn call(args) { let v = []; for i in 0..args.n { v.push([i]); } v.len() }"
HOST = 'pub fn call(args) { for i in 0..5 { crucible::categorize_by_name("x"); } 1 }'
JSON = 'pub fn call(args) { json::from_string("1") }'
FAILING = "pub fn call(args) { 1 + () }"
MIB = 2**20


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what is about to happen."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_a_restart_keeps_tools_and_scripts_and_cancels_calls(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("one"), ONE, policy=level("production"))
    await engine.register_tool(tool("endless"), ENDLESS)
    script = await engine.compile_script("pub fn main() { 2 }")
    call = asyncio.create_task(engine.execute_tool("endless", {}))
    await until(lambda: engine.get_resource_usage().running_calls == 1)
    await engine.restart()
    result = await asyncio.wait_for(call, 10)
    assert result.error is not None
    assert result.error.kind == "cancelled"
    assert engine.is_running
    assert engine.instances == 0
    assert (await engine.execute_tool("one", {})).result == 1
    assert engine.get_security_policy("one") == level("production")
    assert (await engine.execute_script(script.script_id)).result == 2
    assert engine.get_script_info(script.script_id).kept


async def test_an_engine_that_is_stopped_while_it_starts_or_restarts_is_stopped_afterwards() -> None:
    engine = ScriptEngine()
    starting = asyncio.create_task(engine.start())
    await asyncio.sleep(0)
    await engine.stop()
    await starting
    assert not engine.is_running

    await engine.start()
    await engine.register_tool(tool(), ONE)
    restarting = asyncio.create_task(engine.restart())
    await asyncio.sleep(0)
    await engine.stop()
    await restarting
    assert not engine.is_running
    assert engine.list_tools() == []


async def test_an_engine_that_several_start_and_restart_at_a_time_has_one_sandbox_and_all_its_tools() -> None:
    engine = ScriptEngine()
    await asyncio.gather(engine.start(), engine.start())
    await engine.register_tool(tool(), ONE)
    await engine.compile_script("pub fn main() { 2 }")
    await asyncio.gather(engine.restart(), engine.restart(), engine.start())
    assert [each.name for each in engine.list_tools()] == ["tool"]
    assert len(engine.list_scripts()) == 1
    assert (await engine.execute_tool("tool", {})).result == 1
    await engine.stop()
    assert engine.instances == 0


async def test_stopping_ends_waiting_calls_of_replaced_tools_too() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=1)) as engine:
        await engine.register_tool(tool(), ENDLESS)
        calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(3)]
        await until(lambda: engine.get_resource_usage().waiting_calls == 2)
        await engine.register_tool(tool(), ONE)
        await engine.stop()
        results = await asyncio.wait_for(asyncio.gather(*calls), 10)
    assert [result.error.kind for result in results if result.error] == ["cancelled"] * 3
    with pytest.raises(EngineClosed):
        await engine.execute_tool("tool", {})


async def test_another_configuration_drops_no_call_and_holds_for_the_next() -> None:
    module, opened = HostModule("gate"), asyncio.Event()

    @module.function(params={})
    async def enter() -> int:
        await opened.wait()
        return 1

    config = ScriptEngineConfig(policy=level("development", concurrent_calls=1))
    async with ScriptEngine(config, modules=[module]) as engine:
        await engine.register_tool(tool(), "pub fn call(args) { gate::enter() }")
        calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(4)]
        await until(lambda: engine.get_resource_usage().waiting_calls == 3)
        changed = await engine.update_config(policy=level("development", concurrent_calls=3))
        assert engine.get_config() is changed
        await until(lambda: engine.get_resource_usage().running_calls == 3)
        opened.set()
        assert [(await call).result for call in calls] == [1] * 4


async def test_a_configuration_that_no_vm_can_run_under_changes_nothing(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ONE)
    before = engine.get_config()
    with pytest.raises(ConfigurationError, match="bytes of memory"):
        await engine.update_config(max_memory=1000, max_cache_size=5)
    with pytest.raises(ConfigurationError, match="no field 'max_memry'"):
        await engine.update_config(max_memry=1000)
    assert engine.get_config() is before
    assert (await engine.execute_tool("tool", {})).result == 1


async def test_values_of_a_configuration_are_validated_without_being_used(engine: ScriptEngine) -> None:
    assert engine.validate_config({"max_cache_size": 5, "isolation": "per_call"}) == ()
    problems = engine.validate_config({"max_cache_size": -1, "isolaton": "per_call"})
    assert len(problems) == 2
    assert "max_cache_size" in problems[0]
    assert "did you mean 'isolation'?" in problems[1]
    (problem,) = engine.validate_config({"max_memory": 1000})
    assert "bytes of memory" in problem
    assert engine.get_config() == ScriptEngineConfig()


async def kind_of(engine: ScriptEngine, arguments: dict[str, object] | None = None) -> str:
    result = await engine.execute_tool("tool", arguments or {})
    return result.error.kind if result.error else "finished"


async def vms_after_a_call(engine: ScriptEngine) -> int:
    await engine.execute_tool("tool", {})
    return engine.instances


async def running_of_three(engine: ScriptEngine) -> tuple[int, int, int]:
    """How many of three endless calls run, wait and are refused."""
    calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(3)]
    await until(lambda: engine.get_resource_usage().running_calls > 0)
    await asyncio.sleep(0.01)
    usage = engine.get_resource_usage()
    refused = sum(call.done() and isinstance(call.exception(), EngineBusy) for call in calls)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    return usage.running_calls, usage.waiting_calls, refused


async def freed_by_a_cleanup(engine: ScriptEngine) -> int:
    return engine.cleanup_resources()


async def images_after_compiling(engine: ScriptEngine) -> int:
    engine.clear_cache()
    await engine.execute_tool("tool", {})
    folder = engine.get_config().image_cache
    return len(list(folder.glob("*.image"))) if folder is not None else 0


async def status_after_failures(engine: ScriptEngine) -> str:
    for _ in range(3):
        await engine.execute_tool("tool", {})
    return (await engine.health()).status.value


Measure = Callable[[ScriptEngine], Awaitable[object]]


async def records_of_a_call(engine: ScriptEngine) -> int:
    class Sink:
        taken = 0

        def recorded(self, record: CallRecord) -> None:
            self.taken += 1

    sink = Sink()
    engine.add_record_sink(sink)
    await engine.execute_tool("tool", {})
    return sink.taken


FIELDS: dict[str, tuple[object, str, Measure, object, object]] = {
    "max_cache_size": (0, ONE, vms_after_a_call, 1, 0),
    "max_source_size": (10, ONE, kind_of, "finished", "limit_exceeded"),
    "enable_caching": (False, ONE, vms_after_a_call, 1, 0),
    "security_level": (SecurityLevel.PRODUCTION, JSON, kind_of, "denied", "finished"),
    "max_cache_bytes": (0, ONE, vms_after_a_call, 1, 0),
    "idle_timeout": (1e-9, ONE, freed_by_a_cleanup, 0, 1),
    "max_concurrent_operations": (2, ENDLESS, running_of_three, (3, 0, 0), (2, 1, 0)),
    "max_queued_calls": (0, ENDLESS, running_of_three, (3, 0, 0), (3, 0, 0)),
    "isolation": (Isolation.PER_CALL, ONE, vms_after_a_call, 1, 0),
    "image_cache": (Path("images"), ONE, images_after_compiling, 0, 1),
    "execution_timeout": (0.01, ENDLESS, kind_of, "cancelled", "timed_out"),
    "max_memory": (8 * MIB, FILL, lambda engine: kind_of(engine, {"n": 300_000}), "finished", "out_of_memory"),
    "max_host_calls": (3, HOST, kind_of, "finished", "limit_exceeded"),
    "policy": (level("production"), JSON, kind_of, "denied", "finished"),
    "record": (RecordConfig(enabled=True), ONE, records_of_a_call, 0, 1),
    "health": (Thresholds(least_calls=1), FAILING, status_after_failures, "healthy", "unhealthy"),
}


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(ScriptEngineConfig)])
async def test_every_field_of_the_configuration_changes_what_the_engine_does_at_once(
    field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    value, source, measure, before, after = FIELDS[field]
    async with ScriptEngine() as engine:
        await engine.register_tool(tool(), source)
        if before == "cancelled":
            # The level's own limit is 10 s: nobody waits for it here.
            context_free = asyncio.create_task(measure(engine))  # type: ignore[arg-type]
            await until(lambda: bool(engine.list_executions()))
            engine.cancel_execution(engine.list_executions()[0])
            assert await context_free == before
        else:
            assert await measure(engine) == before
        if field == "max_queued_calls":
            await engine.update_config(max_concurrent_operations=1)
            assert await measure(engine) == (1, 2, 0)
            after = (1, 0, 2)
        await engine.update_config(**{field: value})
        assert await measure(engine) == after


async def test_an_engine_is_healthy_alive_and_ready_while_it_runs(engine: ScriptEngine) -> None:
    assert (await engine.health()).status is ServiceStatus.HEALTHY
    assert await engine.liveness()
    assert engine.readiness()
    assert engine.get_resource_usage().tools == 0
    await engine.stop()
    assert (await engine.health()).status is ServiceStatus.UNHEALTHY
    assert not await engine.liveness()
    assert not engine.readiness()


async def test_an_engine_with_a_full_queue_is_not_ready() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=1, max_queued_calls=0)) as engine:
        await engine.register_tool(tool(), ENDLESS)
        call = asyncio.create_task(engine.execute_tool("tool", {}))
        await until(lambda: engine.get_resource_usage().running_calls == 1)
        assert not engine.readiness()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert engine.readiness()


async def test_the_limits_of_resources_are_those_of_the_policy_and_the_configuration() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_memory=20 * MIB)) as engine:
        assert engine.get_resource_limits().memory_bytes == 20 * MIB
        await engine.register_tool(tool(), ONE)
        usage = engine.get_resource_usage()
        assert (usage.tools, usage.vms, usage.running_calls, usage.most_running) == (1, 1, 0, 100)
