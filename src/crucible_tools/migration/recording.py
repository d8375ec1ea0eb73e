"""Changes of the state that are no migration: each a run, alone on the state, and ended whatever happens."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Final

from crucible_tools.errors import StateError, StateLocked
from crucible_tools.model.json import JsonObject
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State

_LOCK_POLL_S: Final = 0.05


async def begin(
    stack: contextlib.ExitStack, state: State, run_id: str, config: JsonObject, *, kind: str, lock_timeout_s: float
) -> RunRecorder:
    """Begin a run; its lock is waited for without stopping the event loop.

    Args:
        stack: holds the lock until it is closed.
        state: what the run changes.
        run_id: its id.
        config: what it was told, for its record.
        kind: what it is for.
        lock_timeout_s: seconds to wait for another run.

    Raises:
        StateLocked: another run held the state all the time.
        StateError: the state can't be used.
    """
    give_up = time.monotonic() + lock_timeout_s
    while True:
        try:
            return stack.enter_context(state.run(run_id, config, kind))
        except StateLocked:
            if time.monotonic() >= give_up:
                raise
        await asyncio.sleep(_LOCK_POLL_S)


@contextlib.asynccontextmanager
async def recorded(
    state: State, run_id: str, config: JsonObject, *, kind: str, lock_timeout_s: float = 0.0
) -> AsyncGenerator[RunRecorder]:
    """A run that its caller finishes; one that an exception ends is recorded as failed or interrupted.

    The arguments and errors are those of `begin`.
    """
    with contextlib.ExitStack() as stack:
        recorder = await begin(stack, state, run_id, config, kind=kind, lock_timeout_s=lock_timeout_s)
        try:
            yield recorder
        except BaseException as error:
            stopped = isinstance(error, (asyncio.CancelledError, KeyboardInterrupt))
            with contextlib.suppress(StateError):  # the first error is the one to tell
                recorder.finish("interrupted" if stopped else "failed", {})
            raise
