"""The way of one call: its place in the queue, its VM, and whoever cancels it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.rounds import Rounds
from crucible_tools.errors import CompileFailed, ConfigurationError, EngineClosed, ToolError, ToolInactive
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.pool import Pool
    from crucible_tools.engine.queue import CallQueue
    from crucible_tools.engine.record import Recording
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.engine.vm import VM
    from crucible_tools.model.tools import ToolExecutionContext

_CANCELLED = "the call was cancelled"
_LATE = "the deadline passed while the call waited for its turn"


class Execution:
    """A call that waits, loads or runs.

    Args:
        call_id: names it to whoever cancels it.
        user: who called.
        listener: hears of what the script logs, as it does.
        recording: keeps what the script is told from outside; such a call has a VM of its own.
    """

    __slots__ = ("call_id", "cancelled", "host_calls", "host_error", "listener", "recording", "ticket", "user", "vm")

    def __init__(
        self,
        call_id: str,
        user: str | None = None,
        listener: Listener | None = None,
        recording: Recording | None = None,
    ) -> None:
        self.call_id = call_id
        self.user = user
        self.listener = listener
        self.recording = recording
        self.cancelled = False
        self.host_calls = 0
        """How many host functions it has called, once it has ended, however it did."""
        self.host_error: Exception | None = None
        """What a host function of the application raised."""
        self.ticket: asyncio.Future[Any] | None = None
        """Its place to wait, while it waits, or its hooks, while they run."""
        self.vm: VM | None = None
        """Its VM, while it loads or runs."""

    def cancel(self) -> None:
        """Ends it, wherever it is, with the stop reason `cancelled`."""
        self.cancelled = True
        if self.ticket is not None:
            self.ticket.cancel()
        if self.vm is not None:
            self.vm.cancel()


class Calls:
    """All calls of an engine that have begun and not ended.

    Args:
        queue: who may run.
    """

    def __init__(self, queue: CallQueue) -> None:
        self._queue = queue
        self._rounds = Rounds()
        self._begun: set[Execution] = set()

    @property
    def most(self) -> int:
        """How many calls may run and wait in the whole engine."""
        return self._queue.most

    @contextmanager
    def preparing(self, execution: Execution) -> Generator[None]:
        """Has a call that is not made yet among those that can be cancelled."""
        self._begun.add(execution)
        try:
            yield
        finally:
            self._begun.discard(execution)

    def cancel(self, call_id: str) -> bool:
        """Cancels the calls of this id; False when there is none."""
        found = [execution for execution in self._begun if execution.call_id == call_id]
        for execution in found:
            execution.cancel()
        return bool(found)

    def ids(self) -> list[str]:
        """The ids of all calls that have begun and not ended."""
        return sorted(execution.call_id for execution in self._begun)

    async def run(
        self, tool: LoadedTool, payload: bytes, left: float | None, started: float, execution: Execution
    ) -> Outcome:
        """Makes a call as soon as it may be made.

        Args:
            tool: what is called.
            payload: its arguments, encoded.
            left: seconds until the caller's deadline, waiting and loading included.
            started: when those began to run, on `time.perf_counter`.
            execution: by which it can be cancelled meanwhile.

        Raises:
            EngineBusy: it may not even wait.
            Exception: whatever a host function of the application raises, other than `ToolFailure`.
        """
        self._begun.add(execution)
        line, queue = tool.line, self._queue
        try:
            if self._rounds.over:
                await self._rounds.next()
            if not queue.try_enter(line):
                refused = await self._wait(tool, left, execution)
                if refused is not None:
                    return refused
            pool = tool.pool
            try:
                return await self._call(tool, pool, payload, left, started, execution)
            finally:
                queue.leave(line)
        finally:
            self._begun.discard(execution)

    async def _wait(self, tool: LoadedTool, left: float | None, execution: Execution) -> Outcome | None:
        """Waits for a place; the outcome when none came."""
        queue, line = self._queue, tool.line
        if execution.cancelled:  # while the event loop went round, and there was no ticket to cancel
            return Outcome(StopReason.CANCELLED, message=_CANCELLED)
        ticket = execution.ticket = queue.join(line)
        try:
            if await queue.enter(line, ticket, left):
                return None
        except TimeoutError:
            return Outcome(StopReason.TIMED_OUT, message=_LATE)
        except (ToolInactive, EngineClosed) as error:
            return Outcome(StopReason.CANCELLED, message=error.message)
        finally:
            execution.ticket = None
        return Outcome(StopReason.CANCELLED, message=_CANCELLED)

    async def _call(
        self, tool: LoadedTool, pool: Pool, payload: bytes, left: float | None, started: float, execution: Execution
    ) -> Outcome:
        if execution.cancelled:
            return Outcome(StopReason.CANCELLED, message=_CANCELLED)
        recording = execution.recording
        vm = pool.take() if recording is None else pool.take(fresh=True)
        if vm is None:
            made = await self._load(pool, left, started, execution)
            if isinstance(made, Outcome):
                return made
            vm = made
        execution.vm = vm
        memory = 0
        try:
            if execution.cancelled:
                return Outcome(StopReason.CANCELLED, message=_CANCELLED)
            if left is not None:
                left -= time.perf_counter() - started
                if left <= 0:
                    return Outcome(StopReason.TIMED_OUT, message=_LATE)
            if recording is not None:
                recording.start(vm, pool, payload)
            outcome = await vm.call(
                tool.arguments.head,
                payload,
                left,
                call_id=execution.call_id,
                user=execution.user,
                listener=execution.listener,
            )
            memory = outcome.memory_bytes
            execution.host_calls = outcome.host_calls
            return outcome
        except BaseException:
            execution.host_calls, execution.host_error = vm.host_calls, vm.host_error
            raise
        finally:
            if recording is not None:
                vm.spent = True
            pool.put(vm, memory)

    async def _load(self, pool: Pool, left: float | None, started: float, execution: Execution) -> VM | Outcome:
        """A VM that is loaded for this call, or why there is none."""
        if left is not None:
            left -= time.perf_counter() - started
        try:
            async with asyncio.timeout(left):
                return await pool.make(execution)
        except TimeoutError:
            return Outcome(StopReason.TIMED_OUT, message=f"the deadline passed while {pool.name} was loaded")
        except (ToolInactive, EngineClosed) as error:
            return Outcome(StopReason.CANCELLED, message=error.message)
        except ToolError as error:
            if execution.cancelled:
                return Outcome(StopReason.CANCELLED, message=_CANCELLED)
            reason = error.reason if isinstance(error, CompileFailed) else StopReason.LIMIT
            # It compiled when it was registered: a limit, or a host module, has changed since.
            broken = reason is StopReason.SCRIPT_ERROR
            return Outcome(StopReason.CRASHED if broken else reason, message=error.message)


def seconds_left(context: ToolExecutionContext | None) -> float | None:
    """Seconds until a call's deadline; None when it has none.

    Raises:
        ConfigurationError: the deadline has no time zone, or is no time at all.
    """
    if context is None or context.deadline is None:
        return None
    return (_checked(context.deadline) - datetime.now(UTC)).total_seconds()


def _checked(deadline: object) -> datetime:
    """Raises ConfigurationError where a deadline is none."""
    if not isinstance(deadline, datetime) or deadline.tzinfo is None:
        wrong = "has no time zone" if isinstance(deadline, datetime) else "is no time"
        raise ConfigurationError(f"the deadline of a call {wrong}", hint="datetime.now(UTC) + timedelta(...)")
    return deadline
