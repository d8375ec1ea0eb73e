"""The clock of the time slices: ends the slice of every running script each 2 ms, while some script runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

TICK_S: Final = 0.002
"""Length of a time slice. Shorter ones cost more switches, longer ones stall the event loop and make stops late."""

_LINGER: Final = 50
"""Ticks without a running script before the thread goes to sleep: waking it costs more than a short call does."""


class Ticker:
    """A daemon thread that calls `tick` while `running` is above zero.

    `enter` and `leave` are called on one thread only (the event loop's).
    """

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._running = 0
        self._asleep = True
        self._closed = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def enter(self) -> None:
        """A script begins to run."""
        self._running += 1
        if self._asleep:
            self._asleep = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="crucible-ticker", daemon=True)
                self._thread.start()
            self._wake.set()

    def leave(self) -> None:
        """A script has stopped, or waits for the host."""
        self._running -= 1

    def close(self) -> None:
        """Ends the thread. May be called twice."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait()
            self._wake.clear()
            idle = 0
            while idle < _LINGER and not self._closed:
                time.sleep(TICK_S)
                self._tick()
                idle = 0 if self._running else idle + 1
            self._asleep = True
            # `enter` may have seen the old value just now: look once more after the new one is set.
            if self._running:
                self._asleep = False
                self._wake.set()
