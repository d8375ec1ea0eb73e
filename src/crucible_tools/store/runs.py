"""The record of one run: its operations as they happen, and what it has to say at the end."""

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, update

from crucible_tools import __version__
from crucible_tools.model.json import JsonObject
from crucible_tools.store import schema
from crucible_tools.store.database import Database
from crucible_tools.store.transaction import Transaction


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

    def start(self, config: JsonObject) -> None:
        """Record that the run began; runs that never ended are marked, since their lock is gone."""
        now = datetime.now(UTC)
        with self._database.write() as connection:
            connection.execute(
                update(schema.runs).where(schema.runs.c.status == "running").values(status="interrupted", ended_at=now)
            )
            connection.execute(
                insert(schema.runs),
                {
                    "id": self.run_id,
                    "started_at": now,
                    "status": "running",
                    "package_version": __version__,
                    "config": config,
                },
            )

    @contextlib.contextmanager
    def transaction(self) -> Generator[Transaction]:
        """One operation: what is done inside and its record are committed together, or nothing is."""
        with self._database.write() as connection:
            transaction = Transaction(connection, self.run_id, self._operations + 1)
            yield transaction
        self._operations += 1

    def finish(
        self,
        status: str,
        report: JsonObject,
        failures: Sequence[FailureRecord] = (),
        skipped: Sequence[SkippedRecord] = (),
    ) -> None:
        """Record how the run ended, in one transaction."""
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
            connection.execute(
                update(schema.runs)
                .where(schema.runs.c.id == self.run_id)
                .values(status=status, ended_at=datetime.now(UTC), report=report)
            )
