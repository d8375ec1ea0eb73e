"""A call as a stream: what it logs as it does, how far it is, and its result last."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_tools.engine.outcome import Progress

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Listener, LogLine
    from crucible_tools.model.tools import ToolExecutionResult


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A line that the script logged (`debug info warn error`) or printed (`print`)."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far the script says that it is (`progress::report`): `fraction` is 0 to 1."""

    fraction: float
    message: str


@dataclass(frozen=True, slots=True)
class ResultEvent:
    """The result of the call: always the last event."""

    result: ToolExecutionResult


StreamEvent = LogEvent | ProgressEvent | ResultEvent
"""What a stream consists of."""


async def stream(
    run: Callable[[Listener], Coroutine[Any, Any, ToolExecutionResult]],
) -> AsyncGenerator[StreamEvent]:
    """Makes a call and gives its events as they come.

    A reader that is slow holds nothing up: what a call logs is limited by its policy. One that stops reading, by
    closing the iterator or by being cancelled, cancels the call.

    Args:
        run: makes the call, with a listener that hears of its lines.

    Raises:
        Exception: what `run` raises.
    """
    loop = asyncio.get_running_loop()
    lines: deque[LogLine | Progress] = deque()
    news = asyncio.Event()

    def put(line: LogLine | Progress) -> None:
        lines.append(line)
        news.set()

    def listen(line: LogLine | Progress) -> None:
        # A script is polled on a worker's thread, too; both ways keep the order. The loop may be gone at the end.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(put, line)

    call = loop.create_task(run(listen))
    call.add_done_callback(lambda _: news.set())
    try:
        while True:
            await news.wait()
            news.clear()
            over = call.done()
            while lines:
                yield _event(lines.popleft())
            if over:
                break
        yield ResultEvent(call.result())
    finally:
        if not call.done():
            call.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                # Shielded: who is cancelled again and again, as in a scope of anyio's, must not do the same to the
                # call, which would never get to its end.
                await asyncio.shield(call)


def _event(line: LogLine | Progress) -> StreamEvent:
    if isinstance(line, Progress):
        return ProgressEvent(line.fraction, line.message)
    return LogEvent(line.level, line.text)
