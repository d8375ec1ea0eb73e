"""Good and hostile calls side by side end as they should, and what was learned of a tool holds for its next call."""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections import Counter

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.engine.protocol import Calling, call_head
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import level, tool

# It only keeps a broken engine from hanging the run.
GUARD_S = 300.0

HOSTILE = {
    "loop": "loop {}",
    "native": "(0..100000000000).iter().count()",
    "memory": "let v = []; loop { v.push(1); }",
    "stack": "let v = []; for i in 0..100000 { v = [v]; } v",
}


async def test_good_calls_end_well_and_hostile_ones_as_documented_side_by_side() -> None:
    endings: Counter[tuple[bool, str]] = Counter()
    async with ScriptEngine() as engine:
        for number in range(20):
            await engine.register_tool(tool(f"good_{number}"), "pub fn call(args) { args.n + 1 }")
        for name, text in HOSTILE.items():
            policy = level("safe", timeout_s=0.05)
            await engine.register_tool(tool(name), f"pub fn call(args) {{ {text} }}", policy=policy)

        async def work(seed: int) -> None:
            chance = random.Random(seed)
            for number in range(40):
                hostile = chance.random() < 0.05
                name = chance.choice(list(HOSTILE)) if hostile else f"good_{chance.randrange(20)}"
                answer = await engine.execute_tool(name, {"n": number})
                endings[hostile, answer.metadata["stop_reason"]] += 1
                assert hostile or answer.result == number + 1

        async with asyncio.timeout(GUARD_S):
            await asyncio.gather(*(work(seed) for seed in range(50)))
        assert engine.get_resource_usage().running_calls == 0
    assert endings.total() == 2000
    assert {reason for hostile, reason in endings if not hostile} == {"finished"}
    assert {reason for hostile, reason in endings if hostile} <= {"timed_out", "out_of_memory", "stack_exhausted"}


async def test_a_vm_knows_whether_its_last_call_was_long(sandbox: Sandbox, registry: Registry) -> None:
    vm = sandbox.vm(registry, Policy.for_level(SecurityLevel.DEVELOPMENT), "x")
    assert (await vm.load("pub fn call(args) { let s = 0; for i in 0..args.n { s += 1; } s }")).ok
    head = call_head("call", Calling.OBJECT, (), 64, 1 << 20)
    assert (await vm.call(head, b'{"n": 300000}')).value == b"300000"
    assert vm.habit.level > 0
    # It begins on a worker's thread now, ends there within a slice, and is a short one again.
    for _ in range(50):
        assert (await vm.call(head, b'{"n": 1}')).value == b"1"
        if vm.habit.level == 0:
            break
    assert vm.habit.level == 0
    vm.close()


async def test_a_long_tool_stays_one_when_its_time_is_over_before_a_thread_takes_it_up(
    sandbox: Sandbox, registry: Registry
) -> None:
    vm = sandbox.vm(registry, Policy.for_level(SecurityLevel.DEVELOPMENT), "x")
    assert (await vm.load("pub fn call(args) { 1 }")).ok
    go = threading.Event()
    held = [sandbox.workers.submit(lambda: go.wait(GUARD_S)) for _ in range(max(2, os.cpu_count() or 2))]
    vm.habit.level = 2
    outcome = await vm.call(call_head("call", Calling.OBJECT, (), 64, 1 << 20), b"{}", 0.01)
    go.set()
    for job in held:
        await job.wait(GUARD_S)
    assert outcome.reason is StopReason.TIMED_OUT
    assert vm.habit.level == 2
    vm.close()


async def test_a_long_call_that_makes_host_calls_ends_with_all_of_them() -> None:
    module = HostModule("own")
    module.add("echo", lambda value: value, params={"value": "integer"})
    source = "pub fn call(args) { let s = 0; for i in 0..15 { for j in 0..20000 { s += 1; } s += own::echo(i); } s }"
    async with ScriptEngine(modules=[module]) as engine:
        await engine.register_tool(tool(), source, policy=level("development"))
        calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(3)]
        assert [(await call).result for call in calls] == [15 * 20000 + 7 * 15] * 3


async def test_calls_that_come_at_once_compile_once_or_twice() -> None:
    config = ScriptEngineConfig(policy=level("safe", compile_timeout_s=60.0, timeout_s=60.0))
    async with ScriptEngine(config) as engine:
        source = "pub fn call(args) { 1 }" + "".join(f"\nfn f{i}() {{ [{i}, {i}] }}" for i in range(2000))
        await engine.register_tool(tool(), source)
        engine.clear_cache()
        before = engine.metrics.loads["finished"]
        calls = [asyncio.create_task(engine.execute_tool("tool", {})) for _ in range(10)]
        assert [(await call).result for call in calls] == [1] * 10
        # The first one compiles, and so does the second one at most, which leaves the image.
        assert engine.metrics.loads["finished"] - before <= 2


async def test_a_call_that_waits_for_anothers_compilation_is_cancelled() -> None:
    config = ScriptEngineConfig(policy=level("safe", compile_timeout_s=60.0, timeout_s=60.0))
    async with ScriptEngine(config) as engine:
        source = "pub fn call(args) { 1 }" + "".join(f"\nfn f{i}() {{ [{i}, {i}] }}" for i in range(2000))
        await engine.register_tool(tool(), source)
        engine.clear_cache()
        first = asyncio.create_task(engine.execute_tool("tool", {}))
        second = asyncio.create_task(engine.execute_tool("tool", {}, ToolExecutionContext(call_id="second")))
        while "second" not in engine.list_executions():
            await asyncio.sleep(0)
        assert engine.cancel_execution("second")
        assert (await second).metadata["stop_reason"] == StopReason.CANCELLED.value
        assert (await first).result == 1
        assert engine.get_resource_usage().running_calls == 0
