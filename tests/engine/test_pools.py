"""VMs of tools under load: how many there are, what new ones are made of, and when they go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.engine.image import PAGE_BYTES, PageImage
from crucible_tools.engine.protocol import Calling, call_head
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.errors import BadGuestAnswer, EngineBusy, EngineClosed
from crucible_tools.model.enums import Isolation, SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionContext, ToolExecutionResult
from tests.engine.support import level, tool

ONE = "pub fn call(args) { 1 }"
ENTER = "pub fn call(args) { gate::enter() }"
FILL = "pub fn call(args) { let v = []; for i in 0..args.n { v.push([i]); } v.len() }"
MIB = 2**20


class Gate:
    """A host function that waits until the test opens it, and counts who is inside."""

    def __init__(self) -> None:
        self.module = HostModule("gate")
        self.opened = asyncio.Event()
        self.inside = 0
        self.changed = asyncio.Condition()
        self.module.add("enter", self.enter, params={})

    async def enter(self) -> int:
        self.inside += 1
        async with self.changed:
            self.changed.notify_all()
        await self.opened.wait()
        self.inside -= 1
        return 1

    async def holds(self, count: int) -> None:
        """Waits until so many are inside."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: self.inside >= count), 10)


class Clock:
    """The engine's own clock, set by the test."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


Call = asyncio.Task[ToolExecutionResult]


def begin(engine: ScriptEngine, name: str = "tool") -> Call:
    return asyncio.create_task(engine.execute_tool(name, {}))


async def test_a_tool_gets_as_many_vms_as_it_has_concurrent_calls_and_keeps_them() -> None:
    gate = Gate()
    async with ScriptEngine(modules=[gate.module]) as engine:
        await engine.register_tool(tool(), ENTER, policy=level("development", concurrent_calls=4))
        calls = [begin(engine) for _ in range(6)]
        await gate.holds(4)
        assert engine.instances == 4
        assert engine.get_resource_usage().waiting_calls == 2
        gate.opened.set()
        assert [(await call).result for call in calls] == [1] * 6
        assert engine.instances == 4


async def test_the_third_vm_of_a_tool_and_all_further_ones_are_not_compiled() -> None:
    gate = Gate()
    async with ScriptEngine(modules=[gate.module]) as engine:
        await engine.register_tool(tool(), ENTER, policy=level("development"))
        calls = [begin(engine) for _ in range(20)]
        await gate.holds(20)
        assert engine.get_resource_usage().cache_misses == 1
        assert engine.get_resource_usage().cache_hits == 19
        gate.opened.set()
        assert [(await call).result for call in calls] == [1] * 20


async def test_a_vm_made_from_a_page_image_answers_as_a_compiled_one(sandbox: Sandbox, registry: Registry) -> None:
    policy = Policy.for_level(SecurityLevel.SAFE)
    source = 'pub fn call(args) { if args.n > 1 { panic("too many") } let v = [args.name, 2.5, "ä", #{n: args.n}]; v }'
    compiled, restored = (sandbox.vm(registry, policy, "x") for _ in range(2))
    assert (await compiled.load(source)).ok
    image = compiled.image()
    restored.restore(image)
    head = call_head("call", Calling.OBJECT, (), 64, MIB)
    for arguments in (b'{"name":"x","n":1}', b'{"name":"x","n":2}'):
        answers = [await vm.call(head, arguments) for vm in (compiled, restored)]
        assert answers[0] == answers[1]
    assert answers[0].location is not None
    assert 0 < image.size < 200_000


async def test_a_closed_vm_has_no_memory_that_could_be_read_or_written(sandbox: Sandbox, registry: Registry) -> None:
    vm = sandbox.vm(registry, Policy.for_level(SecurityLevel.SAFE), "tool")
    image = PageImage(vm.memory_bytes, ((2 * MIB, bytes(PAGE_BYTES)),))
    vm.close()
    with pytest.raises(EngineClosed):
        vm.restore(image)
    with pytest.raises(EngineClosed):
        _ = vm.memory_bytes
    with pytest.raises(EngineClosed):
        _ = vm.was_refused_memory


@pytest.mark.parametrize(
    "image",
    [
        PageImage(4 << 30, ()),
        PageImage(0, ((1 << 40, bytes(PAGE_BYTES)),)),
        PageImage(0, ((-PAGE_BYTES, bytes(2 * PAGE_BYTES)),)),
        PageImage(51 * MIB, ((0, b"x"),)),
    ],
)
async def test_an_image_that_does_not_fit_into_the_memory_is_refused(
    sandbox: Sandbox, registry: Registry, image: PageImage
) -> None:
    vm = sandbox.vm(registry, Policy.for_level(SecurityLevel.SAFE), "x")
    with pytest.raises(BadGuestAnswer, match=r"does not fit|outside of its memory"):
        vm.restore(image)
    assert sandbox.vms == set()


async def test_a_running_vm_gives_no_image_of_itself(sandbox: Sandbox, registry: Registry) -> None:
    vm = sandbox.vm(registry, Policy.for_level(SecurityLevel.SAFE), "x")
    assert (await vm.load("pub fn call(args) { loop {} }")).ok
    head = call_head("call", Calling.OBJECT, (), 64, MIB)
    running = asyncio.create_task(vm.call(head, b"{}"))
    await asyncio.sleep(0)
    with pytest.raises(EngineClosed):
        vm.image()
    vm.cancel()
    await running


async def test_with_isolation_per_call_no_memory_of_a_call_reaches_the_next() -> None:
    for isolation, shared in ((Isolation.PER_TOOL, True), (Isolation.PER_CALL, False)):
        async with ScriptEngine(ScriptEngineConfig(isolation=isolation)) as engine:
            await engine.register_tool(tool(), FILL)
            filled = await engine.execute_tool("tool", {"n": 100_000})
            small = await engine.execute_tool("tool", {"n": 1})
        assert (filled.result, small.result) == (100_000, 1)
        # Linear memory never shrinks: a VM that had the first call still has all of it.
        same = small.metadata["peak_memory_bytes"] == filled.metadata["peak_memory_bytes"]
        assert same is shared


async def test_with_isolation_per_call_a_tool_is_compiled_once_and_holds_no_vm() -> None:
    async with ScriptEngine(ScriptEngineConfig(isolation=Isolation.PER_CALL)) as engine:
        await engine.register_tool(tool(), ONE)
        for _ in range(10):
            assert (await engine.execute_tool("tool", {})).result == 1
        assert engine.instances == 0
        usage = engine.get_resource_usage()
        assert (usage.cache_hits, usage.cache_misses) == (10, 0)
        assert 0 < usage.pool_bytes < 200_000


async def test_a_replaced_tool_leaves_no_image_to_its_successor() -> None:
    async with ScriptEngine(ScriptEngineConfig(isolation=Isolation.PER_CALL)) as engine:
        await engine.register_tool(tool(), ONE)
        await engine.register_tool(tool(), "pub fn call(args) { 2 }")
        assert (await engine.execute_tool("tool", {})).result == 2
        assert engine.get_resource_usage().loaded_tools == 1


async def test_calls_beyond_the_queue_are_refused_at_once_and_the_tool_is_named() -> None:
    gate = Gate()
    config = ScriptEngineConfig(max_concurrent_operations=1, max_queued_calls=2)
    async with ScriptEngine(config, modules=[gate.module]) as engine:
        await engine.register_tool(tool("slow"), ENTER, policy=level("development"))
        calls = [begin(engine, "slow") for _ in range(3)]
        await gate.holds(1)
        with pytest.raises(EngineBusy, match=r"slow cannot be called now: 1 calls run and 2 wait \(slow 2\)"):
            await engine.execute_tool("slow", {})
        assert engine.metrics.snapshot()["slow"]["reasons"] == {"busy": 1}
        gate.opened.set()
        assert [(await call).result for call in calls] == [1] * 3


async def test_a_flooded_tool_keeps_no_other_tool_waiting_for_more_than_its_turn() -> None:
    gate, ended = Gate(), list[str]()
    gate.opened.set()
    config = ScriptEngineConfig(max_concurrent_operations=1)
    async with ScriptEngine(config, modules=[gate.module]) as engine:
        for name in ("flood", "quiet"):
            await engine.register_tool(tool(name), ENTER, policy=level("development"))
        calls = [begin(engine, name) for name in ["flood"] * 50 + ["quiet"]]
        for call, name in zip(calls, ["flood"] * 50 + ["quiet"], strict=True):
            call.add_done_callback(lambda _, name=name: ended.append(name))
        await asyncio.gather(*calls)
    assert ended.index("quiet") <= 2


async def test_vms_that_nobody_used_for_a_while_are_freed_and_the_next_call_compiles_again() -> None:
    clock = Clock()
    async with ScriptEngine(ScriptEngineConfig(idle_timeout=60), monotonic=clock) as engine:
        for name in ("a", "b"):
            await engine.register_tool(tool(name), ONE)
        clock.now = 50
        await engine.execute_tool("b", {})
        clock.now = 61
        assert engine.cleanup_resources() == 1
        assert engine.instances == 1
        assert engine.get_resource_usage().loaded_tools == 1
        clock.now = 200
        assert engine.cleanup_resources() == 1
        assert engine.get_resource_usage().pool_bytes == 0
        assert (await engine.execute_tool("a", {})).result == 1


async def test_without_an_idle_timeout_vms_are_kept_however_long() -> None:
    clock = Clock()
    async with ScriptEngine(ScriptEngineConfig(idle_timeout=None), monotonic=clock) as engine:
        await engine.register_tool(tool(), ONE)
        clock.now = 1e9
        assert engine.cleanup_resources() == 0
        assert engine.instances == 1


async def test_idle_vms_go_by_themselves() -> None:
    async with ScriptEngine(ScriptEngineConfig(idle_timeout=0.01)) as engine:
        for number in range(100):
            await engine.register_tool(tool(f"t{number}"), ONE)
        async with asyncio.timeout(10):
            while engine.instances:
                await asyncio.sleep(0.005)
        assert (await engine.execute_tool("t1", {})).result == 1


async def test_the_vms_of_a_burst_go_before_the_one_that_is_still_used() -> None:
    gate, clock = Gate(), Clock()
    config = ScriptEngineConfig(idle_timeout=10)
    async with ScriptEngine(config, modules=[gate.module], monotonic=clock) as engine:
        await engine.register_tool(tool(), ENTER, policy=level("development"))
        calls = [begin(engine) for _ in range(5)]
        await gate.holds(5)
        gate.opened.set()
        await asyncio.gather(*calls)
        clock.now = 9
        assert (await engine.execute_tool("tool", {})).result == 1
        clock.now = 11
        assert engine.cleanup_resources() == 4
        assert engine.instances == 1


async def test_tools_are_kept_up_to_a_number_of_bytes_the_least_recently_used_goes_first() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_cache_bytes=8 * MIB)) as engine:
        for name in ("a", "b", "big"):
            await engine.register_tool(tool(name), FILL)
        await engine.execute_tool("a", {"n": 1})
        grown = await engine.execute_tool("big", {"n": 80_000})
        assert grown.metadata["peak_memory_bytes"] > 9 * MIB
        held = engine.get_resource_usage()
        assert held.pool_bytes <= 8 * MIB
        assert held.cache_evictions >= 1
        before = held.cache_misses
        await engine.execute_tool("b", {"n": 1})
        assert engine.get_resource_usage().cache_misses == before + 1


async def test_the_bytes_of_the_cache_add_up_whatever_happened() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_cache_size=3)) as engine:
        for name in "abcde":
            await engine.register_tool(tool(name), FILL)
        for name in "abcabdeeda":
            await engine.execute_tool(name, {"n": 1000})
        await asyncio.gather(*(engine.execute_tool("a", {"n": 10}) for _ in range(5)))
        for name in "abcde":
            await engine.unregister_tool(name)
        usage = engine.get_resource_usage()
        assert (usage.pool_bytes, usage.loaded_tools, usage.vms) == (0, 0, 0)


async def test_a_call_whose_tool_must_be_compiled_first_is_cancelled_by_its_deadline_too() -> None:
    source = "pub fn call(args) { 1 }" + "".join(f"\nfn f{i}() {{ [{i}, {i}] }}" for i in range(3000))
    async with ScriptEngine(ScriptEngineConfig(enable_caching=False)) as engine:
        await engine.register_tool(tool(), source)
        assert (await engine.execute_tool("tool", {})).result == 1
        context = ToolExecutionContext(deadline=datetime.now(UTC) + timedelta(milliseconds=3))
        late = await engine.execute_tool("tool", {}, context)
        assert late.error is not None
        assert late.error.kind == "timed_out"
        assert engine.instances == 0


async def test_other_limits_of_the_policy_hold_for_vms_from_an_image_too() -> None:
    policy = replace(Policy.for_level(SecurityLevel.SAFE), memory_bytes=8 * MIB)
    async with ScriptEngine(ScriptEngineConfig(isolation=Isolation.PER_CALL)) as engine:
        await engine.register_tool(tool(), FILL, policy=policy)
        full = await engine.execute_tool("tool", {"n": 1_000_000})
        assert full.error is not None
        assert full.error.kind == "out_of_memory"
        assert (await engine.execute_tool("tool", {"n": 5})).result == 5
