"""The state as the rest of the package uses it: read it at any time, change it as a run."""

import contextlib
import json
from collections.abc import Generator, Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Text, cast, false, func, or_, select

from crucible_tools.model.json import JsonObject
from crucible_tools.store import schema
from crucible_tools.store.hook_records import StoredHook
from crucible_tools.store.hooks import all_hooks, present_hooks
from crucible_tools.store.journal import Journal
from crucible_tools.store.lock import held
from crucible_tools.store.readings import KeptReading, kept_readings
from crucible_tools.store.records import (
    StoredSource,
    StoredTool,
    ToolVersion,
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


_AT_ONCE: Final = 500
"""Names in one question: databases bound how many values a statement has."""


class ChangeNumber(NamedTuple):
    """Another one whenever something was committed that changes tools, or a run has ended.

    Args:
        operations: how many there are; no operation is ever removed.
        ended_runs: how many runs have ended.
    """

    operations: int
    ended_runs: int


class State(Journal):
    """One state. Reading a state that does not exist yet finds nothing and creates nothing.

    Its methods are synchronous and take well under a millisecond a tool: call them on the event loop.

    Args:
        place: the folder or URL, or a resolved place.
    """

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
        with held(self.place, run_id):
            self._database.create_if_missing()
            recorder = RunRecorder(self._database, run_id)
            recorder.start(config, kind)
            yield recorder

    def tools(self, names: Sequence[str] | None = None) -> list[StoredTool]:
        """Every tool, inactive ones too, by name.

        Args:
            names: only these; all when None.
        """
        if not self.exists():
            return []
        query = _TOOLS.order_by(schema.tools.c.name)
        with self._database.read() as connection:
            if names is None:
                return [decode_tool(dict(row)) for row in connection.execute(query).mappings()]
            parts = (sorted(names)[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))
            return [
                decode_tool(dict(row))
                for part in parts
                for row in connection.execute(query.where(schema.tools.c.name.in_(part))).mappings()
            ]

    def tool(self, name: str) -> StoredTool | None:
        """The tool of this name, inactive or not."""
        if not self.exists():
            return None
        with self._database.read() as connection:
            row = connection.execute(_TOOLS.where(schema.tools.c.name == name)).mappings().one_or_none()
            return None if row is None else decode_tool(dict(row))

    def present(self) -> dict[str, int]:
        """The version that each active tool stands for, by name."""
        if not self.exists():
            return {}
        columns = schema.tools.c
        query = select(columns.name, columns.version_id).where(columns.active).order_by(columns.name)
        with self._database.read() as connection:
            return {row.name: row.version_id for row in connection.execute(query)}

    def change_number(self) -> ChangeNumber:
        """What tells whether the tools are still those that were read: cheap enough to be asked several times a second.

        It changes with what any program commits, not only this one.
        """
        if not self.exists():
            return ChangeNumber(0, 0)
        operations = select(func.count()).select_from(schema.operations)
        ended = select(func.count()).select_from(schema.runs).where(schema.runs.c.ended_at.is_not(None))
        with self._database.read() as connection:
            return ChangeNumber(connection.scalar(operations) or 0, connection.scalar(ended) or 0)

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

    def count_of_engine(self, versions: JsonObject) -> int:
        """How many active tools are known to work with an engine of these versions."""
        if not self.exists():
            return 0
        tools, of_version = schema.tools, schema.tool_versions
        known = func.coalesce(cast(tools.c.validated_engine, Text), cast(of_version.c.engine, Text))
        counts = (
            select(known, func.count())
            .join_from(tools, of_version, of_version.c.id == tools.c.version_id)
            .where(tools.c.active)
            .group_by(known)
        )
        with self._database.read() as connection:
            return sum(count for engine, count in connection.execute(counts) if json.loads(engine) == versions)

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

    def names_in_files_of(self, versions: Iterable[ToolVersion]) -> set[str]:
        """The tools that the sources of these versions may show: all that ever had a version of one of their texts, or
        of one of their files, since a file's other tools have no version of each of its texts."""
        columns = schema.tool_versions.c
        files = [
            or_(
                (columns.directory == version.directory) & (columns.path == version.path),
                columns.original_hash.in_((version.original_hash, version.migrated_hash)),
                columns.migrated_hash.in_((version.original_hash, version.migrated_hash)),
            )
            for version in versions
        ]
        with self._database.read() as connection:
            return set(connection.scalars(select(columns.tool).where(or_(false(), *files)).distinct()))

    def hooks(self) -> list[StoredHook]:
        """The hooks of each file that has some now, by file.

        Raises:
            StateDamaged: a record can't be read.
        """
        if not self.exists():
            return []
        with self._database.read() as connection:
            return present_hooks(connection)

    def hook_history(self) -> list[StoredHook]:
        """Everything that became of hooks, the oldest first. Raises as `hooks` does."""
        if not self.exists():
            return []
        with self._database.read() as connection:
            return all_hooks(connection)

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
