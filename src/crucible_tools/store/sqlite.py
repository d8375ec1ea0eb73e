"""SQLite: a file in a folder, its SQL, its errors, and how a new one is put into place.

SQLAlchemy is imported only where an engine is made: `quick` does without it.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from crucible_tools.errors import StateError, StateLocked, StateNotWritable
from crucible_tools.store.place import FolderPlace

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BUSY_SECONDS: Final = 10.0
"""How long a statement waits for another program's transaction."""

_PRAGMAS: Final = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT_FOREIGNKEY")
_BROKEN: Final = ("no such table", "no such column", "Could not decode")
_READ_ONLY: Final = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_IOERR", "SQLITE_FULL")
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")


def exists(place: FolderPlace) -> bool:
    """Whether a database is there already.

    Raises:
        StateNotWritable: the folder can't even be looked into.
    """
    try:
        place.database.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise place.not_usable(error) from error
    return True


def check_file(place: FolderPlace) -> None:
    """Refuse a file that is empty: `create` never leaves one, and SQLite would take it for a new database.

    Raises:
        StateDamaged: it is.
    """
    if exists(place) and place.database.stat().st_size == 0:
        raise place.damaged("the file is empty")


def make_engine(place: FolderPlace, *, create: bool = False) -> "Engine":
    """A SQLAlchemy engine with one reused connection, WAL and full sync.

    Transactions are begun by us, at once as writers: the driver of the standard library would begin
    them late, and not at all for DDL, so that an upgrade and its record could part.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", creator=lambda: connect(place, create=create), poolclass=StaticPool)

    def begin(connection: "Connection") -> None:
        writing = connection.get_execution_options().get("writing", False)
        cursor_of(connection).execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "begin", begin)
    return engine


def cursor_of(connection: "Connection") -> sqlite3.Cursor:
    """A cursor of the driver's connection below one of SQLAlchemy's: what it does is part of the same transaction."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def integrity_problems(connection: "Connection") -> list[str]:
    """What the database's own check finds: damaged pages, and references that point nowhere."""
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    problems = [line for line in found if line != "ok"]
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        problems.append(f"row {row} of {table} refers to a row of {parent} that is not there")
    return problems


def create(place: FolderPlace, fill: Callable[[FolderPlace], None]) -> None:
    """Make a database complete under another name, then move it to its place: one that is empty, or lacks tables, is
    never one that was just being made, and a crash leaves nothing that could be taken for a state.

    Args:
        place: where it is to be.
        fill: writes what belongs into it, and closes it.

    Raises:
        StateNotWritable: the folder can't be written.
    """
    fresh = replace(place, database=place.database.with_name(f"{place.database.name}.{os.getpid()}.new"))
    try:
        for left_over in place.folder.glob(f"{place.database.name}.*.new*"):
            left_over.unlink()
        fresh.database.touch(mode=0o600, exist_ok=False)  # SQLite gives its log files the same mode
        with translated(place):
            fill(fresh)
        if not _is_complete(fresh):
            raise StateNotWritable(
                f"the state {place.name} can't be written: the disk is full, or fails",
                hint="make room on its disk, or name another folder with --state",
            )
        fresh.database.rename(place.database)
        _sync_folder(place.folder)
    except OSError as error:
        raise place.not_usable(error) from error


def _is_complete(fresh: FolderPlace) -> bool:
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


def connect(place: FolderPlace, *, create: bool = False, readonly: bool = False) -> sqlite3.Connection:
    """A connection of the driver. It never makes a file that is not there, unless told to.

    A folder without write permission, or on a full disk, can still be read: where no log of changes waits beside the
    database, the file is read as immutable; a write then fails with an error that says why.
    """
    path = quote(os.fsencode(place.database))
    mode = "rwc" if create else "ro" if readonly else "rw"
    connection = _open(f"file:{path}?mode={mode}")
    try:
        _prepare(connection, readonly=readonly)
    except sqlite3.OperationalError as error:
        connection.close()
        if create or not _name(error).startswith(_READ_ONLY) or _has_log(place):
            raise
        connection = _open(f"file:{path}?mode=ro&immutable=1")
        _prepare(connection, readonly=True)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _has_log(place: FolderPlace) -> bool:
    """Whether changes wait beside the database: opening it makes an empty log, also where it fails for want of room."""
    try:
        return os.stat(f"{place.database}-wal").st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True


class PlainFile:
    """A connection without SQLAlchemy: what `dialect.PlainConnection` says.

    Args:
        place: the state.
        readonly: whether nothing is written.
    """

    def __init__(self, place: FolderPlace, *, readonly: bool) -> None:
        self._connection = connect(place, readonly=readonly)
        self._connection.row_factory = sqlite3.Row

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """What a question is answered."""
        return [dict(row) for row in self._connection.execute(statement, values)]

    def change(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Does it once for each row of values."""
        self._connection.executemany(statement, rows)

    @contextlib.contextmanager
    def hasty(self, busy_seconds: float) -> Generator[None]:
        """A writing transaction that does not wait for the disk, and no longer than this for other programs.

        A power failure may undo the last of them, and never damages anything (https://www.sqlite.org/pragma.html).
        """
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            yield

    def close(self) -> None:
        """Closes it."""
        self._connection.close()


def _prepare(connection: sqlite3.Connection, *, readonly: bool) -> None:
    for pragma in () if readonly else _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("SELECT 1 FROM sqlite_schema").fetchone()  # opens the file, which connecting does not


def _open(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


@contextlib.contextmanager
def translated(place: FolderPlace) -> Generator[None]:
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


def translate(place: FolderPlace, error: sqlite3.Error) -> StateError:
    """The most specific error of ours for an error of the driver (https://www.sqlite.org/rescode.html)."""
    name = _name(error)
    if name.startswith(_DAMAGED) or any(text in str(error) for text in _BROKEN):
        return place.damaged(str(error))
    if name.startswith(_BUSY):
        return StateLocked(f"the state {place.name} is in use by another program: {error}")
    if name.startswith(_READ_ONLY):
        return StateNotWritable(
            f"the state {place.name} can't be written: {error}",
            hint="check the permissions of the folder and the space on its disk, or name another with --state",
        )
    return StateError(f"the state {place.name} failed: {error}")
