"""Recorded calls in the state: added at any time, and forgotten by age, number and size.

What was called is kept once for all calls of it, and goes with the last of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select

from crucible_tools.errors import CallNotFound, UsageError
from crucible_tools.model.calls import CallRecord, Program
from crucible_tools.model.json import JsonObject
from crucible_tools.model.near import near
from crucible_tools.store import dialect, schema
from crucible_tools.store.connected import Connected

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from crucible_tools.config import RecordConfig

LAST: Final = "last"
"""What stands for the newest recorded call."""

_NAMED: Final = 4
"""Calls that are named when an id could be that of several."""
_MOST_NEAR: Final = 1000
"""Of the newest calls, so many ids are compared with a wrong one."""

_calls: Final = schema.calls
_programs: Final = schema.call_programs
_ADD: Final = insert(_calls)
_SUMMARY: Final = select(_calls.c.number, _calls.c.call_id, _calls.c.tool, _calls.c.at, _calls.c.outcome, _calls.c.size)
_RECORD: Final = select(_calls.c.call_id, _calls.c.digest, _calls.c.body, _calls.c.program, _programs.c.content)
_BY_PROGRAM: Final = _calls.outerjoin(_programs, _programs.c.digest == _calls.c.program)
_UNUSED: Final = delete(_programs).where(_programs.c.digest.not_in(select(_calls.c.program)))


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A recorded call in a list.

    Args:
        number: counts the recorded calls of the state.
        call_id: of the call.
        tool: which was called.
        at: when.
        outcome: why it ended, a `StopReason`.
        size: bytes of its record.
    """

    number: int
    call_id: str
    tool: str
    at: datetime
    outcome: str
    size: int

    def to_json(self) -> JsonObject:
        """All but its number."""
        return {
            "call_id": self.call_id,
            "tool": self.tool,
            "at": self.at.isoformat(),
            "stop_reason": self.outcome,
            "bytes": self.size,
        }


