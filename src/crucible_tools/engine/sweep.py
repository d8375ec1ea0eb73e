"""The sweep: VMs that nobody used for a while are freed by themselves, and their memory goes back to the system."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.spare import give_back

if TYPE_CHECKING:
    from crucible_tools.engine.pools import Pools

_PER_TIMEOUT: Final = 4
"""Sweeps within the idle timeout."""

_NEXT_S: Final = 0.01
"""Seconds until a sweep goes on that found more than it may free at once."""


class Sweep:
    """Frees idle VMs every now and then, on the event loop.

    Args:
        pools: whose VMs.
    """

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._timer: asyncio.TimerHandle | None = None

    def start(self, idle_s: float | None) -> None:
        """Begins, or goes on with another idle timeout in seconds; None keeps VMs however long they are idle."""
        self.stop()
        if idle_s is not None:
            self._timer = asyncio.get_running_loop().call_later(idle_s / _PER_TIMEOUT, self._go, idle_s, 0)

    def stop(self) -> None:
        """Ends it. May be called twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go(self, idle_s: float, freed: int) -> None:
        some, more = self._pools.release_idle()
        freed += some
        loop = asyncio.get_running_loop()
        if more:
            self._timer = loop.call_later(_NEXT_S, self._go, idle_s, freed)
            return
        self.start(idle_s)
        if freed:
            # On a thread: it takes milliseconds, and the event loop has calls to make.
            loop.run_in_executor(None, give_back)
