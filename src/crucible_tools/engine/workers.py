"""The threads that long calls run on, one a core; the event loop's thread comes before them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from crucible_tools.engine.ticker import TICK_S

_NICER_BY: Final = 5
"""Lets the event loop have three times the processor time of a long call where there is not enough (nice(1))."""


def _give_way() -> None:
    """Lets this thread come after those that have not said so: on Linux, where a thread has a niceness of its own."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):  # a sandbox around this process may forbid it
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _NICER_BY)


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
    """A pool of threads for long calls, which take turns: a call's first turn comes before the second of any other.

    So a call that is only a little longer than a time slice, or whose slice went by while the system ran something
    else, does not wait for calls that compute for seconds (a multi-level feedback queue with two levels).
    """

    FIRST_TURN_S: Final = 2 * TICK_S
    """Length of a call's first turn, when others wait for a thread."""

    FAIR_TURN_S: Final = 8 * TICK_S
    """Length of each later turn, when others wait."""

    PATIENCE: Final = 4
    """How many first turns may come before a later one, when calls for both wait."""

    def __init__(self, count: int | None = None) -> None:
        self._count = count or max(2, os.cpu_count() or 2)
        self._threads: list[threading.Thread] = []
        self._first: deque[tuple[Future[bool], Callable[[], bool]]] = deque()
        self._later: deque[tuple[Future[bool], Callable[[], bool]]] = deque()
        self._passed_over = 0
        self._idle = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def crowded(self) -> bool:
        """Whether calls wait for a thread."""
        return bool(self._first or self._later)

    def turn_s(self, turn: int) -> float:
        """How long a turn is while others wait, in seconds; `turn` counts from 0."""
        return self.FAIR_TURN_S if turn else self.FIRST_TURN_S

    def submit(self, work: Callable[[], bool], turn: int = 0) -> Job:
        """Runs `work` on a thread; called on the event loop.

        Args:
            work: polls a call for a turn.
            turn: how many turns the call has had.
        """
        running: Future[bool] = Future()
        job = Job(running)
        with self._changed:
            if self._closed:
                running.cancel()
                running.set_running_or_notify_cancel()
                return job
            (self._later if turn else self._first).append((running, work))
            if self._idle:
                self._changed.notify()
            elif len(self._threads) < self._count:
                thread = threading.Thread(target=self._run, name=f"crucible-worker-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return job

    def _next(self) -> tuple[Future[bool], Callable[[], bool]] | None:
        """The next turn; waits for one. None when the pool is closed."""
        with self._changed:
            while not self._closed:
                if self._first and not (self._later and self._passed_over >= self.PATIENCE):
                    self._passed_over += bool(self._later)
                    return self._first.popleft()
                if self._later:
                    self._passed_over = 0
                    return self._later.popleft()
                self._idle += 1
                try:
                    self._changed.wait()
                finally:
                    self._idle -= 1
            return None

    def _run(self) -> None:
        _give_way()
        while (turn := self._next()) is not None:
            running, work = turn
            if running.set_running_or_notify_cancel():
                try:
                    running.set_result(work())
                except BaseException as error:  # noqa: BLE001 - whoever waits for the job raises it
                    running.set_exception(error)
            # Nothing of the call may live on in a thread that waits.
            del turn, running, work

    def close(self) -> None:
        """Ends the threads, after the turns that they are at; turns that wait are taken back. May be called twice."""
        with self._changed:
            self._closed = True
            waiting = [*self._first, *self._later]
            self._first.clear()
            self._later.clear()
            self._changed.notify_all()
        for running, _ in waiting:
            running.cancel()
            running.set_running_or_notify_cancel()
        for thread in self._threads:
            thread.join()
