"""Calls the whole hostile collection again and again, and looks whether the engine is what it was before.

    make soak-calls CALLS=100000
    python -m tests.hostile.soak --calls 100000     the same

The scripts run side by side and at random, under limits that are so small that most of them end within milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from crucible_tools import (
    CrucibleError,
    Policy,
    ScriptEngine,
    ScriptEngineConfig,
    SecurityLevel,
    StopReason,
    ToolDefinition,
)
from tests.hostile.case import Case, Limit
from tests.hostile.collection import COLLECTION
from tests.hostile.holding import MIB, Holding, holding
from tests.hostile.probe import probe

SIDE_BY_SIDE = 16
WARM_UP = 2
"""Calls of each case before the first look: what is made once (threads, buffers, metrics) is no leak."""

ROOM = 12 * MIB
"""What memory may differ by: less than 100 VMs' worth, or 126 bytes for each of a hundred thousand calls."""

SLOW = {Limit.SOURCE_SIZE, Limit.ARGUMENT_SIZE, Limit.ARGUMENT_DEPTH, Limit.COMPILE_TIME}
LONGEST = 64 << 10
"""Characters of arguments. Megabytes of text in each call only take time: `test_hostile` calls them all."""

POLICY = replace(
    Policy.for_level(SecurityLevel.SAFE),
    memory_bytes=12 * MIB,
    timeout_s=0.005,
    compile_timeout_s=0.02,
    capabilities=frozenset({"basic", "json", "probe"}),
    max_host_calls=200,
    max_log_bytes=16 << 10,
)

HEALTHY = {
    "sum": "pub fn f(a) { let s = 0; for i in 0..100 { s += i; } s }",
    "text": "pub fn f(a) { let v = []; for i in 0..3 { v.push(`item ${i}`); } #{ v, s: json::to_string([1])? } }",
    "host": "pub fn f(a) { probe::echo([1, #{ x: 2 }]) }",
}
ANSWERS: dict[str, Any] = {
    "sum": 4950,
    "text": {"v": ["item 0", "item 1", "item 2"], "s": "[1]"},
    "host": [1, {"x": 2}],
}

Attack = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Soaked:
    """What came of it: how the calls ended, and what the engine held before and after them."""

    endings: Counter[str]
    before: Holding
    after: Holding


def definition(name: str, entry: str) -> ToolDefinition:
    """A tool that takes an object."""
    return ToolDefinition(name=name, description="", input_schema={"type": "object"}, form="direct", entry=entry)


async def prepare(engine: ScriptEngine, *, attacks: bool = True) -> list[Attack]:
    """Registers the healthy tools, and makes an attack of each case that is quick enough."""
    for name, source in HEALTHY.items():
        policy = replace(POLICY, timeout_s=60.0, compile_timeout_s=60.0)
        await engine.register_tool(definition(name, "f"), source, policy=policy)
    await start_threads(engine)
    if not attacks:
        return []
    quick = [case for case in COLLECTION if case.limit not in SLOW and len(repr(case.build_arguments())) <= LONGEST]
    return [await attack(engine, case) for case in quick]


async def start_threads(engine: ScriptEngine) -> None:
    """Has the engine start all threads for long calls, which it does one by one, as it needs them: they are no leak."""
    most = max(2, os.cpu_count() or 2)
    policy = replace(POLICY, timeout_s=None, compile_timeout_s=60.0)
    await engine.register_tool(definition("endless", "f"), "pub fn f(a) { loop {} }", policy=policy)
    calls = [asyncio.ensure_future(engine.execute_tool("endless", {})) for _ in range(2 * most)]
    while sum(thread.name.startswith("crucible-worker") for thread in threading.enumerate()) < most:
        await asyncio.sleep(0.01)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await engine.unregister_tool("endless")


async def attack(engine: ScriptEngine, case: Case) -> Attack:
    """How to make one case's call; one that does not load is loaded again each time."""
    source, arguments = case.build(), case.build_arguments()

    async def load() -> str:
        return (await engine.check_source(source, case.name)).reason.value

    async def call() -> str:
        answer = await engine.execute_tool(case.name, arguments)
        return StopReason(answer.metadata["stop_reason"]).value

    try:
        await engine.register_tool(definition(case.name, case.entry), source, policy=replace(POLICY, **case.policy))
    except CrucibleError:
        return load
    return call


async def check(engine: ScriptEngine) -> None:
    """Holds the healthy tools' answers against what they were.

    Raises:
        AssertionError: one is another.
    """
    for name, expected in ANSWERS.items():
        answer = await engine.execute_tool(name, {})
        assert answer.result == expected, f"{name} gives {answer.result!r}, {answer.error}"


async def soak(calls: int, seed: int = 0, told: Callable[[int], None] | None = None) -> Soaked:
    """Makes so many hostile calls, and checks the healthy tools among them.

    Args:
        calls: how many.
        seed: what they are chosen by.
        told: hears how many are done, each thousand.
    """
    chance = random.Random(seed)
    endings: Counter[str] = Counter()
    async with ScriptEngine(ScriptEngineConfig(policy=POLICY), modules=[probe()]) as engine:
        attacks = await prepare(engine)

        async def make(chosen: Iterator[Attack]) -> None:
            for each in chosen:
                endings[await each()] += 1
                done = endings.total()
                if done % 100 == 0:
                    await check(engine)
                if told is not None and done % 1000 == 0:
                    told(done)

        async def make_all(chosen: Iterator[Attack]) -> Holding:
            await asyncio.gather(*(make(chosen) for _ in range(SIDE_BY_SIDE)))
            await check(engine)
            return await holding(engine)

        before = await make_all(iter(attacks * WARM_UP))
        after = await make_all(chance.choice(attacks) for _ in range(calls))
    return Soaked(endings, before, after)


def main() -> int:
    """Soaks, and prints what came of it; 1 when something leaked."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.soak")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.perf_counter()
    show = (lambda done: print(f"{done:,} …", file=sys.stderr)) if sys.stderr.isatty() else None
    soaked = asyncio.run(soak(options.calls, options.seed, show))
    print(f"{options.calls:,} hostile calls in {time.perf_counter() - began:.0f} s: {dict(soaked.endings)}")
    print(f"before: {soaked.before}\nafter:  {soaked.after}")
    leaks = soaked.after.leaks(soaked.before, room=ROOM)
    print("\n".join(leaks) or "nothing leaked, and the healthy tools answer as before")
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
