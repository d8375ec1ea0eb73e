"""What asks a state beside the event loop: a lock of another program must not hold up those who need no state."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from crucible_tools.errors import StateLocked

_T = TypeVar("_T")

WAIT_S: Final = 5.0
"""Seconds for which a request waits for the state: less than a connection waits for a lock, which many may want."""


class Beside:
    """One thread for one connection: what is asked of it is done in turn.

    Args:
        what: is asked for, as errors say it.
        wait_s: seconds for which whoever asks waits; None waits as long as the connection does.
    """

    def __init__(self, what: str, wait_s: float | None = WAIT_S) -> None:
        self._what = what
        self._wait_s = wait_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"crucible-{what.replace(' ', '-')}")

    async def ask(self, work: Callable[[], _T], undo: Callable[[_T], None] | None = None) -> _T:
        """What a question is answered.

        Args:
            work: asks it, on the thread. It may still be done after this has raised.
            undo: takes back, on the thread, what was done for somebody who no longer waits; what has not begun by then
                is not done at all. Without it everything is done.

        Raises:
            StateLocked: it takes too long.
            Exception: whatever `work` raises.
        """
        future = self._thread.submit(work)
        waiting = asyncio.wrap_future(future)
        waiting.add_done_callback(heard)
        try:
            done, _ = await asyncio.wait({waiting}, timeout=self._wait_s)
        except asyncio.CancelledError:
            self._left(future, undo)
            raise
        if not done:
            self._left(future, undo)
            raise StateLocked(
                f"the state gave no {self._what} within {self._wait_s:g} s: another program is busy with it",
                hint="ask again in a moment",
            )
        return waiting.result()

    async def close(self, last: Callable[[], None]) -> None:
        """Does what is left to be done, then this, and takes nothing more; waits a while for it."""
        closing = asyncio.wrap_future(self._thread.submit(last))
        closing.add_done_callback(heard)
        self._thread.shutdown(wait=False)
        await asyncio.wait({closing}, timeout=WAIT_S if self._wait_s is None else self._wait_s)

    def _left(self, future: Future[_T], undo: Callable[[_T], None] | None) -> None:
        """Nobody waits for this any more."""
        if undo is None or future.cancel():
            return

        def take_back() -> None:  # on the thread, and so after it
            if future.exception() is None:
                undo(future.result())

        with contextlib.suppress(RuntimeError):  # the thread was closed meanwhile
            self._thread.submit(take_back)


def heard(future: "asyncio.Future[_T]") -> None:
    """An error of what nobody waits for is nobody's."""
    if not future.cancelled():
        future.exception()
