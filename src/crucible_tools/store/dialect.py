"""Which database it is: the functions of `sqlite` for a folder, those of `postgresql` for a server.

PostgreSQL's driver is imported only for a server, and SQLAlchemy only where an engine is made, so that `quick` can
read a tool without paying for either.
"""

import contextlib
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from crucible_tools.store import sqlite
from crucible_tools.store.place import Place, ServerPlace

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Insert, Table


FILE_DIALECT: Final = "sqlite"
"""What SQLAlchemy calls the database of a folder."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """A server.

    Args:
        version: its version.
        durable: whether what was committed outlives a failure of the machine.
    """

    version: str
    durable: bool


class PlainConnection(Protocol):
    """A connection without SQLAlchemy, for plain SQL with ? where a value goes."""

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """What a question is answered; JSON as its text."""
        ...

    def change(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Does it once for each row of values."""
        ...

    def hasty(self, busy_seconds: float) -> AbstractContextManager[None]:
        """A writing transaction that does not wait for the disk, and no longer than this for other programs."""
        ...

    def close(self) -> None:
        """Closes it."""
        ...


def exists(place: Place) -> bool:
    """Whether a state is there already.

    Raises:
        StateError: that can't be found out.
    """
    return _postgresql().exists(place) if isinstance(place, ServerPlace) else sqlite.exists(place)


def make_engine(place: Place, *, create: bool = False) -> "Engine":
    """A SQLAlchemy engine whose transactions are begun as writers or as readers of one moment, with full sync.

    Args:
        place: the state.
        create: whether connecting may make it.
    """
    if isinstance(place, ServerPlace):
        return _postgresql().make_engine(place)
    if not create:
        sqlite.check_file(place)
    return sqlite.make_engine(place, create=create)


def create(place: Place, fill: Callable[[Place], None]) -> None:
    """Make a state that is complete or not there at all. The caller holds its lock.

    Args:
        place: where it is to be.
        fill: writes what belongs into it at the place that it is told, and closes it.

    Raises:
        StateError: it can't be made.
    """
    if isinstance(place, ServerPlace):
        _postgresql().create(place, fill)
    else:
        sqlite.create(place, fill)


def plain(place: Place, *, readonly: bool) -> PlainConnection:
    """A connection for a question or two, without SQLAlchemy.

    Args:
        place: a state that exists.
        readonly: whether nothing is written.
    """
    if isinstance(place, ServerPlace):
        return _postgresql().PlainSession(place, readonly=readonly)
    return sqlite.PlainFile(place, readonly=readonly)


def insert_if_missing(table: "Table") -> "Insert":
    """An INSERT that does nothing where the primary key is there already; both databases read the same words.

    Its `rowcount` says whether there was anything to do.
    """
    from sqlalchemy.dialects.postgresql import insert

    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def integrity_problems(connection: "Connection") -> list[str]:
    """What the database's own check finds. A server checks references itself, and its pages are not ours to check."""
    return sqlite.integrity_problems(connection) if connection.dialect.name == FILE_DIALECT else []


def server_facts(place: ServerPlace) -> ServerFacts:
    """What a server says of itself.

    Raises:
        StateError: it can't be asked.
    """
    version, fsync = _postgresql().facts(place)
    return ServerFacts(version, durable=fsync)


@contextlib.contextmanager
def translated(place: Place) -> Generator[None]:
    """Raise the driver's errors as `StateError`s, SQLAlchemy's wrappers of them, too."""
    one = _postgresql().translated(place) if isinstance(place, ServerPlace) else sqlite.translated(place)
    with one:
        yield


def _postgresql():
    from crucible_tools.store import postgresql

    return postgresql
