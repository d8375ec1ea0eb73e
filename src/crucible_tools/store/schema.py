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

from crucible_tools.errors import StateDamaged
from crucible_tools.store.place import RESTORE


class Utc(TypeDecorator[datetime]):
    """A point in time; in the database text such as 2026-11-24T16:20:00.000000+00:00."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To UTC text."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From text."""
        if value is None:
            return None
        try:
            return datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise _damaged(value, "time") from error


class Word(TypeDecorator[str]):
    """A short text, which is damage if it is none: SQLite keeps in any column what somebody puts there by hand.

    Not for what its readers check themselves, the readings and the audit.
    """

    impl = String
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """The text, if it is one."""
        if value is not None and not isinstance(value, str):
            raise _damaged(value, "text")
        return value


class Words(Word):
    """A text of any length."""

    impl = Text
    cache_ok = True


def _damaged(value: object, what: str) -> StateDamaged:
    return StateDamaged(f"the state is damaged: {value!r:.40} is no {what}", hint=RESTORE)


metadata = MetaData()

schema_upgrades = Table(
    "schema_upgrades",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", Utc, nullable=False),
    Column("package_version", Word(64), nullable=False),
)
"""One row an upgrade that was made; the highest version is the schema's."""

blobs = Table(
    "blobs",
    metadata,
    Column("hash", Word(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Sources, by the SHA-256 of their bytes: one that several tools or versions share is kept once."""

readings = Table(
    "readings",
    metadata,
    Column("file", Text, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("basis", String(64), nullable=False),
    Column("facts", LargeBinary, nullable=False),
)
"""What reading each file came to last, so that a file that did not change need not be read again.

`file` is its whole path as versions record it, `hash` the SHA-256 of its bytes, `basis` that of all else that reading
depends on, `facts` compressed JSON. Nothing but time is lost with a row.
"""

runs = Table(
    "runs",
    metadata,
    Column("id", Word(64), primary_key=True),
    Column("started_at", Utc, nullable=False, index=True),
    Column("ended_at", Utc),
    Column("status", Word(16), nullable=False),
    Column("package_version", Word(64), nullable=False),
    Column("config", JSON, nullable=False),
    Column("report", JSON),
    Column("kind", Word(16), nullable=False, server_default="migrate"),
    Column("sequence", Integer, nullable=False, server_default="0", index=True),
)
"""One row a run; `status` is running, completed, failed or interrupted.

`kind` is what it was for: migrate, rollback, adopt and so on. `sequence` counts the runs: clocks are set back.
"""

run_reports = Table(
    "run_reports",
    metadata,
    Column("run_id", Word(64), ForeignKey("runs.id"), primary_key=True),
    Column("report", LargeBinary, nullable=False),
)
"""The whole report of a run as JSON in UTF-8, compressed (RFC 1950); `runs.report` is what is looked at often."""

tool_versions = Table(
    "tool_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tool", Word(128), nullable=False, index=True),
    Column("script_id", Word(64), nullable=False),
    Column("run_id", Word(64), ForeignKey("runs.id"), nullable=False),
    Column("migrated_at", Utc, nullable=False),
    Column("original_hash", Word(64), ForeignKey("blobs.hash"), nullable=False),
    Column("migrated_hash", Word(64), ForeignKey("blobs.hash"), nullable=False),
    Column("directory", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("engine", JSON, nullable=False),
    Column("repairs", JSON, nullable=False),
    Column("code_hash", Word(64)),
    Column("resolved_hash", Word(64)),
)
"""Every version of every tool, never changed afterwards; the last two are not known of what schema 1 recorded."""

tools = Table(
    "tools",
    metadata,
    Column("name", Word(128), primary_key=True),
    Column("version_id", Integer, ForeignKey("tool_versions.id"), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("inactive_reason", Words),
    Column("adopted_hash", Word(64)),
    Column("validated_engine", JSON(none_as_null=True)),
)
"""The present: which version a name stands for, and whether it can be called.

`adopted_hash` is the SHA-256 of a file that was accepted without being migrated; `validated_engine` the versions of the
engine that the tool was found to work with, where that is another one than migrated it.
"""

operations = Table(
    "operations",
    metadata,
    Column("run_id", Word(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("kind", Word(32), nullable=False),
    Column("tool", Word(128), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)
"""What a run changed, in order; `before` and `after` are rows of `tools`, so each can be reversed."""

failures = Table(
    "failures",
    metadata,
    Column("run_id", Word(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("tool", Words, nullable=False),
    Column("error_type", Word(32), nullable=False),
    Column("message", Words, nullable=False),
    Column("context", JSON, nullable=False),
)
"""Tools that a run could not migrate, and why."""

skipped_files = Table(
    "skipped_files",
    metadata,
    Column("run_id", Word(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("directory", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("kind", Word(16), nullable=False),
    Column("reasons", JSON, nullable=False),
)
"""Files that a run found and that define no tool."""

events = Table(
    "events",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("type", Word(64), nullable=False),
    Column("identifier", Words, nullable=False),
    Column("data", JSON, nullable=False),
)
"""What happened, in order. `event_log` forgets what is old, but never the newest row: numbers go on from it."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)
"""What has to be accounted for, from 1 without a gap; `model.audit` says what `digest` is made of. Never changed."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("digest", Word(64), nullable=False),
)
"""One row: the number and the digest of the last record of `audit`, so that an end that was cut off is missed."""
