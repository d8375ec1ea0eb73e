"""Work that a signal stops between two of its steps."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from crucible_tools.cli.endings import InterruptionError
from crucible_tools.cli.running import finished

_T = TypeVar("_T")

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def run_until_stopped(work: Coroutine[Any, Any, _T]) -> _T:
    """Run it to its end, or until SIGINT or SIGTERM cancels it; further signals change nothing.

    Raises:
        InterruptionError: a signal stopped it, and it has cleaned up.
    """
    return finished(_stoppable(work))


async def _stoppable(work: Coroutine[Any, Any, _T]) -> _T:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            task.cancel()

    for number in _SIGNALS:
        with contextlib.suppress(NotImplementedError):  # Windows: there Ctrl-C cancels as asyncio has it
            loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        raise InterruptionError from None
