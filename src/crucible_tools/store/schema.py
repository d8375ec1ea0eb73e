"""The tables of the state, as the newest schema has them (`upgrades` says how they came about).

Only types that every database has: JSON, text, whole numbers, booleans, bytes. Times are UTC in
RFC 3339 with microseconds, as text: they sort as they are, and no driver loses their zone.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Utc(TypeDecorator[datetime]):
    """A point in time; in the database text such as 2026-11-24T16:20:00.000000+00:00."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To UTC text."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From text."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

schema_upgrades = Table(
    "schema_upgrades",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", Utc, nullable=False),
    Column("package_version", String(64), nullable=False),
)
"""One row an upgrade that was made; the highest version is the schema's."""

blobs = Table(
    "blobs",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Sources, by the SHA-256 of their bytes: one that several tools or versions share is kept once."""

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("started_at", Utc, nullable=False, index=True),
    Column("ended_at", Utc),
    Column("status", String(16), nullable=False),
    Column("package_version", String(64), nullable=False),
    Column("config", JSON, nullable=False),
    Column("report", JSON),
)
"""One row a migration; `status` is running, completed, failed or interrupted."""

tool_versions = Table(
    "tool_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tool", String(128), nullable=False, index=True),
    Column("script_id", String(64), nullable=False),
    Column("run_id", String(64), ForeignKey("runs.id"), nullable=False),
    Column("migrated_at", Utc, nullable=False),
    Column("original_hash", String(64), ForeignKey("blobs.hash"), nullable=False),
    Column("migrated_hash", String(64), ForeignKey("blobs.hash"), nullable=False),
    Column("directory", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("engine", JSON, nullable=False),
    Column("repairs", JSON, nullable=False),
)
"""Every version of every tool, never changed afterwards."""

tools = Table(
    "tools",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("version_id", Integer, ForeignKey("tool_versions.id"), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("inactive_reason", Text),
)
"""The present: which version a name stands for, and whether it can be called."""

operations = Table(
    "operations",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("tool", String(128), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)
"""What a run changed, in order; `before` and `after` are rows of `tools`, so each can be reversed."""

failures = Table(
    "failures",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("tool", Text, nullable=False),
    Column("error_type", String(32), nullable=False),
    Column("message", Text, nullable=False),
    Column("context", JSON, nullable=False),
)
"""Tools that a run could not migrate, and why."""

skipped_files = Table(
    "skipped_files",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("directory", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
)
"""Files that a run found and that define no tool."""
