"""The connection to the database: opened once, created or upgraded when needed, errors translated."""

import contextlib
import os
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.errors import StateDamaged, StateNotWritable
from crucible_tools.store import dialect
from crucible_tools.store.place import Place
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
        return self._place.exists()

    def create_if_missing(self) -> None:
        """Make the database complete under another name, then move it to its place.

        The caller holds the state's lock. A crash before the move leaves nothing that could be taken
        for a state.

        Raises:
            StateNotWritable: the folder can't be written.
        """
        if self.exists():
            return
        fresh = dialect.unpublished(self._place)
        try:
            for left_over in dialect.left_over(self._place):
                left_over.unlink()
            fresh.database.touch(mode=0o600, exist_ok=False)  # SQLite gives its log files the same mode
            with (
                dialect.translated(self._place),
                contextlib.closing(Database(fresh, self._upgrades, create=True)) as database,
                database._begun(writing=True) as connection,
            ):
                create(connection, self._upgrades)
            if not _is_complete(fresh):
                raise StateNotWritable(
                    f"the state {self._place.database} can't be written: the disk is full, or fails",
                    hint="make room on its disk, or name another folder with --state",
                )
            fresh.database.rename(self._place.database)
            _sync_folder(self._place.folder)
        except OSError as error:
            raise self._place.not_usable(error) from error

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
            self._check_file()
            try:
                with self._begun(writing=False) as connection:
                    version = read_version(connection, self._place)
                check_not_newer(self._place, version, newest_version(self._upgrades))
                while version < newest_version(self._upgrades):
                    version = self._upgrade()
            except BaseException:
                self.close()
                raise

    def _check_file(self) -> None:
        if self.exists() and self._place.database.stat().st_size == 0:
            # `create_if_missing` never leaves an empty file, and SQLite would take it for a new database.
            raise self._place.damaged("the file is empty")

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


def _is_complete(fresh: Place) -> bool:
    """Whether a new database is all in its file.

    Closing it moves what was committed out of the log beside it, and says nothing when that fails, as on a full disk.
    """
    return not Path(f"{fresh.database}-wal").exists()


def _sync_folder(folder: Path) -> None:
    """Make a rename outlive a power failure, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
