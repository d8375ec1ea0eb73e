"""The audit in the state: records are added, never changed, each with a digest of all before it (`model.audit`)."""

from __future__ import annotations

import functools
import getpass
import logging
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, insert, select, update

from crucible_tools.errors import StateDamaged
from crucible_tools.model.audit import AuditRecord, Head, Verification, body_of, link, verify
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.store import schema
from crucible_tools.store.audit_state import flaw_of_state
from crucible_tools.store.place import RESTORE
from crucible_tools.store.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crucible_tools.store.database import Database

_log: Final = logging.getLogger("crucible_tools.audit")

_MOST_RECORDS: Final = 2**62
"""What no audit ever counts to; SQLite's numbers end at twice as much."""

_HEAD: Final = select(schema.audit_head.c.number, schema.audit_head.c.digest)
_ADD: Final = Prepared(insert(schema.audit))
_SET_HEAD: Final = Prepared(update(schema.audit_head).values(number=bindparam("number"), digest=bindparam("digest")))
_RECORDS: Final = select(schema.audit.c.number, schema.audit.c.body, schema.audit.c.digest)


def begin_audit(connection: Connection) -> None:
    """Writes the first record: what the state held before it was audited."""
    connection.execute(insert(schema.audit_head).values(id=1, number=Head().number, digest=Head().digest))
    with auditing(connection) as trail:
        trail.add(
            AuditKind.AUDIT_BEGAN,
            runs=connection.scalar(select(func.max(schema.runs.c.sequence))) or 0,
            versions=connection.scalar(select(func.max(schema.tool_versions.c.id))) or 0,
        )


class Trail:
    """Records that are added in one transaction, which is committed with what they tell, or not at all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._added: list[AuditRecord] = []
        self._head: Head | None = None

    def add(self, kind: AuditKind, **facts: Json) -> None:
        """Adds a record, with the user whose process this is."""
        if self._head is None:
            self._head = _head(self._connection)
            if self._head.number < 0:
                raise StateDamaged("the state is damaged: the end of its audit is not recorded", hint=RESTORE)
        record = link(self._head, body_of(kind, datetime.now(UTC), {"by": user(), **facts}))
        self._added.append(record)
        self._head = Head(record.number, record.digest)

    def write(self) -> None:
        """Writes what was added; before the transaction is committed."""
        if self._head is None:
            return
        rows = [{"number": each.number, "body": each.body, "digest": each.digest} for each in self._added]
        for record in self._added:
            _log.debug("record %d: %s", record.number, record.body)
        _ADD.execute_each(self._connection, rows)
        _SET_HEAD.execute(self._connection, {"number": self._head.number, "digest": self._head.digest})
        self._added, self._head = [], None


@contextmanager
def auditing(connection: Connection) -> Generator[Trail]:
    """A trail that is written when the block ends without an exception."""
    trail = Trail(connection)
    yield trail
    trail.write()


@functools.cache
def user() -> str:
    """Whose process this is, as the system names it; a number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):  # by version of Python and system
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


class Audit:
    """The audit of one state.

    Args:
        database: the state's; it exists.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, records: Iterable[tuple[AuditKind, JsonObject]]) -> None:
        """Adds records in a transaction of their own; needs no lock of the state.

        Raises:
            StateError: the state can't be written.
        """
        with self._database.write() as connection, auditing(connection) as trail:
            for kind, facts in records:
                trail.add(kind, **facts)

    def records(self) -> list[AuditRecord]:
        """Every record, in order."""
        with self._database.read() as connection:
            return list(_records(connection))

    def verify(self, known: Head | None = None) -> Verification:
        """Checks every record, and that the state is what they tell.

        Args:
            known: a head of before that was kept elsewhere.
        """
        with self._database.read() as connection:
            records = list(_records(connection))
            checked = verify(records, last=_head(connection), known=known)
            flaw = checked.flaw or flaw_of_state(connection, [each.to_json() for each in records])
        return Verification(records=checked.records, head=checked.head, flaw=flaw)


def _head(connection: Connection) -> Head:
    """The recorded end of the chain; its number is -1 where somebody removed it, or made it no number."""
    number, digest = connection.execute(_HEAD).one_or_none() or (-1, "")
    sound = isinstance(number, int) and 0 <= number < _MOST_RECORDS
    return Head(number if sound else -1, digest)


def _records(connection: Connection) -> Iterator[AuditRecord]:
    for number, body, digest in connection.execute(_RECORDS.order_by(schema.audit.c.number)):
        yield AuditRecord(number, body, digest)
