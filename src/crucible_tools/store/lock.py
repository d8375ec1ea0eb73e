"""The lock that a writing run holds, so that runs change a state one after the other.

In a folder it is the kernel's, on a server the session's: neither can outlive the process that holds it.
"""

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
from crucible_tools.store.place import FolderPlace, Place, ServerPlace

_LOOKS: Final = 20
_LOOK_S: Final = 0.01


@contextlib.contextmanager
def held(place: Place, run_id: str) -> Generator[None]:
    """Hold the state's lock; its folder is made when it is missing. Who holds it is told those who are refused.

    Args:
        place: the state.
        run_id: the run that holds it.

    Raises:
        StateLocked: another run holds it; the error names its process, host, run and since when.
        StateNotWritable: the folder can't be made or written.
    """
    holder = LockHolder(os.getpid(), socket.gethostname(), run_id, datetime.now(UTC).isoformat(timespec="seconds"))
    with _held_on_server(place, holder) if isinstance(place, ServerPlace) else _held_in_folder(place, holder):
        yield


def is_held(place: Place) -> bool:
    """Whether some process holds the lock now; the holder's file alone could be left over."""
    if isinstance(place, ServerPlace):
        from crucible_tools.store import session_lock

        return session_lock.is_held(place)
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
    if isinstance(place, ServerPlace):
        from crucible_tools.store import session_lock

        return session_lock.read_holder(place)
    try:
        data: Any = json.loads(_holder_file(place).read_text("utf-8"))
        return LockHolder(int(data["pid"]), str(data["host"]), str(data["run_id"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def _held_on_server(place: ServerPlace, holder: LockHolder) -> Generator[None]:
    from crucible_tools.store import session_lock

    for attempt in range(_LOOKS):
        if attempt:  # whoever holds it may be dead, which the server learns a moment later
            time.sleep(_LOOK_S)
        with session_lock.tried(place, holder) as taken:
            if taken:
                yield
                return
    raise _locked(place)


@contextlib.contextmanager
def _held_in_folder(place: FolderPlace, holder: LockHolder) -> Generator[None]:
    try:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise place.not_usable(error) from error
    lock = FileLock(place.lock, mode=0o600)
    _acquire(lock, place)
    try:
        try:
            # The lock itself can't hold this: Windows refuses others to read a locked file.
            _holder_file(place).write_text(json.dumps(holder.to_json()), "utf-8")
        except OSError as error:
            raise place.not_usable(error) from error
        yield
    finally:
        with contextlib.suppress(OSError):  # one that is left over says nothing: without the lock nobody reads it
            _holder_file(place).unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, place: FolderPlace) -> None:
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


def _locked(place: Place) -> StateLocked:
    holder = read_holder(place)
    who = (
        f"process {holder.pid} on {holder.host}, run {holder.run_id}, since {holder.since}"
        if holder
        else "another process"
    )
    return StateLocked(
        f"the state {place.folder if isinstance(place, FolderPlace) else place.name} is locked by {who}",
        holder=holder,
        hint="wait for it to end, or give --lock-timeout more seconds",
    )


def _holder_file(place: FolderPlace) -> Path:
    return place.lock.with_suffix(".holder.json")
