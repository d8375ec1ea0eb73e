"""The schema's version, and the numbered upgrades that bring an older state to it.

A new state gets the newest tables at once; an older one gets the upgrades that it lacks, in order.
An upgrade and the record that it was made share one transaction, so a state is never between two
versions. An upgrade is never changed after its release, and spells out what it adds: `schema` moves on.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.schema import CreateColumn

from crucible_tools import __version__
from crucible_tools.errors import StateDamaged
from crucible_tools.store.audit import begin_audit
from crucible_tools.store.place import Place
from crucible_tools.store.schema import metadata, schema_upgrades

Upgrade: TypeAlias = Callable[[Connection], None]


def _to_2(connection: Connection) -> None:
    """Kinds and order of runs, whole reports, digests, adopted files, validation by another engine, kept readings."""
    tables = MetaData()
    runs = Table(
        "runs",
        tables,
        Column("id", String(64), primary_key=True),
        Column("started_at", String(32)),
        Column("kind", String(16), nullable=False, server_default="migrate"),
        Column("sequence", Integer, nullable=False, server_default="0", index=True),
    )
    versions = Table("tool_versions", tables, Column("code_hash", String(64)), Column("resolved_hash", String(64)))
    tools = Table("tools", tables, Column("adopted_hash", String(64)), Column("validated_engine", JSON))
    for table, names in ((runs, ("kind", "sequence")), (versions, None), (tools, None)):
        for column in table.columns:
            if names is None or column.name in names:
                _add_column(connection, table, column)
    for index in runs.indexes:
        index.create(connection)
    reports = Table(
        "run_reports",
        tables,
        Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
        Column("report", LargeBinary, nullable=False),
    )
    reports.create(connection)
    readings = Table(
        "readings",
        tables,
        Column("file", Text, primary_key=True),
        Column("hash", String(64), nullable=False),
        Column("basis", String(64), nullable=False),
        Column("facts", LargeBinary, nullable=False),
    )
    readings.create(connection)
    # The runs of schema 1 are counted as they began.
    in_order = connection.scalars(select(runs.c.id).order_by(runs.c.started_at, runs.c.id)).all()
    for number, run_id in enumerate(in_order, 1):
        connection.execute(update(runs).where(runs.c.id == run_id).values(sequence=number))


def _add_column(connection: Connection, table: Table, column: Column[Any]) -> None:
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


def _to_3(connection: Connection) -> None:
    """Events."""
    events = Table(
        "events",
        MetaData(),
        Column("sequence", Integer, primary_key=True),
        Column("at", String(32), nullable=False, index=True),
        Column("type", String(64), nullable=False),
        Column("identifier", Text, nullable=False),
        Column("data", JSON, nullable=False),
    )
    events.create(connection)


def _to_4(connection: Connection) -> None:
    """The audit, which begins with what there is."""
    tables = MetaData()
    for name, columns in (
        (
            "audit",
            (Column("number", Integer, primary_key=True, autoincrement=False), Column("body", Text, nullable=False)),
        ),
        (
            "audit_head",
            (Column("id", Integer, primary_key=True, autoincrement=False), Column("number", Integer, nullable=False)),
        ),
    ):
        Table(name, tables, *columns, Column("digest", String(64), nullable=False))
    tables.create_all(connection)
    begin_audit(connection)


def _to_5(connection: Connection) -> None:
    """Hooks."""
    tables = MetaData()
    Table("runs", tables, Column("id", String(64), primary_key=True))
    Table("blobs", tables, Column("hash", String(64), primary_key=True))
    hooks = Table(
        "hooks",
        tables,
        Column("id", Integer, primary_key=True),
        Column("run_id", String(64), ForeignKey("runs.id"), nullable=False),
        Column("at", String(32), nullable=False),
        Column("directory", Text, nullable=False),
        Column("path", Text, nullable=False),
        Column("original_hash", String(64), ForeignKey("blobs.hash")),
        Column("migrated_hash", String(64), ForeignKey("blobs.hash")),
        Column("handlers", JSON, nullable=False),
        Column("policy", JSON, nullable=False),
    )
    hooks.create(connection)


def _to_6(connection: Connection) -> None:
    """Recorded calls."""
    tables = MetaData()
    Table(
        "call_programs",
        tables,
        Column("digest", String(64), primary_key=True),
        Column("content", Text, nullable=False),
    )
    Table(
        "calls",
        tables,
        Column("number", Integer, primary_key=True),
        Column("call_id", String(160), nullable=False, index=True),
        Column("tool", String(160), nullable=False, index=True),
        Column("at", String(32), nullable=False, index=True),
        Column("outcome", String(32), nullable=False),
        Column("program", String(64), nullable=False, index=True),
        Column("size", Integer, nullable=False),
        Column("digest", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )
    tables.create_all(connection)


def _to_7(connection: Connection) -> None:
    """Tokens of servers, and answers that are kept for requests that come again."""
    tables = MetaData()
    Table(
        "tokens",
        tables,
        Column("id", String(16), primary_key=True),
        Column("name", Text, nullable=False),
        Column("digest", String(64), nullable=False),
        Column("previous_digest", String(64)),
        Column("previous_until", String(32)),
        Column("scopes", JSON, nullable=False),
        Column("tools", JSON, nullable=False),
        Column("limits", JSON, nullable=False),
        Column("created_at", String(32), nullable=False),
        Column("expires_at", String(32)),
        Column("revoked_at", String(32)),
        Column("rotated_at", String(32)),
        Column("last_used_at", String(32)),
        Column("day", String(10), nullable=False),
        Column("used", Integer, nullable=False),
    )
    Table(
        "idempotency",
        tables,
        Column("token_id", String(16), primary_key=True),
        Column("key", String(255), primary_key=True),
        Column("digest", String(64), nullable=False),
        Column("at", String(32), nullable=False, index=True),
        Column("status", Integer),
        Column("media_type", String(64)),
        Column("body", LargeBinary),
    )
    tables.create_all(connection)


UPGRADES: Final[tuple[Upgrade, ...]] = (_to_2, _to_3, _to_4, _to_5, _to_6, _to_7)
"""The upgrade to version 2, the one to version 3, and so on: version 1 is the first that was released."""


def newest_version(upgrades: Sequence[Upgrade] = UPGRADES) -> int:
    """The version of the schema that this package writes."""
    return 1 + len(upgrades)


def create(connection: Connection, upgrades: Sequence[Upgrade] = UPGRADES) -> None:
    """Make all tables in an empty database, and record their version."""
    metadata.create_all(connection)
    begin_audit(connection)
    _record(connection, newest_version(upgrades))


def read_version(connection: Connection, place: Place) -> int:
    """The version of the schema that the database has.

    Raises:
        StateDamaged: it lacks tables that every version has, or the record of its version.
    """
    present = set(inspect(connection).get_table_names())
    if missing := sorted(set(metadata.tables) - present) if schema_upgrades.name not in present else []:
        raise StateDamaged(
            f"the state {place.name} is damaged: it has no table {', '.join(missing)}",
            hint="it may be another program's file: name the state's folder with --state",
        )
    version = connection.scalar(select(func.max(schema_upgrades.c.version)))
    if version is None:
        raise place.damaged("it does not say which version it is")
    return version


def upgrade_by_one(connection: Connection, version: int, upgrades: Sequence[Upgrade] = UPGRADES) -> None:
    """Bring a database of this version to the next one, and record it, in the caller's transaction."""
    upgrades[version - 1](connection)
    _record(connection, version + 1)


def _record(connection: Connection, version: int) -> None:
    connection.execute(
        insert(schema_upgrades).values(version=version, applied_at=datetime.now(UTC), package_version=__version__)
    )
