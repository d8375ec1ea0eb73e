"""Load: many tasks over many tools with hostile calls among them, many loaded tools, and many calls that wait."""

import asyncio
import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bench.bed import MIB, Bed
from bench.memory import bytes_of_loaded_tools
from bench.row import Row, row
from crucible_tools import (
    Policy,
    ScriptEngine,
    ScriptEngineConfig,
    SecurityLevel,
    ToolDefinition,
)

TOOLS = 100
TASKS = 200
SECONDS = 60.0
HOSTILE_SHARE = 0.05
HOSTILE_TIMEOUT_S = 0.1
WAITING = 1000
LOADED = 10_000

GOOD = "pub fn f(args) { let sum = 0; for i in 0..args.n { sum += i; } sum }"

HOSTILE = {
    "loop": "loop {}",
    "native": "(0..100000000000).iter().count()",
    "callback": "(0..).iter().any(|x| false)",
    "memory": "let v = []; loop { v.push(1); }",
    "stack": "let v = []; for i in 0..100000 { v = [v]; } v",
}
ENDINGS = {"timed_out", "out_of_memory", "stack_exhausted"}

WAIT = "pub async fn f(args) { crucible::http_get(args.url).await?; 1 }"


def definition(name: str) -> ToolDefinition:
    """A tool whose entry takes an object."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "url": {"type": "string"}}}
    return ToolDefinition(name=name, description="", input_schema=schema, form="direct", entry="f")


@dataclass
class Load:
    """What the calls came to: seconds of the good ones by tool, and how the hostile ones ended."""

    good: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    hostile: Counter[str] = field(default_factory=Counter[str])

    @property
    def seconds(self) -> list[float]:
        """Of all good calls, in order."""
        return sorted(each for calls in self.good.values() for each in calls)


async def call(engine: ScriptEngine, name: str, load: Load) -> None:
    """One call, and what came of it.

    Raises:
        RuntimeError: a good call fails, or a hostile one ends in another way than is documented.
    """
    start = time.perf_counter()
    answer = await engine.execute_tool(name, {"n": 100})
    if name in HOSTILE:
        load.hostile[answer.error.kind if answer.error else "finished"] += 1
        return
    load.good[name].append(time.perf_counter() - start)
    if answer.result != 4950:
        raise RuntimeError(f"{name} gives {answer.result}, {answer.error}")


async def loaded(seconds: float) -> Load:
    """200 tasks, each of which calls a tool at random as soon as its last call is over."""
    load = Load()
    hostile = replace(Policy.for_level(SecurityLevel.SAFE), timeout_s=HOSTILE_TIMEOUT_S)
    async with ScriptEngine() as engine:
        names = [f"good_{number}" for number in range(TOOLS)]
        for name in names:
            await engine.register_tool(definition(name), GOOD)
        for name, body in HOSTILE.items():
            await engine.register_tool(definition(name), f"pub fn f(args) {{ {body} }}", policy=hostile)
        until = time.perf_counter() + seconds

        async def work(seed: int) -> None:
            chance = random.Random(seed)
            while time.perf_counter() < until:
                await call(engine, chance.choice(list(HOSTILE) if chance.random() < HOSTILE_SHARE else names), load)

        await asyncio.gather(*(work(seed) for seed in range(TASKS)))
    if not load.hostile.keys() <= ENDINGS:
        raise RuntimeError(f"hostile calls end otherwise: {load.hostile}")
    return load


@row
async def load_with_hostile_calls(bed: Bed) -> list[Row]:
    """200 tasks over 100 tools for a minute, 5 % of the calls hostile, under a policy of 100 ms."""
    load = await loaded(SECONDS / 20 if bed.quick else SECONDS)
    seconds = load.seconds
    p50, p99 = seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100]
    means = [statistics.mean(calls) for calls in load.good.values()]
    return [
        Row("load: p50 of good calls", p50 * 1e3, "ms"),
        Row("load: p99 / p50 of good calls", p99 / p50, "×", at_most=10),
        Row("load: slowest tool / quickest tool", max(means) / min(means), "×", at_most=2),
    ]


@row
async def memory_of_many_tools(bed: Bed) -> Row:
    """10,000 loaded tools in a process of their own: all of its private memory. Linux only."""
    count = LOADED // 20 if bed.quick else LOADED
    taken = await asyncio.to_thread(bytes_of_loaded_tools, count)
    return Row(f"memory of {count:,} loaded tools", taken / MIB, "MB", at_most=2500)


@asynccontextmanager
async def silence(expected: int) -> AsyncIterator[tuple[str, asyncio.Event, asyncio.Event]]:
    """A server that answers nobody before all have asked: its address, `all are there`, and `let them go`."""
    there, go = asyncio.Event(), asyncio.Event()
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        if asked == expected:
            there.set()
        await go.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=expected)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/", there, go


@row
async def threads_of_waiting_calls(bed: Bed) -> Row:
    """Threads of the process while 1,000 calls wait for an HTTP server."""
    count = WAITING // 20 if bed.quick else WAITING
    policy = Policy.for_level(SecurityLevel.PRODUCTION)
    http = replace(policy.http, private=frozenset({"127.0.0.1/32"}), timeout_s=120.0)
    policy = replace(policy, concurrent_calls=None, timeout_s=None, http=http)
    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=count)) as engine, silence(count) as server:
        url, there, go = server
        await engine.register_tool(definition("wait"), WAIT, policy=policy)
        calls = [asyncio.create_task(engine.execute_tool("wait", {"url": url})) for _ in range(count)]
        async with asyncio.timeout(120):
            await there.wait()
        threads = threading.active_count()
        go.set()
        failed = [answer.error for answer in await asyncio.gather(*calls) if answer.error]
    if failed:
        raise RuntimeError(f"{len(failed)} calls failed: {failed[0]}")
    return Row(f"threads while {count:,} calls wait on HTTP", threads, "", at_most=32)
