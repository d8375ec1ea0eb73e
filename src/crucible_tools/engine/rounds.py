"""Rounds of the event loop: a task that calls and calls lets the others have their turns."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from crucible_tools.engine.ticker import TICK_S

ROUND_S: Final = 2 * TICK_S
"""How long calls may keep the event loop before they let it go round: as late as timers may be."""

ALONE_S: Final = TICK_S / 8
"""How long those of one task may, when it makes one after the other: some ten short ones (docs/decisions/023)."""


class Rounds:
    """Knows for how long calls have kept the event loop from going round. Used on one event loop.

    A short call ends without ever suspending its task. Tasks that make one after the other would each run on until
    they have to wait for something, and all timers, deadlines among them, would be late by all of them together. So
    once a round has lasted too long, each task makes one call a round (what a cooperative budget is to Tokio). Tasks
    that make one call each, as those of a server's requests do, are not held up for as long.
    """

    __slots__ = ("_began", "_begun", "_last")

    def __init__(self) -> None:
        self._begun = False
        self._began = 0.0
        self._last: asyncio.Task[object] | None = None

    @property
    def over(self) -> bool:
        """Whether this round has lasted long enough for the task that asks: then await `next`."""
        now = time.perf_counter()
        task, last = asyncio.current_task(), self._last
        self._last = task
        if self._begun:
            return now - self._began > (ALONE_S if task is last else ROUND_S)
        self._begun, self._began = True, now
        asyncio.get_running_loop().call_soon(self._end)
        return False

    async def next(self) -> None:
        """Lets the event loop go round once."""
        await asyncio.sleep(0)
        self._last = asyncio.current_task()

    def _end(self) -> None:
        self._begun = False
        self._last = None
