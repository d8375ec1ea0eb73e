"""Work for the processor: the sandbox's price against native Rune, and what two threads make of it."""

import asyncio
import statistics
import time

from bench.bed import Bed, text
from bench.peers import native
from bench.row import Row, among, median, row

FACTORS: dict[str, float] = {}
"""What the sandbox costs, by figure: its time by native Rune's, measured in this run."""


async def figure(bed: Bed, name: str, entry: str, n: int) -> Row:
    """One of them, and its factor: in turns with native Rune, so that a slow minute of the machine is one of both."""
    vm, head = await bed.loaded(text("cpu.rn")), bed.head(entry)
    work = f'{{"n":{n}}}'.encode()
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(bed.rounds(7)):
        ours.append(await median(lambda: vm.call(head, work), times=3))
        if "native" in bed.peers:
            theirs.append(native(bed.quick, entry)[entry])
    vm.close()
    peers = among(bed.peers, entry, 1e3)
    if theirs:
        FACTORS[entry] = statistics.median(mine / its for mine, its in zip(ours, theirs, strict=True))
        peers["native"] = statistics.median(theirs) * 1e3
    return Row(name, statistics.median(ours) * 1e3, "ms", peers)


@row
async def fibonacci(bed: Bed) -> Row:
    """Calls of functions."""
    return await figure(bed, "fib(25)", "fib", 25)


@row
async def counting(bed: Bed) -> Row:
    """A while loop with an addition."""
    return await figure(bed, "loop of 10 million", "count", 10_000_000)


@row
async def primes(bed: Bed) -> Row:
    """Two loops with a division."""
    return await figure(bed, "primes below 20,000", "primes", 20_000)


@row
async def strings(bed: Bed) -> Row:
    """Templates, a list of them, and one long string."""
    return await figure(bed, "building strings", "strings", 20_000)


@row
async def factor_over_native_rune(_: Bed) -> list[Row]:
    """The geometric mean of the four above; none where native Rune could not be built."""
    if not FACTORS:
        return []
    mean = statistics.geometric_mean(FACTORS.values())
    return [Row("sandbox / native Rune, geometric mean", mean, "×", at_most=2.1)]


@row
async def two_threads(bed: Bed) -> Row:
    """Time of two calls at once against that of one after the other: half is perfect, on two cores."""
    vms = [await bed.loaded(text("cpu.rn")) for _ in range(2)]
    head, work = bed.head("fib"), b'{"n":27}'
    best = 0.0
    for _ in range(bed.rounds(9)):
        start = time.perf_counter()
        await vms[0].call(head, work)
        one = time.perf_counter() - start
        start = time.perf_counter()
        await asyncio.gather(*(vm.call(head, work) for vm in vms))
        best = max(best, 2 * one / (time.perf_counter() - start))
    for vm in vms:
        vm.close()
    return Row("time of two calls at once / one by one", 1 / best, "×", at_most=1 / 1.7)
