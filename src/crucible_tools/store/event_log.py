"""The events that the state keeps, without SQLAlchemy.

`crucible call` adds some to its 400 ms, and importing SQLAlchemy takes most of them. The statements are plain SQL that
any database takes; a state of an older schema is upgraded the long way first.
"""

import contextlib
import json
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from crucible_tools.model.json import JsonObject
from crucible_tools.store import dialect
from crucible_tools.store.place import Place
from crucible_tools.store.version import SCHEMA_VERSION, check_not_newer

_VERSION: Final = "SELECT MAX(version) AS version FROM schema_upgrades"
_ADD: Final = "INSERT INTO events (at, type, identifier, data) VALUES (?, ?, ?, ?)"
_NEWEST: Final = "SELECT MAX(sequence) AS newest FROM events"
_FORGET_OLD: Final = "DELETE FROM events WHERE at < ? AND sequence < ?"
_FORGET_MANY: Final = "DELETE FROM events WHERE sequence <= ?"
_BOUNDS: Final = "SELECT MIN(sequence) AS oldest, MAX(sequence) AS newest FROM events"
_READ: Final = (
    "SELECT sequence, at, type, identifier, data FROM events WHERE sequence > ? AND at >= ? ORDER BY sequence LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Retention:
    """Which events are kept; the newest one always is.

    Args:
        count: at most so many.
        age: none that are older.
    """

    count: int = 10_000
    age: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is to be kept.

    Args:
        at: when it happened.
        type: its type.
        identifier: what it happened to.
        data: what it tells.
    """

    at: datetime
    type: str
    identifier: str
    data: JsonObject


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event that was kept.

    Args:
        sequence: counts the events of the state, from 1.
        at: when it happened.
        type: its type.
        identifier: what it happened to.
        data: what it tells.
    """

    sequence: int
    at: datetime
    type: str
    identifier: str
    data: JsonObject

    def to_json(self) -> JsonObject:
        """`{sequence, at, type, identifier, data}`."""
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(timespec="microseconds"),
            "type": self.type,
            "identifier": self.identifier,
            "data": self.data,
        }


class EventLog:
    """The events of one state. Its methods are synchronous, and may be called on any thread.

    Args:
        place: the state.
        retention: which events are kept.
        busy_seconds: how long another program's transaction is waited for: nobody waits long for an event to be kept.
    """

    def __init__(self, place: Place, retention: Retention | None = None, *, busy_seconds: float = 2.0) -> None:
        self.place = place
        self._busy_seconds = busy_seconds
        self._retention = retention or Retention()

    def append(self, events: Iterable[NewEvent], now: datetime | None = None) -> int:
        """Keep these events, and forget those that need not be kept any longer, in one transaction.

        Args:
            events: in order.
            now: the present time; by it events are too old.

        Returns:
            How many were kept: none where there is no state, which no event makes.

        Raises:
            StateError: the state can't be written, or another program keeps it busy.
        """
        rows = [(_time_text(event.at), event.type, _text(event.identifier), json.dumps(event.data)) for event in events]
        if not rows or not dialect.exists(self.place):
            return 0
        with self._connected(readonly=False) as connection, connection.hasty(self._busy_seconds):
            connection.change(_ADD, rows)
            newest: int = connection.rows(_NEWEST)[0]["newest"]
            oldest = _time_text((now or datetime.now(UTC)) - self._retention.age)
            connection.change(_FORGET_OLD, [(oldest, newest)])
            connection.change(_FORGET_MANY, [(newest - max(1, self._retention.count),)])
        return len(rows)

    def read(self, *, after: int = 0, since: datetime | None = None, limit: int = 1000) -> list[StoredEvent]:
        """Kept events, the oldest first; none where there is no state.

        Args:
            after: only those with a higher sequence.
            since: only those that happened then or later.
            limit: how many at most.

        Raises:
            StateError: the state can't be read.
        """
        if not dialect.exists(self.place):
            return []
        with self._connected(readonly=True) as connection:
            rows = connection.rows(_READ, (after, _time_text(since) if since else "", limit))
        return [self._decoded(row) for row in rows]

    def bounds(self) -> tuple[int, int]:
        """The sequences of the oldest and the newest event; zeros when there is none.

        Raises:
            StateError: the state can't be read.
        """
        if not dialect.exists(self.place):
            return 0, 0
        with self._connected(readonly=True) as connection:
            bounds = connection.rows(_BOUNDS)[0]
        return bounds["oldest"] or 0, bounds["newest"] or 0

    @contextlib.contextmanager
    def _connected(self, *, readonly: bool) -> Generator[dialect.PlainConnection]:
        """A connection to a state of the present schema, to which an older one is brought."""
        with (
            dialect.translated(self.place),
            contextlib.closing(dialect.plain(self.place, readonly=readonly)) as connection,
        ):
            version = connection.rows(_VERSION)[0]["version"]
            if version is None:
                raise self.place.damaged("it does not say which version it is")
            check_not_newer(self.place, version)
            if version < SCHEMA_VERSION:
                from crucible_tools.store.state import State

                with State(self.place) as state:
                    state.schema_version()
            yield connection

    def _decoded(self, row: Any) -> StoredEvent:
        try:
            data = json.loads(row["data"])
            if not (isinstance(data, dict) and isinstance(row["type"], str) and isinstance(row["identifier"], str)):
                raise TypeError("it is not what an event is")
            return StoredEvent(
                row["sequence"],
                datetime.fromisoformat(row["at"]),
                row["type"],
                row["identifier"],
                cast("JsonObject", data),
            )
        except (ValueError, TypeError, RecursionError) as error:
            raise self.place.damaged(f"event {row['sequence']} can't be read: {error}") from error


def _time_text(time: datetime) -> str:
    """As `schema.Utc` has it."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _text(text: str) -> str:
    """A text that can be recorded: one that is no Unicode is escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
