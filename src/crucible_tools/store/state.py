"""The state as the rest of the package uses it: read it at any time, change it as a run."""

import contextlib
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import func, select

from crucible_tools.model.json import JsonObject
from crucible_tools.store import schema
from crucible_tools.store.database import Database
from crucible_tools.store.lock import held, is_held
from crucible_tools.store.place import Place, resolve
from crucible_tools.store.records import StoredRun, StoredTool, checked_blob, content_hash, decode_tool
from crucible_tools.store.runs import RunRecorder

_TOOLS: Final = select(schema.tool_versions, schema.tools.c.active, schema.tools.c.inactive_reason).join_from(
    schema.tools, schema.tool_versions
)


class State:
    """One state. Reading a state that does not exist yet finds nothing and creates nothing.

    Its methods are synchronous and take well under a millisecond a tool: call them on the event loop.

    Args:
        place: the folder or URL, or a resolved place.
    """

    def __init__(self, place: Path | str | Place) -> None:
        self.place = place if isinstance(place, Place) else resolve(place)
        self._database = Database(self.place)

    def __enter__(self) -> Self:
        """The state itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        self._database.close()

    def exists(self) -> bool:
        """Whether anything was ever recorded here."""
        return self._database.exists()

    @contextlib.contextmanager
    def run(self, run_id: str, config: JsonObject) -> Generator[RunRecorder]:
        """Change the state as a run, alone: its lock is held inside. Does not wait for another run.

        Args:
            run_id: the run's id.
            config: what the run was told, for its record.

        Raises:
            StateLocked: another run is changing the state.
            StateNotWritable: the folder can't be made or written.
            StateDamaged, StateTooNew: the database can't be used.
        """
        try:
            self.place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self.place.not_usable(error) from error
        with held(self.place, run_id):
            self._database.create_if_missing()
            recorder = RunRecorder(self._database, run_id)
            recorder.start(config)
            yield recorder

    def tools(self) -> list[StoredTool]:
        """Every tool, inactive ones too, by name."""
        if not self.exists():
            return []
        with self._database.read() as connection:
            rows = connection.execute(_TOOLS.order_by(schema.tools.c.name)).mappings().all()
            return [decode_tool(_plain(row)) for row in rows]

    def tool(self, name: str) -> StoredTool | None:
        """The tool of this name, inactive or not."""
        if not self.exists():
            return None
        with self._database.read() as connection:
            row = connection.execute(_TOOLS.where(schema.tools.c.name == name)).mappings().one_or_none()
            return None if row is None else decode_tool(_plain(row))

    def names(self) -> list[str]:
        """Every tool's name, sorted."""
        if not self.exists():
            return []
        with self._database.read() as connection:
            return list(connection.scalars(select(schema.tools.c.name).order_by(schema.tools.c.name)))

    def count_tools(self) -> tuple[int, int]:
        """How many tools are active, and how many there are."""
        if not self.exists():
            return 0, 0
        count = select(func.count()).select_from(schema.tools)
        with self._database.read() as connection:
            active = connection.scalar(count.where(schema.tools.c.active)) or 0
            return active, connection.scalar(count) or 0

    def blob(self, digest: str) -> bytes:
        """The bytes of a recorded source.

        Raises:
            StateDamaged: they are missing, or are not the bytes that were recorded.
        """
        with self._database.read() as connection:
            content = connection.scalar(select(schema.blobs.c.content).where(schema.blobs.c.hash == digest))
        return checked_blob(self.place, digest, content)

    def last_run(self) -> StoredRun | None:
        """The newest run, ended or not."""
        if not self.exists():
            return None
        columns = schema.runs.c
        with self._database.read() as connection:
            row = connection.execute(
                select(schema.runs).order_by(columns.started_at.desc(), columns.id.desc()).limit(1)
            ).one_or_none()
        if row is None:
            return None
        return StoredRun(
            id=row.id,
            started_at=row.started_at,
            ended_at=row.ended_at,
            # No lock, no run: it died before it could say so, and the next run will mark it.
            status=row.status if row.status != "running" or is_held(self.place) else "interrupted",
            config=row.config,
            report=row.report,
        )

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

    def schema_version(self) -> int | None:
        """The version of the schema; None where there is no state."""
        return self._database.schema_version() if self.exists() else None

    def problems(self) -> list[str]:
        """What an integrity check of the whole database finds, every recorded source included."""
        if not self.exists():
            return []
        found = self._database.problems()
        with self._database.read() as connection:
            for digest, content in connection.execute(select(schema.blobs)):
                if content_hash(content) != digest:
                    found.append(f"the source {digest} is not what was recorded")
        return found

    def _of_run(self, table: Any, run_id: str) -> list[JsonObject]:
        if not self.exists():
            return []
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(table.c.run_id == run_id).order_by(table.c.number))
            return [dict(row) for row in rows.mappings()]


def _plain(row: Any) -> dict[str, Any]:
    return dict(row)
