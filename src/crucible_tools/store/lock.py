"""The lock that a writing run holds: the kernel's, so it can't outlive the process that holds it."""

import contextlib
import json
import os
import socket
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from crucible_tools.errors import LockHolder, StateLocked
from crucible_tools.store.place import Place

_LOOKS: Final = 20
_LOOK_S: Final = 0.01


@contextlib.contextmanager
def held(place: Place, run_id: str) -> Generator[None]:
    """Hold the state's lock; who holds it is written beside it, for those who are refused.

    Args:
        place: the state.
        run_id: the run that holds it.

    Raises:
        StateLocked: another run holds it; the error names its process, host, run and since when.
        StateNotWritable: the folder can't be written.
    """
    lock = FileLock(place.lock, mode=0o600)
    _acquire(lock, place)
    try:
        try:
            _write_holder(place, run_id)
        except OSError as error:
            raise place.not_usable(error) from error
        yield
    finally:
        with contextlib.suppress(OSError):  # one that is left over says nothing: without the lock nobody reads it
            _holder_file(place).unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, place: Place) -> None:
    """Take the lock; whoever holds it without a name has just taken it, is about to leave it, or only looks."""
    for _ in range(_LOOKS):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if read_holder(place) is not None:
                break
            time.sleep(_LOOK_S)
        except OSError as error:
            raise place.not_usable(error) from error
        else:
            return
    raise _locked(place)


def is_held(place: Place) -> bool:
    """Whether some process holds the lock now; the holder's file alone could be left over."""
    lock = FileLock(place.lock, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False  # where no lock can be made, nobody writes
    lock.release()
    return False


def read_holder(place: Place) -> LockHolder | None:
    """Who wrote that it holds the lock; None when that can't be read."""
    try:
        data: Any = json.loads(_holder_file(place).read_text("utf-8"))
        return LockHolder(int(data["pid"]), str(data["host"]), str(data["run_id"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _locked(place: Place) -> StateLocked:
    holder = read_holder(place)
    who = (
        f"process {holder.pid} on {holder.host}, run {holder.run_id}, since {holder.since}"
        if holder
        else "another process"
    )
    return StateLocked(
        f"the state {place.folder} is locked by {who}",
        holder=holder,
        hint="wait for it to end, or give --lock-timeout more seconds",
    )


def _holder_file(place: Place) -> Path:
    return place.lock.with_suffix(".holder.json")


def _write_holder(place: Place, run_id: str) -> None:
    holder = LockHolder(os.getpid(), socket.gethostname(), run_id, datetime.now(UTC).isoformat(timespec="seconds"))
    # The lock itself can't hold this: Windows refuses others to read a locked file.
    _holder_file(place).write_text(json.dumps(holder.to_json()), "utf-8")
