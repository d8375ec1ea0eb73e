"""The schema's version, and the numbered upgrades that bring an older state to it.

A new state gets the newest tables at once; an older one gets the upgrades that it lacks, in order.
An upgrade and the record that it was made share one transaction, so a state is never between two
versions. An upgrade is never changed after its release, and spells out what it adds: `schema` moves on.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection, func, insert, inspect, select

from crucible_tools import __version__
from crucible_tools.errors import StateDamaged
from crucible_tools.store.place import Place
from crucible_tools.store.schema import metadata, schema_upgrades

Upgrade: TypeAlias = Callable[[Connection], None]

UPGRADES: Final[tuple[Upgrade, ...]] = ()
"""The upgrade to version 2, the one to version 3, and so on: version 1 is the first that was released."""


def newest_version(upgrades: Sequence[Upgrade] = UPGRADES) -> int:
    """The version of the schema that this package writes."""
    return 1 + len(upgrades)


def create(connection: Connection, upgrades: Sequence[Upgrade] = UPGRADES) -> None:
    """Make all tables in an empty database, and record their version."""
    metadata.create_all(connection)
    _record(connection, newest_version(upgrades))


def read_version(connection: Connection, place: Place) -> int:
    """The version of the schema that the database has.

    Raises:
        StateDamaged: it lacks tables that every version has, or the record of its version.
    """
    present = set(inspect(connection).get_table_names())
    if missing := sorted(set(metadata.tables) - present) if schema_upgrades.name not in present else []:
        raise StateDamaged(
            f"the state {place.database} is damaged: it has no table {', '.join(missing)}",
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
