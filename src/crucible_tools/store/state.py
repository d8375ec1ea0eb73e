"""The state as the rest of the package uses it: read it at any time, change it as a run."""

import contextlib
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy import func, select

from crucible_tools.model.json import JsonObject
from crucible_tools.store import schema
from crucible_tools.store.journal import Journal
from crucible_tools.store.lock import held
from crucible_tools.store.place import Place, resolve
from crucible_tools.store.readings import KeptReading, kept_readings
from crucible_tools.store.records import (
    StoredSource,
    StoredTool,
    checked_blob,
    checked_text,
    content_hash,
    decode_tool,
    source_problem,
)
from crucible_tools.store.runs import RunRecorder

_TOOLS: Final = select(
    schema.tool_versions,
    schema.tools.c.active,
    schema.tools.c.inactive_reason,
    schema.tools.c.adopted_hash,
    schema.tools.c.validated_engine,
).join_from(schema.tools, schema.tool_versions)


_SOURCES: Final = (
    select(schema.tools.c.name, schema.tool_versions.c.id, schema.tool_versions.c.migrated_hash, schema.blobs.c.content)
    .select_from(
        schema.tools.join(schema.tool_versions).outerjoin(
            schema.blobs, schema.blobs.c.hash == schema.tool_versions.c.migrated_hash
        )
    )
    .where(schema.tools.c.active)
    .order_by(schema.tools.c.name)
)


class State(Journal):
    """One state. Reading a state that does not exist yet finds nothing and creates nothing.

    Its methods are synchronous and take well under a millisecond a tool: call them on the event loop.

    Args:
        place: the folder or URL, or a resolved place.
    """

    def __init__(self, place: Path | str | Place) -> None:
        super().__init__(place if isinstance(place, Place) else resolve(place))

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

    @contextlib.contextmanager
    def run(self, run_id: str, config: JsonObject, kind: str = "migrate") -> Generator[RunRecorder]:
        """Change the state as a run, alone: its lock is held inside. Does not wait for another run.

        Args:
            run_id: the run's id.
            config: what the run was told, for its record.
            kind: what it is for: migrate, rollback, adopt and so on.

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
            recorder.start(config, kind)
            yield recorder

    def tools(self) -> list[StoredTool]:
        """Every tool, inactive ones too, by name."""
        if not self.exists():
            return []
        with self._database.read() as connection:
            rows = connection.execute(_TOOLS.order_by(schema.tools.c.name)).mappings()
            return [decode_tool(dict(row)) for row in rows]

    def tool(self, name: str) -> StoredTool | None:
        """The tool of this name, inactive or not."""
        if not self.exists():
            return None
        with self._database.read() as connection:
            row = connection.execute(_TOOLS.where(schema.tools.c.name == name)).mappings().one_or_none()
            return None if row is None else decode_tool(dict(row))

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

    def text(self, digest: str) -> str:
        """A recorded source as text.

        Raises:
            StateDamaged: it is missing, not what was recorded, or no text.
        """
        return checked_text(self.place, digest, self.blob(digest))

    def readings(self, basis: str) -> dict[str, KeptReading]:
        """What reading files on this basis came to, by file: their whole paths as versions record them."""
        if not self.exists():
            return {}
        with self._database.read() as connection:
            return kept_readings(connection, basis)

    def sources(self) -> list[StoredSource]:
        """The source of every active tool, by name, compared with its digest: some 20 µs a tool."""
        if not self.exists():
            return []
        with self._database.read() as connection:
            return [
                StoredSource(name, version_id, source_problem(digest, content))
                for name, version_id, digest, content in connection.execute(_SOURCES)
            ]

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