class CallLog(Connected):
    """The recorded calls of one state. Its methods are synchronous; one thread at a time.

    A state that does not exist has none, and recording makes none.

    Args:
        place: the state.
    """

    def append(self, records: Iterable[CallRecord], keep: RecordConfig, now: datetime | None = None) -> int:
        """Keep these records, and forget those that need not be kept any longer, in one transaction.

        Args:
            records: in order.
            keep: how many and how much is kept, and for how long.
            now: the present time; by it records are too old.

        Returns:
            How many were added: none where there is no state.

        Raises:
            StateError: the state can't be written.
        """
        rows = list(records)
        if not rows or not self._database.exists():
            return 0
        with self._database.write() as connection:
            for record in rows:
                self._add(connection, record)
            oldest = (now or datetime.now(UTC)) - timedelta(days=keep.keep_days)
            connection.execute(delete(_calls).where(_calls.c.at < oldest))
            _forget_many(connection, keep)
            connection.execute(_UNUSED)
        return len(rows)

    def _add(self, connection: Connection, record: CallRecord) -> None:
        program = record.program
        connection.execute(dialect.insert_if_missing(_programs), {"digest": program.digest, "content": program.text})
        body = json.dumps(record.body(), separators=(",", ":"))  # in ASCII: every database keeps it as it is
        connection.execute(
            _ADD,
            {
                "call_id": _word(record.call_id),
                "tool": _word(record.tool),
                "at": record.at,
                "outcome": record.stop_reason.value,
                "program": program.digest,
                "size": len(body),
                "digest": _digest(body),
                "body": body,
            },
        )

    def newest(self, tool: str | None = None, limit: int = 100) -> list[StoredCall]:
        """Recorded calls, the newest first.

        Args:
            tool: only those of this tool.
            limit: how many at most.

        Raises:
            StateError: the state can't be read.
        """
        wanted = _SUMMARY.order_by(_calls.c.number.desc()).limit(limit)
        if tool is not None:
            wanted = wanted.where(_calls.c.tool == tool)
        if not self._database.exists():
            return []
        with self._database.read() as connection:
            return [self._stored(row) for row in connection.execute(wanted).mappings()]

    def count(self) -> tuple[int, int]:
        """How many calls are recorded, and bytes of their records.

        Raises:
            StateError: the state can't be read.
        """
        if not self._database.exists():
            return 0, 0
        with self._database.read() as connection:
            count, size = connection.execute(select(func.count(), func.sum(_calls.c.size))).one()
        return count, int(size or 0)

    def find(self, wanted: str) -> StoredCall:
        """The call that somebody names; of several with one id the newest.

        Args:
            wanted: its id, the beginning of one, or `last`.

        Raises:
            CallNotFound: no recorded call has this id, nor one that begins so; near ids are in the hint.
            UsageError: several ids begin so.
            StateError: the state can't be read.
        """
        if wanted == LAST:
            if found := self.newest(limit=1):
                return found[0]
            raise CallNotFound(wanted)
        if not self._database.exists():
            raise CallNotFound(wanted)
        newest_first = _SUMMARY.order_by(_calls.c.number.desc())
        with self._database.read() as connection:
            exact = connection.execute(newest_first.where(_calls.c.call_id == wanted).limit(1)).mappings().first()
            if exact is not None:
                return self._stored(exact)
            begins = _calls.c.call_id.startswith(wanted, autoescape=True)
            rows = connection.execute(newest_first.where(begins).limit(_MOST_NEAR)).mappings()
            found = [self._stored(row) for row in rows if wanted]
        ids = list(dict.fromkeys(call.call_id for call in found))
        if not ids:
            raise CallNotFound(wanted, near=near(wanted, [call.call_id for call in self.newest(limit=_MOST_NEAR)]))
        if len(ids) > 1:
            more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
            raise UsageError(
                f"{len(ids)} recorded calls begin with {wanted!r}: {', '.join(ids[:_NAMED])}{more}",
                hint="give more of the id",
            )
        return found[0]

    def load(self, number: int) -> CallRecord:
        """A whole record.

        Raises:
            CallNotFound: it was forgotten meanwhile.
            StateDamaged: it is not what was recorded.
        """
        with self._database.read() as connection:
            wanted = _RECORD.select_from(_BY_PROGRAM).where(_calls.c.number == number)
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None:
            raise CallNotFound(str(number))
        try:
            program = Program.from_json(_checked(row["content"], row["program"]))
            return CallRecord.from_json(_checked(row["body"], row["digest"]), program)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise self.place.damaged(f"the recorded call {row['call_id']!r:.60} can't be read: {error}") from error

    def delete(self, number: int) -> None:
        """Forget one call.

        Raises:
            StateError: the state can't be written.
        """
        with self._database.write() as connection:
            connection.execute(delete(_calls).where(_calls.c.number == number))
            connection.execute(_UNUSED)

    def purge(self, tool: str | None = None) -> int:
        """Forget all calls, or all of a tool.

        Returns:
            How many there were.

        Raises:
            StateError: the state can't be written.
        """
        if not self._database.exists():
            return 0
        gone = delete(_calls) if tool is None else delete(_calls).where(_calls.c.tool == tool)
        with self._database.write() as connection:
            count = connection.execute(gone).rowcount
            connection.execute(_UNUSED)
        return count

    def _stored(self, row: RowMapping) -> StoredCall:
        size: object = row["size"]
        if not isinstance(size, int):
            raise self.place.damaged(f"the recorded call {row['call_id']!r:.60} has no size")
        return StoredCall(row["number"], row["call_id"], row["tool"], row["at"], row["outcome"], size)


def _forget_many(connection: Connection, keep: RecordConfig) -> None:
    """Forgets the oldest calls that are too many, or too large together; the newest one stays."""
    size = 0
    newest_first = select(_calls.c.number, _calls.c.size).order_by(_calls.c.number.desc())
    for count, (number, length) in enumerate(connection.execute(newest_first).all(), 1):
        size += length if isinstance(length, int) else 0
        if count > 1 and (count > keep.max_calls or size > keep.max_total_bytes):
            connection.execute(delete(_calls).where(_calls.c.number <= number))
            return


def _checked(text: object, digest: object) -> Any:
    """What a JSON text says, if it is the one that was recorded.

    Raises:
        ValueError: it is another one, or none.
    """
    if not isinstance(text, str) or _digest(text) != digest:
        raise ValueError("it is not what was recorded")
    return json.loads(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _word(text: str) -> str:
    """A text that can be recorded: one that is no Unicode is escaped; without what no database keeps."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
