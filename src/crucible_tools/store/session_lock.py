"""The lock of a run on a server: an advisory lock that a session of its own holds, and loses when it ends.

Who holds it is told by the session's name, which every user of the state can read.
"""

import contextlib
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, Final

from crucible_tools.errors import LockHolder
from crucible_tools.store import postgresql
from crucible_tools.store.place import ServerPlace

_RUN: Final = "run"
_NAME: Final = "crucible"
_MOST_NAME: Final = 63
"""Bytes of a session's name (NAMEDATALEN)."""

_HOLDER: Final = (
    "SELECT a.application_name, a.backend_start FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid::bigint = %s AND l.objid::bigint = %s"
)


@contextlib.contextmanager
def tried(place: ServerPlace, holder: LockHolder) -> Generator[bool]:
    """Try to take the lock; gives whether it is held while the block runs.

    Args:
        place: the state.
        holder: who takes it.

    Raises:
        StateError: the server can't be reached.
    """
    number = postgresql.key(place, _RUN)
    with postgresql.translated(place):
        session = postgresql.connect(place, _name(holder))
    with contextlib.closing(session):
        with postgresql.translated(place):
            row = session.execute("SELECT pg_try_advisory_lock(%s)", (number,)).fetchone()
        try:
            yield bool(row and row[0])
        finally:
            if not session.closed:
                with contextlib.suppress(Exception):  # a session that is gone holds nothing
                    session.execute("SELECT pg_advisory_unlock(%s)", (number,))


def is_held(place: ServerPlace) -> bool:
    """Whether some session holds the lock now."""
    return _holder(place) is not None


def read_holder(place: ServerPlace) -> LockHolder | None:
    """Who holds it; None when nobody does, or that can't be read."""
    found = _holder(place)
    if found is None:
        return None
    name, since = found
    try:
        _, pid, run_id, host = str(name).split(" ", 3)
        began = since.astimezone(UTC).isoformat(timespec="seconds") if since else "an unknown time"
        return LockHolder(int(pid), host, run_id, began)
    except ValueError:
        return None  # another user's session, or none of ours


def _holder(place: ServerPlace) -> tuple[str | None, datetime | None] | None:
    number = postgresql.key(place, _RUN) % 2**64
    with postgresql.translated(place), contextlib.closing(postgresql.connect(place)) as session:
        row: Any = session.execute(_HOLDER, (number >> 32, number & 0xFFFFFFFF)).fetchone()
    return row


def _name(holder: LockHolder) -> str:
    """Such as `crucible 4711 20261129T110802Z-c8bc754b host`."""
    text = f"{_NAME} {holder.pid} {holder.run_id.replace(' ', '_')} {holder.host}"
    return text.encode("ascii", "replace").decode()[:_MOST_NAME]
