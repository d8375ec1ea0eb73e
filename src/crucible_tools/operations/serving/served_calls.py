"""The calls of a served state: made, followed, run again, and stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from crucible_tools.engine.streaming import ResultEvent, StreamEvent
from crucible_tools.errors import CrucibleError, EngineClosed
from crucible_tools.model.tools import ToolExecutionContext, ToolExecutionResult
from crucible_tools.operations.serving.calls import CallBook, CallView, LiveCall, cancelled_before
from crucible_tools.operations.serving.replays import Replays
from crucible_tools.operations.serving.tool import Allowed, ServedTool, everything

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.migration.hook_loading import HookLoader
    from crucible_tools.migration.loading import Loader
    from crucible_tools.model.calls import CallRecord
    from crucible_tools.model.replays import Replay

FindTool: TypeAlias = Callable[[str, Allowed | None], Awaitable[ServedTool]]
"""Gives the active tool of a name, of those that the caller may know of (`Serving.tool`)."""


class ServedCalls:
    """The calls of one served state. Those that run, and the last ones that ended, are remembered.

    Args:
        engine: runs them; it is heard here what they do outside.
        find_tool: gives a tool by its name, or raises.
        loader: puts a tool into service when it is first called.
        hooks: puts those into service that may look at calls.
        trusted: whether somebody named the state (`Replays`).
    """

    def __init__(
        self, engine: ScriptEngine, find_tool: FindTool, loader: Loader, hooks: HookLoader, *, trusted: bool
    ) -> None:
        self._engine = engine
        self._find_tool = find_tool
        self._loader = loader
        self._hooks = hooks
        self._book = CallBook()
        engine.add_effect_sink(self._book)
        self._replays = Replays(engine, self._book, trusted=trusted)
        self.draining = False
        """Whether the server is being stopped, though calls may still be let in."""

    async def call(
        self,
        name: str,
        arguments: dict[str, Any] | bytes,
        *,
        call_id: str | None = None,
        user: str | None = None,
        deadline: datetime | None = None,
        allowed: Allowed | None = None,
    ) -> ToolExecutionResult:
        """Calls a tool under the policy that it was migrated to.

        Args:
            name: of an active tool.
            arguments: an object by parameter names, or its JSON text in UTF-8.
            call_id: the caller's own name for the call; one is made up if not given.
            user: on whose behalf.
            deadline: a point in time, with a time zone; it holds where it is earlier than the policy's.
            allowed: which tools the caller may call; others are not there for it.

        Returns:
            The result, or the error: a script's failure is never raised.

        Raises:
            ToolNotFound, ToolInactive: as `Serving.tool`.
            CallRefused: the state was merely found, and gives the tool more powers than SAFE has.
            CompileFailed, RegistrationError: the engine does not take it any more.
            EngineBusy: as many calls as may run and wait do.
            EngineClosed: the server is being stopped.
            UsageError: a call of this id runs already.
            StateError: the state can't be read.
            asyncio.CancelledError: the waiting task was cancelled; the script was stopped.
        """
        stream = self.stream(name, arguments, call_id=call_id, user=user, deadline=deadline, allowed=allowed)
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                if isinstance(event, ResultEvent):
                    return event.result
        raise EngineClosed("the call ended without a result")

    async def stream(
        self,
        name: str,
        arguments: dict[str, Any] | bytes,
        *,
        call_id: str | None = None,
        user: str | None = None,
        deadline: datetime | None = None,
        allowed: Allowed | None = None,
    ) -> AsyncGenerator[StreamEvent]:
        """Calls a tool and gives what it logs as it does, its progress, and its result last.

        Arguments and errors are those of `call`. Closing the iterator before its end stops the script.
        """
        tool = await self._find_tool(name, allowed)
        call = self._book.begin(call_id or self.new_id(), tool.name, user)
        try:
            await self._hooks.ensure()
            await self._loader.ensure(tool.name)
            events = self._events_of(call, arguments, deadline)
            async with contextlib.aclosing(events):
                async for event in events:
                    yield event
        except CrucibleError as error:
            call.failed(error.code, error.message)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            if not call.has_result:
                call.failed("cancelled", "whoever called went away")
            raise
        finally:
            self._book.end(call)

    async def _events_of(
        self, call: LiveCall, arguments: dict[str, Any] | bytes, deadline: datetime | None
    ) -> AsyncGenerator[StreamEvent]:
        if call.cancelled:  # while its tool was loaded
            result = cancelled_before(call)
            call.finished(result)
            yield ResultEvent(result)
            return
        context = ToolExecutionContext(call_id=call.id, user=call.user, deadline=deadline)
        events = self._engine.execute_tool_stream(call.tool, arguments, context)
        async with contextlib.aclosing(events):
            async for event in events:
                if isinstance(event, ResultEvent):
                    call.finished(event.result)
                else:
                    call.told(event)
                yield event

    async def replay(self, record: CallRecord, *, user: str | None = None) -> Replay:
        """Runs a recorded call again; nothing outside is touched. Arguments and errors are those of `Replays.run`."""
        return await self._replays.run(record, user)

    def new_id(self) -> str:
        """An id that no other call has, here or in another process. It has no colon: `TOKEN:NAME` is never one."""
        return self._book.new_id()

    def cancel(self, call_id: str, *, user: str | None = None) -> bool:
        """Stops a call, wherever it is; its result has the error kind `cancelled`.

        Args:
            call_id: which.
            user: only if it is a call of theirs; any when None.

        Returns:
            False when no such call runs.
        """
        call = self._book.find(call_id)
        if call is None or call.ended is not None or (user is not None and call.user != user):
            return False
        call.cancelled = True
        self._engine.cancel_execution(call_id)
        self._replays.cancel(call_id)
        return True

    def live(self, allowed: Allowed | None = None) -> tuple[CallView, ...]:
        """The calls that run, the oldest first; only of tools that `allowed` allows."""
        may = allowed or everything
        return self._book.live(lambda call: may(call.tool))

    def recent(self, allowed: Allowed | None = None, limit: int = 100) -> tuple[CallView, ...]:
        """The last calls that ended, the newest first, at most `limit`; only of tools that `allowed` allows."""
        may = allowed or everything
        return self._book.recent(lambda call: may(call.tool), limit)

    def find(self, call_id: str) -> CallView | None:
        """A call that runs, or one of the last that ended."""
        call = self._book.find(call_id)
        return call.view() if call is not None else None

    async def drain(self, seconds: float) -> bool:
        """The server is not ready from now on; waits until no call runs any more. Calls are still let in meanwhile.

        Args:
            seconds: how long it waits at most.

        Returns:
            Whether all calls have ended.
        """
        self.draining = True
        return await self._until_no_call(seconds)

    async def stop(self, seconds: float) -> bool:
        """Begins no call any more, and stops those that run: their results have the error kind `cancelled`.

        Args:
            seconds: how long it waits for them at most; stopping one takes milliseconds, unless its tool is compiled.

        Returns:
            Whether all calls have ended.
        """
        self.end()
        return await self._until_no_call(seconds)

    def end(self) -> None:
        """Begins no call any more, and cancels those that run; waits for none."""
        self.draining = True
        self._book.close()
        for call in self._book.live(lambda _: True):
            self.cancel(call.id)

    async def _until_no_call(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._book.until_none()
        except TimeoutError:
            return False
        return True
