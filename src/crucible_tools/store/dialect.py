"""Everything that depends on which database it is: the only file with SQLite's own SQL and errors.

Another database is another set of these functions, chosen by the URL. SQLAlchemy is imported only
where an engine is made, so that `quick` can share the translation of errors without paying for it.
"""

import contextlib
import os
import sqlite3
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from crucible_tools.errors import StateError, StateLocked, StateNotWritable
from crucible_tools.store.place import Place

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Insert, Table

BUSY_SECONDS: Final = 10.0
"""How long a statement waits for another program's transaction."""

_PRAGMAS: Final = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT_FOREIGNKEY")
_BROKEN: Final = ("no such table", "no such column", "Could not decode")
_READ_ONLY: Final = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_IOERR", "SQLITE_FULL")
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")


def make_engine(place: Place, *, create: bool = False) -> "Engine":
    """A SQLAlchemy engine with one reused connection, WAL and full sync.

    Transactions are begun by us, at once as writers: the driver of the standard library would begin
    them late, and not at all for DDL, so that an upgrade and its record could part.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", creator=lambda: connect(place, create=create), poolclass=StaticPool)

    def begin(connection: "Connection") -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "begin", begin)
    return engine


def insert_if_missing(table: "Table") -> "Insert":
    """An INSERT that does nothing where the primary key is there already."""
    from sqlalchemy.dialects.sqlite import insert

    return insert(table).on_conflict_do_nothing()


def integrity_problems(connection: "Connection") -> list[str]:
    """What the database's own check finds: damaged pages, and references that point nowhere."""
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    problems = [line for line in found if line != "ok"]
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        problems.append(f"row {row} of {table} refers to a row of {parent} that is not there")
    return problems


def unpublished(place: Place) -> Place:
    """Where a new database is made before it is complete; a rename then puts it where it belongs.

    So a database file that is empty, or lacks its tables, is never one that was just being made.
    """
    return replace(place, database=place.database.with_name(f"{place.database.name}.{os.getpid()}.new"))


def left_over(place: Place) -> list[Path]:
    """What a crash while a database was being made has left behind."""
    return list(place.folder.glob(f"{place.database.name}.*.new*"))


def connect(place: Place, *, create: bool = False, readonly: bool = False) -> sqlite3.Connection:
    """A connection of the driver. It never makes a file that is not there, unless told to.

    A folder without write permission can still be read: where no log of changes waits beside the
    database, the file is read as immutable; a write then fails with an error that says why.
    """
    path = quote(str(place.database))
    mode = "rwc" if create else "ro" if readonly else "rw"
    connection = _open(f"file:{path}?mode={mode}")
    try:
        _prepare(connection, readonly=readonly)
    except sqlite3.OperationalError as error:
        connection.close()
        if create or not _name(error).startswith(_READ_ONLY) or Path(f"{place.database}-wal").exists():
            raise
        connection = _open(f"file:{path}?mode=ro&immutable=1")
        _prepare(connection, readonly=True)
    except sqlite3.Error:
        connection.close()
        raise
    if readonly:
        connection.row_factory = sqlite3.Row
    return connection


def hasten(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Commit without waiting for the disk, and wait no longer than this for other programs.

    A power failure may then undo the last commits, and never damages anything (https://www.sqlite.org/pragma.html).
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")


def _prepare(connection: sqlite3.Connection, *, readonly: bool) -> None:
    for pragma in () if readonly else _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("SELECT 1 FROM sqlite_schema").fetchone()  # opens the file, which connecting does not


def _open(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


@contextlib.contextmanager
def translated(place: Place) -> Generator[None]:
    """Raise the driver's errors as `StateError`s; SQLAlchemy's wrappers carry the driver's in `orig`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(place, error) from error
    except Exception as error:
        original: Any = getattr(error, "orig", None)  # without importing sqlalchemy.exc
        if not isinstance(original, sqlite3.Error):
            raise
        raise translate(place, original) from error


def translate(place: Place, error: sqlite3.Error) -> StateError:
    """The most specific error of ours for an error of the driver (https://www.sqlite.org/rescode.html)."""
    name = _name(error)
    if name.startswith(_DAMAGED) or any(text in str(error) for text in _BROKEN):
        return place.damaged(str(error))
    if name.startswith(_BUSY):
        return StateLocked(f"the state {place.database} is in use by another program: {error}")
    if name.startswith(_READ_ONLY):
        return StateNotWritable(
            f"the state {place.database} can't be written: {error}",
            hint="check the permissions of the folder and the space on its disk, or name another with --state",
        )
    return StateError(f"the state {place.database} failed: {error}")
