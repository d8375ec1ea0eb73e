"""What the state hands out: rows as typed values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

    @property
    def file(self) -> str:
        """The file's whole path, as `Place.portable` writes it: what a name stays with."""
        return f"{self.directory}/{self.path}" if self.directory != "." else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTool:
    """What a name stands for at present."""

    version_id: int
    version: ToolVersion
    active: bool
    inactive_reason: str | None = None

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.version.tool

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
    """One run; `report` is the exported MigrationReport, None while it runs."""

    id: str
    started_at: datetime
    ended_at: datetime | None
    status: str
    config: JsonObject
    report: JsonObject | None


def decode_tool(row: Mapping[str, Any]) -> StoredTool:
    """A row of `tools` joined to its version.

    Raises:
        StateDamaged: the row does not hold what was written.
    """
    try:
        version = ToolVersion(
            tool=row["tool"],
            script_id=row["script_id"],
            migrated_at=row["migrated_at"],
            original_hash=row["original_hash"],
            migrated_hash=row["migrated_hash"],
            directory=row["directory"],
            path=row["path"],
            definition=ToolDefinition.from_json(row["definition"]),
            policy=Policy.from_json(row["policy"]),
            engine=row["engine"],
            repairs=tuple(Repair.from_json(repair) for repair in row["repairs"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StateDamaged(
            f"the state is damaged: the record of tool {row['tool']!r} can't be read: {error!r}",
            hint=RESTORE,
        ) from error
    return StoredTool(
        version_id=row["id"], version=version, active=bool(row["active"]), inactive_reason=row["inactive_reason"]
    )


def content_hash(content: bytes) -> str:
    """The name of a source: SHA-256 of its bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def checked_blob(place: Place, digest: str, content: bytes | None) -> bytes:
    """The content of a blob, if it is what its hash says.

    Raises:
        StateDamaged: it is missing or not what was recorded.
    """
    if content is None or content_hash(content) != digest:
        what = "missing" if content is None else "not what was recorded"
        raise place.damaged(f"the source {digest[:12]} is {what}")
    return content
