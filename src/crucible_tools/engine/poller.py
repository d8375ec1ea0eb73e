"""How a call gets its processor time: who polls it, where, and for how long.

A call is polled on the event loop's own thread. One that outlives its first time slice is polled on by a worker
thread, so that long calls use all cores and the loop never stalls for more than a slice; the next call of the same
script begins there. A host call suspends the script; its coroutine runs on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.outcome import Stop
from crucible_tools.engine.ticker import TICK_S
from crucible_tools.engine.wasm.traps import Trapped
from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.engine.hostcalls import HostCalls
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.engine.wasm.instance import Instance
    from crucible_tools.engine.workers import Job
    from crucible_tools.monitoring.engine_metrics import EngineMetrics

_REQUEST_BYTES: Final = 64 << 10
"""Requests up to this length fit into the guest's own buffer (abi.rs, REQUEST)."""

_LONG_SLICE: Final = 3
"""Ticks of a slice on a worker's thread. `cancel` ends one of any length at once."""

_MOST_RETRIES: Final = 4
"""Slices that may pass without the script having run; a clock that is too coarse to tell must not hold the loop."""

_LONG: Final = 2
"""The level of calls that a first turn is not enough for."""

_NEAR_S: Final = 3 * _LONG_SLICE * TICK_S
"""From here to the deadline slices are short again: the present one and the next may be long."""


class Habit:
    """Where the next call of a script begins, which is where the last one ended (a multi-level feedback queue).

    Attributes:
        level: 0 on the event loop, 1 with a first turn on a worker's thread, 2 with a later one, behind first turns.
    """

    __slots__ = ("level",)

    def __init__(self) -> None:
        self.level = 0


