"""Ending all that a program has started: its session, of which its process group is only a part."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

_hold: Any = getattr(os, "pidfd_open", None)
_send: Any = getattr(signal, "pidfd_send_signal", None)
_POSSIBLE: Final = _hold is not None and _send is not None and os.path.isdir("/proc/self")
_MOST_ROUNDS: Final = 10
"""How often it is looked again for what was started meanwhile; a fork bomb ends at the system's own limits."""


def end_session(leader: int) -> None:
    """Kills whatever is in the session of a program, in whichever group: `timeout` and shells make groups of their own.

    The leader must not have been waited for: until then nobody else gets its number. Linux only; elsewhere nothing
    happens, nor where there is no descriptor left to look with. Blocks for some milliseconds, by how many processes
    the machine has.

    Args:
        leader: the program's process, which is the leader of its session.
    """
    if not _POSSIBLE:
        return
    with suppress(OSError):
        for _ in range(_MOST_ROUNDS):
            found = False
            for process in _members(leader):
                found = True
                _kill(process, leader)
            if not found:
                return


def _members(leader: int) -> Iterator[int]:
    """The processes of a session that have not ended."""
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit() and _is_in(int(entry.name), leader):
                yield int(entry.name)


def _is_in(process: int, leader: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            # The name, in parentheses, may hold anything; behind it come state, parent, group and session.
            state, _, _, session = file.read().rpartition(b")")[2].split()[:4]
    except (OSError, ValueError):
        return False
    return int(session) == leader and state not in (b"Z", b"X")


def _kill(process: int, leader: int) -> None:
    with suppress(OSError):
        descriptor = _hold(process)
        try:
            # Looked at again: the number may have become somebody else's before it was held.
            if _is_in(process, leader):
                _send(descriptor, signal.SIGKILL)
        finally:
            os.close(descriptor)
