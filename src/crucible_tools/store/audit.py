"""The audit in the state: records are added, never changed, each with a digest of all before it (`model.audit`)."""

from __future__ import annotations

import functools
import getpass
import json
import logging
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from crucible_tools.errors import StateDamaged
from crucible_tools.model.audit import AuditRecord, Flaw, Head, Verification, body_of, link, verify
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.store import schema
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


def policy_digest(policy: JsonObject) -> str:
    """SHA-256 of a policy's JSON, however a database has written it."""
    return sha256(json.dumps(policy, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


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
            flaw = checked.flaw or _flaw_of_state(connection, [each.to_json() for each in records])
        return Verification(records=checked.records, head=checked.head, flaw=flaw)


def _head(connection: Connection) -> Head:
    """The recorded end of the chain; its number is -1 where somebody removed it, or made it no number."""
    number, digest = connection.execute(_HEAD).one_or_none() or (-1, "")
    sound = isinstance(number, int) and 0 <= number < _MOST_RECORDS
    return Head(number if sound else -1, digest)


def _records(connection: Connection) -> Iterator[AuditRecord]:
    for number, body, digest in connection.execute(_RECORDS.order_by(schema.audit.c.number)):
        yield AuditRecord(number, body, digest)


def _flaw_of_state(connection: Connection, records: list[JsonObject]) -> Flaw | None:
    """What of the state is not what the records tell; it was changed past this package."""
    told = _Told()
    for record in records:
        try:
            told.take(record)
        except (LookupError, TypeError, ValueError, AttributeError):
            number = int(str(record["number"]))
            return Flaw(number=number, what="changed", message=f"record {number:,} does not tell what its kind tells")
    for message in (*_runs(connection, told), *_versions(connection, told), *_tools(connection, told)):
        return Flaw(number=len(records), what="state", message=message)
    return None


class _Told:
    """What the records tell of the state."""

    def __init__(self) -> None:
        self.runs_before = 0
        self.versions_before = 0
        self.runs: set[str] = set()
        self.versions: dict[int, tuple[int, tuple[Any, ...], Any]] = {}
        """By id: the record's number, what it is a version of, and the digest of its policy."""
        self.tools: dict[str, tuple[Any, Any] | None] = {}
        """By name: the version and whether it is active; None for one that was forgotten."""

    def take(self, record: Any) -> None:
        """Takes up one more record.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it is not what its kind has.
        """
        match record.get("kind"):
            case AuditKind.AUDIT_BEGAN:
                self.runs_before, self.versions_before = int(record["runs"]), int(record["versions"])
            case AuditKind.RUN_STARTED:
                self.runs.add(record["run"])
            case AuditKind.TOOL_REGISTERED:
                of = record["tool"], record["original"], record["migrated"]
                self.versions[record["version"]] = record["number"], of, record["policy"]
            case AuditKind.TOOL_CHANGED:
                after = record["after"]
                self.tools[str(record["tool"])] = (after["version_id"], after["active"]) if after is not None else None
            case _:
                pass


def _runs(connection: Connection, told: _Told) -> Iterator[str]:
    runs = schema.runs.c
    for run_id in connection.scalars(select(runs.id).where(runs.sequence > told.runs_before).order_by(runs.sequence)):
        if run_id not in told.runs:
            yield f"the state has a run {run_id} that no record tells of"


def _versions(connection: Connection, told: _Told) -> Iterator[str]:
    versions = schema.tool_versions.c
    columns = (versions.id, versions.tool, versions.original_hash, versions.migrated_hash, versions.policy)
    for key, tool, original, migrated, policy in connection.execute(
        select(*columns).where(versions.id > told.versions_before).order_by(versions.id)
    ):
        if key not in told.versions:
            yield f"the state has a version {key} of {tool} that no record tells of"
            continue
        number, of, digest = told.versions[key]
        if of != (tool, original, migrated):
            yield f"version {key} of {tool} has another source than record {number} tells"
        elif digest != policy_digest(policy):
            yield f"version {key} of {tool} has another policy than record {number} tells"


def _tools(connection: Connection, told: _Told) -> Iterator[str]:
    tools = schema.tools.c
    present = {
        name: (version_id, active)
        for name, version_id, active in connection.execute(select(tools.name, tools.version_id, tools.active))
    }
    for name in sorted(told.tools):
        if present.get(name) != told.tools[name]:
            yield f"the tool {name} is not what the records tell of it"