class Poller:
    """Polls the calls of one instance to their ends, one call after the other. Used on one event loop.

    A call that is stopped early is left where it is: whoever made it drops it.

    Args:
        sandbox: where the clock, the workers and the turns on the loop come from.
        instance: what is polled.
        calls: answers the host calls.
        metrics: told how long host functions were waited for.
        habit: what is known of the calls of the instance's script; nothing if not given.
    """

    __slots__ = (
        "_begins", "_cancelled", "_instance", "_job", "_metrics", "_sandbox", "_stop_waiting", "_ticker", "_turn",
        "calls", "habit",
    )  # fmt: skip

    def __init__(
        self, sandbox: Sandbox, instance: Instance, calls: HostCalls, metrics: EngineMetrics, habit: Habit | None = None
    ) -> None:
        self.calls = calls
        self.habit = habit or Habit()
        self._sandbox = sandbox
        self._ticker = sandbox.ticker
        self._instance = instance
        self._metrics = metrics
        self._cancelled = False
        self._job: Job | None = None
        self._begins = 0
        self._turn = 0
        self._stop_waiting: asyncio.Future[None] | None = None

    async def run(self, export: str, request: bytes, deadline: float | None) -> int | Trapped:
        """Makes a call from its start to its end.

        Args:
            export: which of the guest's functions.
            request: the bytes that the guest reads.
            deadline: on `time.perf_counter`.

        Raises:
            Stop: the call must not go on.
            BadGuestAnswer: the guest does what makes no sense.
        """
        self._cancelled = False
        begins = self._begins = self.habit.level if export == "call" else 0
        self._turn = 1 if begins == _LONG else 0
        instance = self._instance
        room = None
        if len(request) > _REQUEST_BYTES:
            instance.start("reserve", request)
            await self._finish(deadline)
            reserved = instance.result()
            if isinstance(reserved, Trapped) or reserved == 0:
                raise Stop(StopReason.OUT_OF_MEMORY, "there is no memory for the arguments")
            room = reserved
        instance.start(export, request, room=room)
        await self._finish(deadline)
        return instance.result()

    def cancel(self) -> None:
        """Stops the running call, if any: within a time slice, or at once while it waits for a host function."""
        self._cancelled = True
        if self._stop_waiting is not None and not self._stop_waiting.done():
            self._stop_waiting.set_result(None)
        if self._job is not None and not self._job.cancel():
            # One that waits for a thread need not wait for its turn; one that has it need not use its slice up.
            for _ in range(_LONG_SLICE):
                self._sandbox.runtime.tick()

    async def _finish(self, deadline: float | None) -> None:
        """Polls the started call to its end, on the loop first and on a worker later."""
        ticker = self._ticker
        ticker.enter()
        try:
            if self._begins:
                finished = await self._poll_on_worker(deadline, entered=False)
            else:
                finished = self._poll_here()
                if finished:
                    self.habit.level = 0
            while not finished:
                self._check(deadline)
                if self._instance.waiting:
                    ticker.leave()
                    try:
                        await self._serve(deadline)
                    finally:
                        ticker.enter()
                    finished = await self._poll_in_turn(deadline) if self._turn else self._poll_here()
                else:
                    # At once: the calls that begin meanwhile need not keep the loop for a slice each.
                    self.habit.level = max(self.habit.level, 1)
                    finished = await self._poll_on_worker(deadline)
        finally:
            ticker.leave()

    def _check(self, deadline: float | None) -> None:
        """Raises what a callback could not, and the reasons to stop."""
        fault = self._instance.fault
        if fault is not None:
            raise fault
        if self._cancelled:
            raise Stop(StopReason.CANCELLED, "the call was cancelled")
        if deadline is not None and time.perf_counter() >= deadline:
            raise Stop(StopReason.TIMED_OUT, "")

    async def _serve(self, deadline: float | None) -> None:
        """Runs the host function that the script waits for, on the event loop, up to the call's deadline."""
        pending = self.calls.take_pending()
        if pending is None:
            raise BadGuestAnswer("the script waits for nothing")
        if not pending.function.asynchronous and not pending.function.blocking:
            self._instance.answer(*self.calls.run_plain(pending))
            return
        began = time.perf_counter()
        task = asyncio.ensure_future(self.calls.run(pending))
        stop = self._stop_waiting = asyncio.get_running_loop().create_future()
        try:
            left = None if deadline is None else max(0.0, deadline - time.perf_counter())
            await asyncio.wait((task, stop), timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop_waiting = None
            self._metrics.record_wait(pending.function.capability, time.perf_counter() - began)
            # Told to stop, but not waited for: a function that does not listen must not keep the call.
            if not task.done():
                task.cancel()
        if not task.done() or task.cancelled():
            self._check(deadline)
            raise Stop(StopReason.CANCELLED, f"{pending.function.name} was cancelled")
        reply = task.result()
        self._check(deadline)
        self._instance.answer(*reply)

    def _poll_here(self) -> bool:
        """Polls for a slice on the event loop, as `Instance.poll`.

        A slice that passed while the system ran something else is none: on a busy machine short calls would be taken
        for long ones, and get behind those.
        """
        instance = self._instance
        began = time.thread_time()
        finished = instance.poll()
        again = _MOST_RETRIES
        while not finished and again and not instance.waiting and instance.fault is None:
            if time.thread_time() - began >= TICK_S / 2:
                break
            again -= 1
            finished = instance.poll()
        return finished

    async def _poll_in_turn(self, deadline: float | None) -> bool:
        """Polls a call that was on a worker, on the loop: one such slice a round of it, so that others come between."""
        turns = self._sandbox.long_slices
        await turns.take()
        try:
            self._check(deadline)
            finished = self._poll_here()
            await asyncio.sleep(0)
        finally:
            turns.give()
        return finished

    async def _poll_on_worker(self, deadline: float | None, *, entered: bool = True) -> bool:
        """Lets a worker thread poll until the call ends, waits, or must stop. True when it ended.

        Args:
            deadline: on `time.perf_counter`.
            entered: whether the call was polled before: else its first slice begins when a thread takes it up.
        """
        turn = self._turn
        self._turn += 1
        with self.calls.on_worker():
            job = self._job = self._sandbox.workers.submit(lambda: self._spin(deadline, turn, entered=entered), turn)
            try:
                left = None if deadline is None else max(0.0, deadline - time.perf_counter())
                if not await job.wait(left) and not job.cancel():
                    # A thread is polling: it sees the deadline at its next slice.
                    await job.wait()
            except asyncio.CancelledError:
                await self._leave_worker(job)
                raise
            except GeneratorExit:
                # The loop is gone and nothing can be awaited any more: a thread that polls ends with its slice, and
                # the clock that ends it must not be left before.
                self._cancelled = True
                if not job.cancel():
                    job.join()
                raise
            finally:
                self._job = None
        return job.result()

    async def _leave_worker(self, job: Job) -> None:
        """Waits until no thread is inside of the instance: it must not be dropped before."""
        self._cancelled = True
        over = job.cancel()
        while not over:
            with contextlib.suppress(asyncio.CancelledError):
                over = await job.wait()

    def _spin(self, deadline: float | None, turn: int, *, entered: bool) -> bool:
        """On a worker's thread: polls slice by slice; gives the worker back when others wait for one."""
        instance, workers, habit = self._instance, self._sandbox.workers, self.habit
        began = time.perf_counter()
        until = began + workers.turn_s(turn)
        if not entered:
            instance.begin_slice()
        brief = not entered
        finished = instance.poll()
        while not (finished or instance.waiting or instance.fault is not None or self._cancelled):
            brief = False
            now = time.perf_counter()
            habit.level = _LONG if (turn and entered) or now - began >= workers.FIRST_TURN_S else 1
            if (deadline is not None and now >= deadline) or (now >= until and workers.crowded):
                return False
            # Each end of a slice takes the interpreter's lock, which the event loop needs: there are fewer of them
            # where nothing is to be decided so soon.
            instance.lengthen_slices(1 if deadline is not None and deadline - now < _NEAR_S else _LONG_SLICE)
            finished = instance.poll()
        if brief:
            habit.level = 0
        return finished
