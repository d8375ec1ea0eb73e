"""The threads that long calls run on, one a core."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final


class Job:
    """Work handed to a thread: waited for on the event loop, and cancelled only while no thread has taken it up."""

    def __init__(self, running: Future[bool]) -> None:
        self._running = running
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def end() -> None:
            if not ended.done():
                ended.set_result(None)

        def tell(_: Future[bool]) -> None:
            # The loop may be gone when the last thread ends.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(end)

        running.add_done_callback(tell)
        self._ended = ended

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until the work is over; False when the time is over first. Cancelling the waiter leaves the work."""
        await asyncio.wait((self._ended,), timeout=timeout_s)
        return self._ended.done()

    def cancel(self) -> bool:
        """Takes the work back; False when a thread works on it already (a wrapped asyncio future would lie here)."""
        return self._running.cancel()

    def join(self) -> None:
        """Waits for the thread, and blocks this one: for who can't await any more."""
        concurrent.futures.wait((self._running,))

    def result(self) -> bool:
        """What the work gave; False when it was taken back."""
        return not self._running.cancelled() and self._running.result()


class Workers:
    """A pool of threads; a long call gives its thread back after some slices when others wait for one."""

    FAIR_SLICES: Final = 8
    """Time slices (16 ms) that a call keeps its thread for while others wait."""

    def __init__(self, count: int | None = None) -> None:
        self._count = count or max(2, os.cpu_count() or 2)
        self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="crucible-worker")
        self._wanted = 0
        self._lock = threading.Lock()

    @property
    def crowded(self) -> bool:
        """Whether more calls want a thread than there are."""
        return self._wanted > self._count

    def submit(self, work: Callable[[], bool]) -> Job:
        """Runs `work` on a thread; called on the event loop."""
        self._count_wanted(1)
        running = self._pool.submit(work)
        running.add_done_callback(lambda _: self._count_wanted(-1))
        return Job(running)

    def _count_wanted(self, change: int) -> None:
        with self._lock:
            self._wanted += change

    def close(self) -> None:
        """Ends the threads. May be called twice."""
        self._pool.shutdown(wait=True, cancel_futures=True)
