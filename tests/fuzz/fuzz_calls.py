"""Fuzzes the engine: programs of a grammar are loaded and called under small limits.

    make fuzz SECONDS=60
    python -m tests.fuzz.fuzz_calls --seconds 60     this half of it
    python -m tests.fuzz.fuzz_calls SEED             one program again, printed

Whatever a program does, it is refused or ends with a stop reason, a healthy tool answers, and nothing is left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from crucible_tools import CallRefused, CompileFailed, ScriptEngine, ScriptEngineConfig, StopReason
from tests.fuzz.grammar import Grammar
from tests.hostile.holding import holding
from tests.hostile.probe import probe
from tests.hostile.soak import POLICY, ROOM, SIDE_BY_SIDE, check, definition, prepare

LIMITS = replace(POLICY, timeout_s=0.02, compile_timeout_s=0.2)

WARM_UP = 300

# A program that takes as long hangs: its limits come to a quarter of a second.
HANGS_S = 120.0


async def one(engine: ScriptEngine, seed: int) -> str:
    """Loads and calls one program.

    Returns:
        How it ended.

    Raises:
        TimeoutError: it hangs.
        Exception: what must not come out of the engine.
    """
    name, source = f"fuzz-{seed}", Grammar(seed).program()
    async with asyncio.timeout(HANGS_S):
        try:
            await engine.register_tool(definition(name, "f"), source, policy=LIMITS)
        except (CompileFailed, CallRefused) as error:
            return "not loaded" if not isinstance(error, CompileFailed) else f"not loaded: {error.reason.value}"
        answer = await engine.execute_tool(name, {"x": 1, "y": [1, "x"]})
        await engine.unregister_tool(name)
    return StopReason(answer.metadata["stop_reason"]).value


async def fuzz(first: int, *, seconds: float | None = None, programs: int | None = None) -> Counter[str]:
    """Runs programs, the seeds counted up from `first`, until the time is over or there were enough.

    Raises:
        AssertionError: a law does not hold; it names the seed.
    """
    endings: Counter[str] = Counter()
    until = None if seconds is None else time.monotonic() + seconds
    numbers = iter(range(first, first + programs)) if programs is not None else itertools.count(first)
    async with ScriptEngine(ScriptEngineConfig(policy=LIMITS), modules=[probe()]) as engine:
        await prepare(engine, attacks=False)

        async def work(seeds: Iterator[int]) -> None:
            for seed in seeds:
                try:
                    endings[await one(engine, seed)] += 1
                except BaseException as error:
                    raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
                if endings.total() % 100 == 0:
                    await check(engine)
                if until is not None and time.monotonic() >= until:
                    return

        await asyncio.gather(*(work(itertools.islice(numbers, WARM_UP // SIDE_BY_SIDE)) for _ in range(SIDE_BY_SIDE)))
        before = await holding(engine)
        await asyncio.gather(*(work(numbers) for _ in range(SIDE_BY_SIDE)))
        await check(engine)
        leaks = (await holding(engine)).leaks(before, room=ROOM)
        assert not leaks, f"from seed {first} on: {leaks}"
    return endings


async def replay(seed: int) -> None:
    """One program again."""
    print(Grammar(seed).program())
    async with ScriptEngine(ScriptEngineConfig(policy=LIMITS), modules=[probe()]) as engine:
        print(await one(engine, seed))


def main() -> int:
    """Fuzzes, or replays one seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.fuzz_calls")
    parser.add_argument("seed", nargs="?", type=int, help="run this program alone")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--first", type=int, default=0, help="the seed to count up from; 0: any (default)")
    options = parser.parse_args()
    if options.seed is not None:
        asyncio.run(replay(options.seed))
        return 0
    first = options.first or random.SystemRandom().randrange(2**48)
    try:
        endings = asyncio.run(fuzz(first, seconds=options.seconds))
    except AssertionError as error:
        print(f"{error}\nAgain: python -m tests.fuzz.fuzz_calls SEED", file=sys.stderr)
        return 1
    print(f"{endings.total():,} programs from seed {first} on: {dict(endings.most_common())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
