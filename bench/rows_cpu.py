"""Work for the processor: the sandbox's price against native Rune, and what two threads make of it."""

import asyncio
import time

from bench.bed import Bed, text
from bench.row import Row, among, median, row


async def figure(bed: Bed, name: str, entry: str, n: int) -> Row:
    vm, head = await bed.loaded(text("cpu.rn")), bed.head(entry)
    seconds = await median(lambda: vm.call(head, f'{{"n":{n}}}'.encode()), times=bed.rounds(9))
    vm.close()
    return Row(name, seconds * 1e3, "ms", among(bed.peers, entry, 1e3))


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
async def two_threads(bed: Bed) -> Row:
    """Work done by two calls at once, against one call: 2 is perfect."""
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
    return Row("two threads", best, "×")
