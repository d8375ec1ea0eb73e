"""The tables of the state, as the newest schema has them (`upgrades` says how they came about).

Only types that every database has: JSON, text, whole numbers, booleans, bytes. Times are UTC in
RFC 3339 with microseconds, as text: they sort as they are, and no driver loses their zone.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
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
from sqlalchemy.types import TypeEngine

from crucible_tools.errors import StateDamaged
from crucible_tools.store.dialect import FILE_DIALECT
from crucible_tools.store.place import RESTORE
from crucible_tools.store.stored_text import restored, storable


class Utc(TypeDecorator[datetime]):
    """A point in time; in the database text such as 2026-11-24T16:20:00.000000+00:00."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type."""
        return self.impl_instance if dialect.name == FILE_DIALECT else dialect.type_descriptor(Text(collation="C"))

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

    On a server it is of any length, as SQLite has it, sorts by code points whatever the database's language, and its
    NUL is written otherwise. Not for what its readers check themselves, the readings and the audit.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type."""
        return self.impl_instance if dialect.name == FILE_DIALECT else dialect.type_descriptor(Text(collation="C"))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To a text that the database keeps."""
        return value if value is None or dialect.name == FILE_DIALECT else storable(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """The text, if it is one."""
        if value is not None and not isinstance(value, str):
            raise _damaged(value, "text")
        return value if value is None or dialect.name == FILE_DIALECT else restored(value)


class Words(Word):
    """A text of any length."""

    impl = Text
    cache_ok = True


def _damaged(value: object, what: str) -> StateDamaged:
    return StateDamaged(f"the state is damaged: {value!r:.40} is no {what}", hint=RESTORE)


Count = Integer().with_variant(BigInteger(), "postgresql")
"""A number that may leave 32 bits."""

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
    Column("sequence", Count, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("type", Word(64), nullable=False),
    Column("identifier", Words, nullable=False),
    Column("data", JSON, nullable=False),
)
"""What happened, in order. `event_log` forgets what is old, but never the newest row: numbers go on from it."""

audit = Table(
    "audit",
    metadata,
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)
"""What has to be accounted for, from 1 without a gap; `model.audit` says what `digest` is made of. Never changed."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Count, nullable=False),
    Column("digest", Word(64), nullable=False),
)
"""One row: the number and the digest of the last record of `audit`, so that an end that was cut off is missed."""

hooks = Table(
    "hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Word(64), ForeignKey("runs.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("directory", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("original_hash", Word(64), ForeignKey("blobs.hash")),
    Column("migrated_hash", Word(64), ForeignKey("blobs.hash")),
    Column("handlers", JSON, nullable=False),
    Column("policy", JSON, nullable=False),
)
"""What became of the hooks of each file, never changed afterwards: a file's last row is what holds.

One without a source says that the file has no hooks any more, or that they were rolled back.
"""

call_programs = Table(
    "call_programs",
    metadata,
    Column("digest", Word(64), primary_key=True),
    Column("content", Text, nullable=False),
)
"""What recorded calls called, by the SHA-256 of its text: JSON of the tool, its source and its policy."""

calls = Table(
    "calls",
    metadata,
    Column("number", Count, primary_key=True),
    Column("call_id", Word(160), nullable=False, index=True),
    Column("tool", Word(160), nullable=False, index=True),
    Column("at", Utc, nullable=False, index=True),
    Column("outcome", Word(32), nullable=False),
    Column("program", Word(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("digest", Word(64), nullable=False),
    Column("body", Text, nullable=False),
)
"""Recorded calls (`calls.CallLog`): `body` is the JSON text that `digest` is of, `program` what was called."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Word(16), primary_key=True),
    Column("name", Words, nullable=False),
    Column("digest", Word(64), nullable=False),
    Column("previous_digest", Word(64)),
    Column("previous_until", Utc),
    Column("scopes", JSON, nullable=False),
    Column("tools", JSON, nullable=False),
    Column("limits", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    Column("rotated_at", Utc),
    Column("last_used_at", Utc),
    Column("day", Word(10), nullable=False),
    Column("used", Integer, nullable=False),
)
"""Who may use a server; never a secret, only SHA-256 of it. `used` counts the calls of the day of UTC `day`."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("token_id", Word(16), primary_key=True),
    Column("key", Word(255), primary_key=True),
    Column("digest", Word(64), nullable=False),
    Column("at", Utc, nullable=False, index=True),
    Column("status", Integer),
    Column("media_type", Word(64)),
    Column("body", LargeBinary),
)
"""Requests that came with a key, and their answers, compressed; `status` is NULL as long as there is none."""
