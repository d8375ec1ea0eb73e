"""Recorded calls that are run again: calls like all others, in the book and the queue, and stopped like them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from crucible_tools.errors import CrucibleError
from crucible_tools.model.replays import Difference, Replay, What
from crucible_tools.operations.replay import replay_policy
from crucible_tools.operations.serving.calls import CallBook, LiveCall, cancelled_before

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.model.calls import CallRecord


class Replays:
    """The replays of a server.

    Args:
        engine: runs them.
        book: has all calls.
        trusted: whether somebody named the state: else limits of time and memory hold only below SAFE's.
    """

    def __init__(self, engine: ScriptEngine, book: CallBook, *, trusted: bool) -> None:
        self._engine = engine
        self._book = book
        self._trusted = trusted
        self._running: dict[str, asyncio.Task[Replay]] = {}

    async def run(self, record: CallRecord, user: str | None) -> Replay:
        """Runs a recorded call again, under an id of its own.

        Args:
            record: the call.
            user: on whose behalf.

        Raises:
            RecordIncomplete: it lacks the call's arguments.
            EngineBusy: as many calls as may run and wait do.
            EngineClosed: the server is being stopped.
            asyncio.CancelledError: the waiting task was cancelled; the script was stopped.
        """
        call = self._book.begin(self._book.new_id(), record.tool, user)
        try:
            replay = await self._made(call, record)
            call.finished(replay.result)
        except CrucibleError as error:
            call.failed(error.code, error.message)
            raise
        except asyncio.CancelledError:
            call.failed("cancelled", "whoever called went away")
            raise
        finally:
            self._book.end(call)
        return replay

    def cancel(self, call_id: str) -> None:
        """Stops the replay of this id, if there is one."""
        task = self._running.get(call_id)
        if task is not None:
            task.cancel()

    async def _made(self, call: LiveCall, record: CallRecord) -> Replay:
        policy = replay_policy(record, trusted=self._trusted)
        task = self._running[call.id] = asyncio.create_task(self._engine.replay(record, policy=policy))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, CrucibleError):
                await task
            raise
        finally:
            del self._running[call.id]
        if task.cancelled():
            stopped = Difference(What.STOP_REASON, "the replay was stopped before its end")
            return Replay(call_id=record.call_id, result=cancelled_before(call), differences=(stopped,))
        return task.result()
