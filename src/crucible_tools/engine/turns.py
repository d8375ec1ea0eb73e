"""Who may run now: a bound on what runs at the same time, first come first served."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque


class Turns:
    """At most `limit` turns are taken at a time; None is no limit. Used on one event loop.

    As `asyncio.Semaphore`, but a free turn is taken without a coroutine: that is the common case of a call.
    """

    __slots__ = ("_free", "_waiting")

    def __init__(self, limit: int | None) -> None:
        self._free = limit
        self._waiting: deque[asyncio.Future[None]] = deque()

    def try_take(self) -> bool:
        """Takes a turn if one is free and nobody waits for it."""
        free = self._free
        if free is None:
            return True
        if free and not self._waiting:
            self._free = free - 1
            return True
        return False

    async def take(self) -> None:
        """Takes a turn, after those who came before."""
        if self.try_take():
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # The turn came and the task was cancelled in the same moment: the next one gets it.
                self.give()
            else:
                # `give` may have thrown the cancelled turn away already.
                with contextlib.suppress(ValueError):
                    self._waiting.remove(turn)
            raise

    def give(self) -> None:
        """Gives a turn back: to the one who waits longest, if any."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        if self._free is not None:
            self._free += 1
