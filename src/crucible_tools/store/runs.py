"""The record of one run: its operations as they happen, and what it has to say at the end."""

import contextlib
import json
import zlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import bindparam, func, insert, select, update

from crucible_tools import __version__
from crucible_tools.errors import StateLocked
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import JsonObject
from crucible_tools.store import schema
from crucible_tools.store.audit import auditing
from crucible_tools.store.database import Database
from crucible_tools.store.readings import KeptReading, keep
from crucible_tools.store.transaction import Batch, Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATUS: Final = select(schema.runs.c.status).where(schema.runs.c.id == bindparam("run"))

_MOST_RUNS: Final = 2**62
"""What no state ever counts to; SQLite's numbers end at twice as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRecord:
    """A tool that the run could not migrate."""

    tool: str
    error_type: str
    message: str
    at: datetime
    context: JsonObject = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRecord:
    """A file that defines no tool."""

    directory: str
    path: str
    kind: str
    reasons: tuple[str, ...] = ()


class RunRecorder:
    """Writes what one run does. Whoever has one holds the state's lock.

    Args:
        database: the state's database.
        run_id: the run.
    """

    def __init__(self, database: Database, run_id: str) -> None:
        self._database = database
        self._operations = 0
        self.run_id = run_id

    def start(self, config: JsonObject, kind: str) -> None:
        """Record that the run began; runs that never ended are marked, since their lock is gone."""
        now = datetime.now(UTC)
        with self._database.write() as connection:
            connection.execute(
                update(schema.runs).where(schema.runs.c.status == "running").values(status="interrupted", ended_at=now)
            )
            newest: object = connection.scalar(select(func.max(schema.runs.c.sequence))) or 0
            if not isinstance(newest, int) or not 0 <= newest < _MOST_RUNS:
                raise self._database.damaged(f"its runs are numbered up to {newest!r:.40}")
            connection.execute(
                insert(schema.runs),
                {
                    "id": self.run_id,
                    "kind": kind,
                    "sequence": newest + 1,
                    "started_at": now,
                    "status": "running",
                    "package_version": __version__,
                    "config": config,
                },
            )
            with auditing(connection) as trail:
                trail.add(AuditKind.RUN_STARTED, run=self.run_id, run_kind=kind, config=config)

    @contextlib.contextmanager
    def transaction(self) -> Generator[Transaction]:
        """One operation: what is done inside and its record are committed together, or nothing is."""
        with self._writing() as connection:
            transaction = Transaction(connection, self.run_id, self._operations + 1)
            yield transaction
            transaction.audit()
        self._operations += 1

    @contextlib.contextmanager
    def together(self) -> Generator[Batch]:
        """Many operations, each with its own record: all of them are committed together, or none is."""
        with self._writing() as connection:
            batch = Batch(connection, self.run_id, self._operations + 1)
            yield batch
            batch.audit()
        self._operations = batch.next_number - 1

    @contextlib.contextmanager
    def _writing(self) -> Generator["Connection"]:
        """A transaction of this run, while it is the one that may change the state.

        Raises:
            StateLocked: another run has begun: a server gives the lock away when the holder's session is lost.
        """
        with self._database.write() as connection:
            if self._database.is_on_server and connection.scalar(_STATUS, {"run": self.run_id}) != "running":
                raise StateLocked(
                    f"the run {self.run_id} has lost the state's lock, and another one has begun",
                    hint="the connection to the server broke; what was recorded before that is kept: run it again",
                )
            yield connection

    def keep_readings(self, basis: str, readings: Iterable[KeptReading], gone: Iterable[str]) -> None:
        """Keep what reading files came to, in one transaction of its own: see `readings.keep`."""
        with self._database.write() as connection:
            keep(connection, basis, readings, gone)

    def finish(
        self,
        status: str,
        report: JsonObject,
        failures: Sequence[FailureRecord] = (),
        skipped: Sequence[SkippedRecord] = (),
        full_report: JsonObject | None = None,
    ) -> None:
        """Record how the run ended, in one transaction.

        Args:
            status: completed, failed or interrupted.
            report: what is looked at often.
            failures: the tools that it could not migrate.
            skipped: the files that define no tool.
            full_report: all that there is to report, for `State.report`.
        """
        with self._database.write() as connection:
            if failures:
                connection.execute(
                    insert(schema.failures),
                    [
                        {
                            "run_id": self.run_id,
                            "number": number,
                            "at": failure.at,
                            "tool": failure.tool,
                            "error_type": failure.error_type,
                            "message": failure.message,
                            "context": failure.context,
                        }
                        for number, failure in enumerate(failures, 1)
                    ],
                )
            if skipped:
                connection.execute(
                    insert(schema.skipped_files),
                    [
                        {
                            "run_id": self.run_id,
                            "number": number,
                            "directory": file.directory,
                            "path": file.path,
                            "kind": file.kind,
                            "reasons": list(file.reasons),
                        }
                        for number, file in enumerate(skipped, 1)
                    ],
                )
            if full_report is not None:
                connection.execute(
                    insert(schema.run_reports), {"run_id": self.run_id, "report": _compressed(full_report)}
                )
            connection.execute(
                update(schema.runs)
                .where(schema.runs.c.id == self.run_id)
                .values(status=status, ended_at=datetime.now(UTC), report=report)
            )
            with auditing(connection) as trail:
                trail.add(AuditKind.RUN_ENDED, run=self.run_id, status=status, failures=len(failures))


def _compressed(report: JsonObject) -> bytes:
    text = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
    # A folder's name need not be text: Python has halves of surrogate pairs there, whose escapes JSON has, too.
    return zlib.compress(text.encode(errors="backslashreplace"))


def read_report(compressed: bytes) -> JsonObject:
    """A whole report, as it was recorded.

    Raises:
        ValueError: it is not what was recorded.
    """
    try:
        report: object = json.loads(zlib.decompress(compressed))
    except (zlib.error, TypeError) as error:
        raise ValueError(f"a report can't be read: {error}") from error
    if not isinstance(report, dict):
        raise ValueError("a report is no object")
    return cast("JsonObject", report)
