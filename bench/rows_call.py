"""Calls: into a tool, and out of it."""

import asyncio
import time
from contextlib import closing

from bench.bed import HOST_CALLS, Bed, text
from bench.row import Row, among, median, row
from crucible_tools import Isolation, ScriptEngine, ScriptEngineConfig

ARGUMENTS = b'{"name":"x","n":3}'
CONCURRENT = 100
ENDLESS = (
    "pub fn f(a) { loop {} }",
    "pub fn f(a) { (0..100000000000).iter().count() }",
    "pub fn f(a) { let v = [2, 1]; v.sort_by(|a, b| { loop {} }); v }",
    "pub async fn f(a) { peer::wait(1000.0).await }",
)


@row
async def call_at_the_engine_layer(bed: Bed) -> Row:
    """An echo of a small object, JSON bytes in and out, on the event loop. Peers: monty's feed, native Rune."""
    vm, head = await bed.loaded(text("tool.rn")), bed.head("echo")
    seconds = await median(lambda: vm.call(head, ARGUMENTS), times=bed.rounds(20_000))
    vm.close()
    return Row("call, engine layer", seconds * 1e6, "µs", among(bed.peers, "echo", 1e6), at_most=15)


@row
async def call_through_the_script_engine(bed: Bed) -> Row:
    """The same with arguments checked against a schema, a result object, metrics, and events that somebody hears."""
    arguments = {"name": "x", "n": 3}
    with closing(bed.engine.subscribe()):
        seconds = await median(lambda: bed.engine.execute_tool("echo", arguments), times=bed.rounds(10_000))
    return Row("call, ScriptEngine, metrics and events", seconds * 1e6, "µs", at_most=40)


@row
async def call_with_a_fresh_vm(bed: Bed) -> Row:
    """The same with `isolation="per_call"`: each call has a VM of its own, made from the tool's page image."""
    arguments = {"name": "x", "n": 3}
    async with ScriptEngine(ScriptEngineConfig(isolation=Isolation.PER_CALL)) as engine:
        await engine.register_tool(bed.engine.get_tool("echo"), text("tool.rn"))
        seconds = await median(lambda: engine.execute_tool("echo", arguments), times=bed.rounds(2000))
    return Row("call, fresh VM", seconds * 1e6, "µs", at_most=250)


@row
async def plain_host_call(bed: Bed) -> Row:
    """One call of a plain Python function from a script, out of 1,000 in one call. Peer: monty's external function."""
    vm, head = await bed.loaded(HOST_CALLS), bed.head("plain")
    seconds = await median(lambda: vm.call(head, b'{"n":1000}'), times=bed.rounds(60))
    vm.close()
    return Row("host call, plain", seconds / 1000 * 1e6, "µs", among(bed.peers, "host_call", 1e6))


@row
async def async_host_call(bed: Bed) -> Row:
    """One call of a coroutine function that yields to the event loop once."""
    vm, head = await bed.loaded(HOST_CALLS), bed.head("awaited")
    seconds = await median(lambda: vm.call(head, b'{"n":200}'), times=bed.rounds(60))
    vm.close()
    return Row("host call, async", seconds / 200 * 1e6, "µs")


@row
async def concurrent_host_calls(bed: Bed) -> Row:
    """100 VMs, each in a host call of 50 ms, on one thread."""
    vms = [await bed.loaded(HOST_CALLS) for _ in range(CONCURRENT)]
    head = bed.head("wait")

    async def all_at_once() -> None:
        await asyncio.gather(*(vm.call(head, b'{"seconds":0.05}') for vm in vms))

    seconds = await median(all_at_once, times=bed.rounds(20))
    for vm in vms:
        vm.close()
    return Row("100 concurrent host calls of 50 ms", seconds * 1e3, "ms", at_most=80)


@row
async def lateness_of_a_stop(bed: Bed) -> Row:
    """How long after its limit of 50 ms an endless native loop is stopped: the worst of 20. One VM, idle machine."""
    head, limit = bed.head("spin"), 0.05
    worst = 0.0
    for _ in range(bed.rounds(20)):
        vm = await bed.loaded(HOST_CALLS)
        start = time.perf_counter()
        await vm.call(head, b"{}", limit)
        worst = max(worst, time.perf_counter() - start - limit)
        vm.close()
    return Row("lateness of a stop", worst * 1e3, "ms", at_most=5)


@row
async def lateness_of_a_cancellation(bed: Bed) -> Row:
    """How long after it was cancelled a call is over, whatever it runs or waits for: the worst of 10 each."""
    head, worst = bed.head("f"), 0.0
    for body in ENDLESS:
        for _ in range(bed.rounds(10)):
            vm = await bed.loaded(body)
            running = asyncio.ensure_future(vm.call(head, b"{}"))
            await asyncio.sleep(0.02)
            start = time.perf_counter()
            vm.cancel()
            await running
            worst = max(worst, time.perf_counter() - start)
            vm.close()
    return Row("lateness of a cancellation", worst * 1e3, "ms", at_most=10)
