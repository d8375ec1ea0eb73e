"""Rounds of the event loop: a task that calls and calls lets the others have their turns."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from crucible_tools.engine.ticker import TICK_S

ROUND_S: Final = 2 * TICK_S
"""How long calls may keep the event loop before they let it go round: as late as timers may be."""

ALONE_S: Final = TICK_S / 8
"""How long those of one task may, when it makes one after the other and no other task calls (docs/decisions/025)."""


class Rounds:
    """Knows for how long calls have kept the event loop from going round. Used on one event loop.

    A short call ends without ever suspending its task. Tasks that make one after the other would each run on until
    they have to wait for something, and all timers, deadlines among them, would be late by all of them together. So
    each of several such tasks makes one call a round, and one alone makes some ten (what a cooperative budget is to
    Tokio). Tasks that make one call each, as those of a server's requests do, are not held up before a round has
    lasted too long.
    """

    __slots__ = ("_began", "_begun", "_crowded", "_first", "_last", "_several")

    def __init__(self) -> None:
        self._begun = False
        self._began = 0.0
        self._first: asyncio.Task[object] | None = None
        """Who was the first one to call in this round."""
        self._last: asyncio.Task[object] | None = None
        self._several = False
        """Whether others called in it, too."""
        self._crowded = False
        """Whether several called in the last one."""

    @property
    def over(self) -> bool:
        """Whether this round has lasted long enough for the task that asks: then await `next`."""
        task, last = asyncio.current_task(), self._last
        if self._enter(task):
            return False
        lasted = time.perf_counter() - self._began
        if task is not last:
            return lasted > ROUND_S
        return self._several or self._crowded or lasted > ALONE_S

    async def next(self) -> None:
        """Lets the event loop go round once."""
        await asyncio.sleep(0)
        self._enter(asyncio.current_task())

    def _enter(self, task: asyncio.Task[object] | None) -> bool:
        """Notes that a task calls; whether a round begins with it."""
        self._last = task
        if self._begun:
            self._several = self._several or task is not self._first
            return False
        self._begun, self._began, self._first = True, time.perf_counter(), task
        asyncio.get_running_loop().call_soon(self._end)
        return True

    def _end(self) -> None:
        self._begun = False
        self._first = self._last = None
        self._crowded, self._several = self._several, False
