"""The connection to the database: opened once, created or upgraded when needed, errors translated."""

import contextlib
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from crucible_tools.errors import StateDamaged
from crucible_tools.store import dialect
from crucible_tools.store.place import Place, ServerPlace
from crucible_tools.store.upgrades import (
    UPGRADES,
    Upgrade,
    create,
    newest_version,
    read_version,
    upgrade_by_one,
)
from crucible_tools.store.version import check_not_newer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Database:
    """One state's database. Its methods are synchronous and quick: they are called on the event loop.

    Args:
        place: where it is.
        upgrades: the known upgrades; tests pass others.
        create: whether connecting may make the file.
    """

    def __init__(self, place: Place, upgrades: Sequence[Upgrade] = UPGRADES, *, create: bool = False) -> None:
        self._place = place
        self._upgrades = upgrades
        self._create = create
        self._engine: Engine | None = None

    def exists(self) -> bool:
        """Whether the database is there already."""
        return dialect.exists(self._place)

    @property
    def is_on_server(self) -> bool:
        """Whether the lock of a run can be lost while the run goes on."""
        return isinstance(self._place, ServerPlace)

    def create_if_missing(self) -> None:
        """Make the database complete, or not at all. The caller holds the state's lock.

        Raises:
            StateNotWritable: it can't be written there.
        """
        if not self.exists():
            dialect.create(self._place, self._fill)

    def _fill(self, place: Place) -> None:
        with (
            contextlib.closing(Database(place, self._upgrades, create=True)) as database,
            database._begun(writing=True) as connection,
        ):
            create(connection, self._upgrades)

    @contextlib.contextmanager
    def read(self) -> Generator["Connection"]:
        """A transaction that only reads: all its statements see one moment."""
        self._open()
        try:
            with dialect.translated(self._place), self._begun(writing=False) as connection:
                yield connection
        except (ValueError, RecursionError) as error:  # JSON that can't be decoded, or is nested beyond measure
            raise self._place.damaged(str(error)) from error

    @contextlib.contextmanager
    def write(self) -> Generator["Connection"]:
        """A transaction that writes: committed at the end, rolled back when an exception leaves it."""
        self._open()
        with dialect.translated(self._place), self._begun(writing=True) as connection:
            yield connection

    def damaged(self, what: str) -> StateDamaged:
        """The error for contents that nothing of ours wrote."""
        return self._place.damaged(what)

    def problems(self) -> list[str]:
        """What the database's own integrity check finds."""
        with self.read() as connection:
            return dialect.integrity_problems(connection)

    def schema_version(self) -> int:
        """The version of the schema that the database has."""
        with self.read() as connection:
            return read_version(connection, self._place)

    def close(self) -> None:
        """Close the connection; the next use opens it again. Closing twice is fine."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _open(self) -> None:
        """Check the schema's version once, upgrading an older one."""
        if self._engine is not None:
            return
        with dialect.translated(self._place):
            try:
                with self._begun(writing=False) as connection:
                    version = read_version(connection, self._place)
                check_not_newer(self._place, version, newest_version(self._upgrades))
                while version < newest_version(self._upgrades):
                    version = self._upgrade()
            except BaseException:
                self.close()
                raise

    def _upgrade(self) -> int:
        with self._begun(writing=True) as connection:
            version = read_version(connection, self._place)  # again: another program may have been quicker
            if version < newest_version(self._upgrades):
                upgrade_by_one(connection, version, self._upgrades)
                version += 1
        return version

    @contextlib.contextmanager
    def _begun(self, *, writing: bool) -> Generator["Connection"]:
        if self._engine is None:
            self._engine = dialect.make_engine(self._place, create=self._create)
        with self._engine.connect() as connection:
            options = connection.execution_options(writing=writing)
            with options.begin():
                yield options
