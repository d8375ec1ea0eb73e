"""What the state hands out: rows as typed values."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from crucible_tools.errors import StateDamaged, ToolInactive
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import MigratedTool, Repair, ToolDefinition
from crucible_tools.store.place import RESTORE, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolVersion:
    """One version of a tool, to be recorded or as recorded.

    Args:
        tool: the tool's name.
        script_id: the id of the migrated script.
        migrated_at: when.
        original_hash: SHA-256 of the file's bytes as found.
        migrated_hash: SHA-256 of the text that the engine loads.
        directory: the migration directory, as `Place.portable` writes it.
        path: the file, relative to it, with slashes.
        definition: what callers see.
        policy: what the tool runs under.
        engine: versions of what compiled it (`rune`, `guest`).
        repairs: the repairs between original and migrated text.
        code_hash: digest of the original without comments and blank space; None for what schema 1 recorded.
        resolved_hash: digest of definition, policy and engine; likewise.
    """

    tool: str
    script_id: str
    migrated_at: datetime
    original_hash: str
    migrated_hash: str
    directory: str
    path: str
    definition: ToolDefinition
    policy: Policy
    engine: JsonObject
    repairs: tuple[Repair, ...] = ()
    code_hash: str | None = None
    resolved_hash: str | None = None

    @property
    def file(self) -> str:
        """The file's whole path, as `Place.portable` writes it: what a name stays with."""
        return f"{self.directory}/{self.path}" if self.directory != "." else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTool:
    """What a name stands for at present.

    Args:
        version_id: the id of the version.
        version: what was migrated.
        active: whether it can be called.
        inactive_reason: why not, as words that go behind "it".
        adopted_hash: SHA-256 of a file that was accepted as it is, without migrating it.
        validated_engine: versions of the engine that it was found to work with, if not those that migrated it.
    """

    version_id: int
    version: ToolVersion
    active: bool
    inactive_reason: str | None = None
    adopted_hash: str | None = None
    validated_engine: JsonObject | None = None

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.version.tool

    @property
    def engine(self) -> JsonObject:
        """Versions of the newest engine that it is known to work with."""
        return self.validated_engine or self.version.engine

    def check_active(self) -> None:
        """Refuse a tool that can't be called.

        Raises:
            ToolInactive: it vanished or was rolled back.
        """
        if not self.active:
            raise ToolInactive(
                f"the tool {self.name!r} is inactive: it {self.inactive_reason or 'was rolled back'}",
                hint=f"it was migrated from {self.version.file}; migrate that file again to have it back",
            )

    def to_migrated(self) -> MigratedTool:
        """The public view."""
        version = self.version
        return MigratedTool(
            original_name=version.tool,
            migrated_script_id=version.script_id,
            definition=version.definition,
            migrated_at=version.migrated_at,
            active=self.active,
            metadata={
                "migration_version": self.version_id,
                "migration_directory": version.directory,
                "original_file_path": version.path,
                "rune_version": version.engine.get("rune"),
                "engine": version.engine,
                "security_level": version.policy.level.value,
                "source_sha256": version.original_hash,
                "migrated_sha256": version.migrated_hash,
                "repairs": [repair.to_json() for repair in version.repairs],
                "inactive_reason": self.inactive_reason,
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One run; `report` is the exported MigrationReport, None while it runs; `kind` is what it was for."""

    id: str
    kind: str = "migrate"
    started_at: datetime
    ended_at: datetime | None
    status: str
    config: JsonObject
    report: JsonObject | None


@dataclass(frozen=True, slots=True)
class StoredSource:
    """The recorded source of an active tool.

    Args:
        name: the tool's name.
        version_id: the id of its version.
        problem: why it can't be loaded; None when its bytes are those that were recorded.
    """

    name: str
    version_id: int
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """One version out of a tool's history.

    Args:
        version_id: its id.
        version: what was migrated.
        run_id: the run that recorded it.
        current: whether the name stands for it now.
        active: whether it can be called now.
    """

    version_id: int
    version: ToolVersion
    run_id: str
    current: bool
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOperation:
    """One operation of a run; `before` and `after` are rows of `tools`, None where the name was not known."""

    run_id: str
    run_kind: str
    number: int
    at: datetime
    kind: str
    tool: str
    before: JsonObject | None
    after: JsonObject | None


_TEXTS: Final = ("tool", "script_id", "original_hash", "migrated_hash", "directory", "path")


def decode_version(row: Mapping[str, Any]) -> ToolVersion:
    """A row of `tool_versions`.

    Raises:
        StateDamaged: the row does not hold what was written.
    """
    try:
        if wrong := [name for name in _TEXTS if not isinstance(row[name], str)]:
            raise TypeError(f"{wrong[0]} is no text")
        engine: object = row["engine"]
        if not isinstance(engine, dict):
            raise TypeError("engine is no object")
        return ToolVersion(
            tool=row["tool"],
            script_id=row["script_id"],
            migrated_at=row["migrated_at"],
            original_hash=row["original_hash"],
            migrated_hash=row["migrated_hash"],
            directory=row["directory"],
            path=row["path"],
            definition=ToolDefinition.from_json(row["definition"]),
            policy=_policy(json.dumps(row["policy"], sort_keys=True)),
            engine=cast("JsonObject", engine),
            repairs=tuple(Repair.from_json(repair) for repair in row["repairs"]),
            code_hash=row["code_hash"],
            resolved_hash=row["resolved_hash"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StateDamaged(
            f"the state is damaged: the record of tool {row['tool']!r} can't be read: {error!r}",
            hint=RESTORE,
        ) from error


@functools.lru_cache(maxsize=64)
def _policy(text: str) -> Policy:
    """The policy of this JSON: thousands of tools have the same few."""
    return Policy.from_json(json.loads(text))


def decode_tool(row: Mapping[str, Any]) -> StoredTool:
    """A row of `tools` joined to its version.

    Raises:
        StateDamaged: the row does not hold what was written.
    """
    validated: object = row["validated_engine"]
    if not isinstance(validated, dict | None):
        raise StateDamaged(
            f"the state is damaged: what is recorded of the validation of tool {row['tool']!r} is no object",
            hint=RESTORE,
        )
    return StoredTool(
        version_id=row["id"],
        version=decode_version(row),
        active=bool(row["active"]),
        inactive_reason=row["inactive_reason"],
        adopted_hash=row["adopted_hash"],
        validated_engine=cast("JsonObject | None", validated),
    )


def content_hash(content: bytes) -> str:
    """The name of a source: SHA-256 of its bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def checked_blob(place: Place, digest: str, content: bytes | None) -> bytes:
    """The content of a blob, if it is what its hash says.

    Raises:
        StateDamaged: it is missing or not what was recorded.
    """
    problem = source_problem(digest, content)
    if problem is not None or content is None:
        raise place.damaged(problem or "a source is missing")
    return content


def checked_text(place: Place, digest: str, content: bytes | None) -> str:
    """The text of a migrated source.

    Raises:
        StateDamaged: it is missing, not what was recorded, or no text.
    """
    try:
        return checked_blob(place, digest, content).decode()
    except UnicodeDecodeError as error:
        raise place.damaged(f"the source {digest[:12]} is no text") from error


def source_problem(digest: str, content: object) -> str | None:
    """Why these are not the bytes that were recorded; None when they are."""
    if content is None:
        return f"the source {digest[:12]} is missing"
    matches = isinstance(content, bytes) and content_hash(content) == digest  # by hand any type can be put there
    return None if matches else f"the source {digest[:12]} is not what was recorded"
