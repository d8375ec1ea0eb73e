"""What runs did, and what names stood for before: the part of the state that only grows."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from crucible_tools.errors import RunNotFound
from crucible_tools.model.json import JsonObject
from crucible_tools.model.near import near
from crucible_tools.store import schema
from crucible_tools.store.audit import Audit
from crucible_tools.store.connected import Connected
from crucible_tools.store.lock import is_held
from crucible_tools.store.records import StoredOperation, StoredRun, StoredVersion, ToolVersion, decode_version
from crucible_tools.store.runs import read_report

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ROW: Final = tuple(column.name for column in schema.tools.columns if column.name != "name")

_NEWEST_RUN_FIRST: Final = (schema.runs.c.sequence.desc(), schema.runs.c.started_at.desc(), schema.runs.c.id.desc())

_OPERATIONS: Final = (
    select(schema.operations, schema.runs.c.kind.label("run_kind"))
    .join_from(schema.operations, schema.runs)
    .order_by(*_NEWEST_RUN_FIRST, schema.operations.c.number.desc())
)
"""Every operation, the newest first."""


class Journal(Connected):
    """What was recorded about runs. Reading a state that does not exist yet finds nothing.

    Args:
        place: where the state is.
    """

    def exists(self) -> bool:
        """Whether anything was ever recorded here."""
        return self._database.exists()

    @property
    def audit(self) -> Audit:
        """What has to be accounted for; only of a state that exists."""
        return Audit(self._database)

    def last_run(self) -> StoredRun | None:
        """The newest run, ended or not."""
        if not self.exists():
            return None
        return next(iter(self.runs(1)), None)

    def runs(self, limit: int | None = None) -> list[StoredRun]:
        """The newest runs of every kind, the newest first, ended or not.

        Args:
            limit: how many at most; all when None.
        """
        if not self.exists():
            return []
        with self._database.read() as connection:
            rows = connection.execute(select(schema.runs).order_by(*_NEWEST_RUN_FIRST).limit(limit)).all()
        return [self._run(row) for row in rows]

    def find_run(self, run_id: str) -> StoredRun | None:
        """The run of this id."""
        if not self.exists():
            return None
        with self._database.read() as connection:
            row = connection.execute(select(schema.runs).where(schema.runs.c.id == run_id)).one_or_none()
        return None if row is None else self._run(row)

    def run_ids(self) -> list[str]:
        """The id of every run, the newest first."""
        if not self.exists():
            return []
        with self._database.read() as connection:
            return list(connection.scalars(select(schema.runs.c.id).order_by(*_NEWEST_RUN_FIRST)))

    def count_runs(self) -> dict[tuple[str, str], int]:
        """How many runs there are of each kind and status; those that died are still `running` until the next run."""
        if not self.exists():
            return {}
        columns = (schema.runs.c.kind, schema.runs.c.status)
        with self._database.read() as connection:
            found = connection.execute(select(*columns, func.count()).group_by(*columns))
            return {(kind, status): count for kind, status, count in found}

    def migrations(self) -> list[tuple[str, int]]:
        """The id of every migration that has ended, and how many tools it could not migrate, the newest first."""
        if not self.exists():
            return []
        runs, failures = schema.runs, schema.failures
        failed = select(func.count()).where(failures.c.run_id == runs.c.id).scalar_subquery()
        ended = select(runs.c.id, failed).where(runs.c.kind == "migrate", runs.c.status != "running")
        with self._database.read() as connection:
            return [(run_id, count) for run_id, count in connection.execute(ended.order_by(*_NEWEST_RUN_FIRST))]

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many operations and how many failures each run has; runs without any are left out."""
        if not self.exists():
            return {}
        found: dict[str, list[int]] = {}
        with self._database.read() as connection:
            for at, table in enumerate((schema.operations, schema.failures)):
                counted = select(table.c.run_id, func.count()).group_by(table.c.run_id)
                for run_id, count in connection.execute(counted):
                    found.setdefault(run_id, [0, 0])[at] = count
        return {run_id: (operations, failures) for run_id, (operations, failures) in found.items()}

    def report(self, run_id: str) -> JsonObject | None:
        """The whole report of a run; None where none was kept, as by a run that is still going on.

        Raises:
            StateDamaged: it is not what was recorded.
        """
        if not self.exists():
            return None
        reports = schema.run_reports.c
        with self._database.read() as connection:
            found = connection.scalar(select(reports.report).where(reports.run_id == run_id))
            return None if found is None else read_report(found)

    def history(self, name: str) -> list[StoredVersion]:
        """Every version of a tool, the newest first; none of a name that was never migrated."""
        if not self.exists():
            return []
        versions, tools = schema.tool_versions, schema.tools
        with self._database.read() as connection:
            rows = connection.execute(
                select(versions, tools.c.active)
                .join_from(versions, tools, tools.c.version_id == versions.c.id, isouter=True)
                .where(versions.c.tool == name)
                .order_by(versions.c.id.desc())
            ).mappings()
            return [
                StoredVersion(
                    version_id=row["id"],
                    version=decode_version(dict(row)),
                    run_id=row["run_id"],
                    current=row["active"] is not None,
                    active=bool(row["active"]),
                )
                for row in rows
            ]

    def changes(self, name: str | None = None, run_id: str | None = None) -> list[StoredOperation]:
        """What runs changed, the newest first.

        Args:
            name: only changes of this tool.
            run_id: only those of this run and of the runs after it.
        """
        if not self.exists():
            return []
        query = _OPERATIONS if name is None else _OPERATIONS.where(schema.operations.c.tool == name)
        if run_id is not None:
            begin = select(schema.runs.c.sequence).where(schema.runs.c.id == run_id).scalar_subquery()
            query = query.where(schema.runs.c.sequence >= begin)
        with self._database.read() as connection:
            return [
                StoredOperation(
                    run_id=row["run_id"],
                    run_kind=row["run_kind"],
                    number=row["number"],
                    at=row["at"],
                    kind=row["kind"],
                    tool=row["tool"],
                    before=_row(row["before"]),
                    after=_row(row["after"]),
                )
                for row in connection.execute(query).mappings()
            ]

    def rows(self) -> dict[str, JsonObject]:
        """The row of each name, as operations record it."""
        if not self.exists():
            return {}
        with self._database.read() as connection:
            return _rows(connection)

    def tools_at(self, time: datetime) -> dict[str, JsonObject]:
        """What each name stood for at a time: rows of `tools` by name, without the names that were not known then.

        Args:
            time: timezone-aware.
        """
        if not self.exists():
            return {}
        with self._database.read() as connection:  # both questions see the same moment
            rows: dict[str, JsonObject | None] = {**_rows(connection)}
            for done in connection.execute(_OPERATIONS).mappings():
                if done["at"] <= time:
                    break
                rows[done["tool"]] = _row(done["before"])
        return {name: row for name, row in rows.items() if row is not None}

    def rows_after(self, run_id: str) -> dict[str, JsonObject]:
        """What each name stood for when a run had ended: rows of `tools` by name, without names not known then.

        Raises:
            RunNotFound: there is no such run.
        """
        columns = schema.runs.c
        if not self.exists():
            raise RunNotFound(run_id)
        with self._database.read() as connection:
            sequence = connection.scalar(select(columns.sequence).where(columns.id == run_id))
            if sequence is None:
                ids = list(connection.scalars(select(columns.id)))
                raise RunNotFound(run_id, near=near(run_id, ids))
            rows: dict[str, JsonObject | None] = {**_rows(connection)}
            for done in connection.execute(_OPERATIONS.where(columns.sequence > sequence)).mappings():
                rows[done["tool"]] = _row(done["before"])
        return {name: row for name, row in rows.items() if row is not None}

    def version(self, version_id: int) -> ToolVersion | None:
        """A recorded version of a tool."""
        if not self.exists():
            return None
        versions = schema.tool_versions
        with self._database.read() as connection:
            row = connection.execute(select(versions).where(versions.c.id == version_id)).mappings().one_or_none()
            return None if row is None else decode_version(dict(row))

    def operations(self, run_id: str) -> list[JsonObject]:
        """What a run changed, in order."""
        return self._of_run(schema.operations, run_id)

    def failures(self, run_id: str) -> list[JsonObject]:
        """Tools that a run could not migrate."""
        return self._of_run(schema.failures, run_id)

    def skipped_files(self, run_id: str) -> list[JsonObject]:
        """Files that a run found and that define no tool."""
        return self._of_run(schema.skipped_files, run_id)

    def versions(self, name: str) -> int:
        """How many versions of a tool were ever recorded."""
        if not self.exists():
            return 0
        with self._database.read() as connection:
            return (
                connection.scalar(
                    select(func.count()).select_from(schema.tool_versions).where(schema.tool_versions.c.tool == name)
                )
                or 0
            )

    def last_migration(self) -> datetime | None:
        """When a tool was migrated last."""
        if not self.exists():
            return None
        with self._database.read() as connection:
            return connection.scalar(select(func.max(schema.tool_versions.c.migrated_at)))

    def _of_run(self, table: Any, run_id: str) -> list[JsonObject]:
        if not self.exists():
            return []
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(table.c.run_id == run_id).order_by(table.c.number))
            return [dict(row) for row in rows.mappings()]

    def _run(self, row: Any) -> StoredRun:
        return StoredRun(
            id=row.id,
            kind=row.kind,
            started_at=row.started_at,
            ended_at=row.ended_at,
            # No lock, no run: it died before it could say so, and the next run will mark it.
            status=row.status if row.status != "running" or is_held(self.place) else "interrupted",
            config=row.config,
            report=row.report,
        )


def _rows(connection: "Connection") -> dict[str, JsonObject]:
    found = connection.execute(select(schema.tools)).mappings()
    return {row["name"]: {column: row[column] for column in _ROW} for row in found}


def _row(recorded: Any) -> JsonObject | None:
    """A row of `tools` as an operation recorded it, with the columns that came later.

    Raises:
        ValueError: it is none.
    """
    if recorded is None:
        return None
    try:
        row: JsonObject = {column: recorded.get(column) for column in _ROW}
    except AttributeError:
        raise ValueError(f"an operation recorded {recorded!r} as a row") from None
    if not isinstance(row["version_id"], int) or not isinstance(row["active"], bool):
        raise ValueError(f"an operation recorded {recorded!r} as a row")
    return row
