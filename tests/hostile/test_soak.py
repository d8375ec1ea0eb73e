"""Thousands of hostile calls leave the engine as it was; `make soak-calls` makes a hundred thousand."""

import asyncio
from dataclasses import replace

from tests.hostile.holding import MIB, Holding
from tests.hostile.soak import ROOM, soak

CALLS = 1400
"""Beside some 600 that warm the engine up."""

# It only keeps a broken engine from hanging the run.
GUARD_S = 600.0


async def test_two_thousand_hostile_calls_leave_memory_threads_descriptors_and_answers_as_they_were() -> None:
    async with asyncio.timeout(GUARD_S):
        soaked = await soak(CALLS)
    assert soaked.endings.total() >= 2000
    assert len(soaked.endings) > 5, "the calls end in too few ways to say something"
    assert soaked.after.leaks(soaked.before, room=ROOM) == []


def test_a_leak_of_each_kind_is_seen() -> None:
    before = Holding(vms=1, threads=5, descriptors=10, tasks=1, memory=100 * MIB)
    after = replace(before, vms=2, threads=6, descriptors=11, tasks=2, memory=before.memory + ROOM + 1)
    assert len(after.leaks(before, room=ROOM)) == 5
    assert replace(before, memory=before.memory + ROOM).leaks(before, room=ROOM) == []
