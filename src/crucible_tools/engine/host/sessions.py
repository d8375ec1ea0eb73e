"""Ending all that a program has started: its session, of which its process group is only a part."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_POSSIBLE: Final = hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal") and os.path.isdir("/proc/self")
_MOST_ROUNDS: Final = 10
"""How often it is looked again for what was started meanwhile; a fork bomb ends at the system's own limits."""


def end_session(leader: int) -> None:
    """Kills whatever is in the session of a program, in whichever group: `timeout` and shells make groups of their own.

    The leader must not have been waited for: until then nobody else gets its number. Linux only; elsewhere nothing
    happens. Blocks for some milliseconds, by the number of processes of the machine.

    Args:
        leader: the program's process, which is the leader of its session.
    """
    if not _POSSIBLE:
        return
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
        descriptor = os.pidfd_open(process)
        try:
            # Looked at again: the number may have become somebody else's before it was held.
            if _is_in(process, leader):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        finally:
            os.close(descriptor)
