"""PostgreSQL: a schema in a database of a server, its SQL, its settings and its errors.

The only file that knows the driver. One session writes at a time, as in a file: each writing transaction first takes
a lock of the state (docs/decisions/019), so none fails because of another one's. A reading one sees one moment.
"""

import contextlib
import importlib
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.errors import (
    ConfigurationError,
    CrucibleError,
    StateError,
    StateLocked,
    StateNotWritable,
    StateUnreachable,
)
from crucible_tools.store.place import Place, ServerPlace
from crucible_tools.store.stored_text import restored, storable

if TYPE_CHECKING:
    from psycopg import Connection as Session
    from psycopg import Error
    from sqlalchemy import Connection, Engine

BUSY_SECONDS: Final = 10.0
"""How long a statement waits for another program's transaction."""

STATEMENT_SECONDS: Final = 300
"""How long a statement may take: far more than any needs, so that none goes on for ever."""

_CONNECT_SECONDS: Final = 10
_SESSIONS: Final = 4
"""Of one engine at most: threads that use a state at the same time."""

_KEEPALIVE_SECONDS: Final = 30
"""A peer that is gone without a word is missed within a minute, and what it had locked is free again."""

_DAMAGED: Final = ("42P01", "42703", "23503", "XX001", "XX002")
_REFUSED: Final = ("42501", "25006", "53100", "53200", "3F000")
_BUSY: Final = ("55P03", "40001", "40P01", "57014")
_GONE: Final = ("08", "28", "3D000", "53300", "57P")
"""By beginnings of SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html)."""

_known: set[ServerPlace] = set()
"""States that were there: none goes away by itself, and asking costs a connection."""


def exists(place: ServerPlace) -> bool:
    """Whether the schema holds a state.

    Raises:
        StateError: the server can't be asked.
    """
    if place in _known:
        return True
    with translated(place), contextlib.closing(connect(place)) as session:
        found = session.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{place.schema}.schema_upgrades",)).fetchone()
    if found is not None and found[0]:
        _known.add(place)
    return place in _known


def connect(place: ServerPlace, name: str | None = None) -> "Session[Any]":
    """A session of the driver, which commits each statement unless told otherwise.

    Args:
        place: the state.
        name: what the server's own lists of sessions call it; without one they say which process has it.

    Raises:
        ConfigurationError: the driver is missing, or the database does not keep every text.
    """
    _check_driver()
    import psycopg

    session: Session[Any] = psycopg.connect(_conninfo(place, name or f"crucible {os.getpid()}"), autocommit=True)
    try:
        _prepare(session, place)
    except BaseException:
        session.close()
        raise
    return session


def _conninfo(place: ServerPlace, name: str) -> str:
    """What libpq is told: the URL, and ours where it says nothing else.

    Raises:
        ConfigurationError: the URL can't be read.
    """
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        given = conninfo_to_dict(place.url.secret)
    except ProgrammingError:  # not told: it quotes the part that it can't read, which may be the password
        raise ConfigurationError(
            f"the URL of the state {place.name} can't be read",
            hint="what is special in its parts is written as in a URL: %40 for @, %2F for /, %25 for %",
        ) from None
    ours = {
        "connect_timeout": _CONNECT_SECONDS,
        "keepalives_idle": _KEEPALIVE_SECONDS,
        "keepalives_interval": _KEEPALIVE_SECONDS // 3,
        "keepalives_count": 3,
    }
    return make_conninfo("", **{**ours, **given, "application_name": name})


def _prepare(session: "Session[Any]", place: ServerPlace) -> None:
    if session.info.parameter_status("server_encoding") != "UTF8":
        raise ConfigurationError(
            f"the database of the state {place.name} is not in UTF-8",
            hint="make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        )
    settings = (
        f"SET search_path TO {place.schema};"  # a name that `on_server` has checked
        f"SET lock_timeout = {int(BUSY_SECONDS * 1000)}; SET statement_timeout = {STATEMENT_SECONDS * 1000};"
        "SET client_min_messages = warning;"
        # What was committed stays committed, even where the server is set up to lose the last moment.
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    session.execute(settings.encode())


def make_engine(place: ServerPlace) -> "Engine":
    """A SQLAlchemy engine that keeps a few sessions, and notices those that the server has ended."""
    _check_driver()
    from sqlalchemy import create_engine, event

    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(place),
        pool_size=1,
        max_overflow=_SESSIONS - 1,
        pool_pre_ping=True,
        pool_reset_on_return=None,
        use_native_hstore=False,
    )

    def begin(connection: "Connection") -> None:
        if connection.get_execution_options().get("writing", False):
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key(place, 'write')})")
        else:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    event.listen(engine, "begin", begin)
    return engine


def create(place: ServerPlace, fill: Callable[[Place], None]) -> None:
    """Make the schema and what belongs into it; its tables are there all at once, or not at all.

    Raises:
        StateError: the server can't be reached, or lets this user make nothing.
    """
    with translated(place):
        with contextlib.closing(connect(place)) as session:
            session.execute(f"CREATE SCHEMA IF NOT EXISTS {place.schema}".encode())
        fill(place)


def facts(place: ServerPlace) -> tuple[str, bool]:
    """The server's version, and whether it waits for its disk.

    Raises:
        StateError: it can't be asked.
    """
    statement = "SELECT current_setting('server_version'), current_setting('fsync')"
    with translated(place), contextlib.closing(connect(place)) as session:
        version, fsync = session.execute(statement).fetchone() or ("", "")
    return str(version), fsync == "on"


def key(place: ServerPlace, what: str) -> int:
    """The number that stands for a lock of a state among the advisory locks of its database."""
    digest = sha256(f"crucible {place.schema} {what}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


class PlainSession:
    """A connection without SQLAlchemy: what `dialect.PlainConnection` says.

    Args:
        place: the state.
        readonly: whether nothing is written.
    """

    def __init__(self, place: ServerPlace, *, readonly: bool) -> None:
        from psycopg.rows import dict_row
        from psycopg.types.json import set_json_loads

        self._write_key = key(place, "write")
        self._session = connect(place)
        self._session.row_factory = dict_row
        set_json_loads(_json_text, self._session)
        if readonly:
            self._session.execute("SET default_transaction_read_only = on")

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """What a question is answered."""
        found = self._session.execute(_marked(statement), _written(values)).fetchall()
        return [{name: _read(value) for name, value in row.items()} for row in found]

    def change(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Does it once for each row of values."""
        with self._session.cursor() as cursor:
            cursor.executemany(_marked(statement), [_written(row) for row in rows])

    @contextlib.contextmanager
    def hasty(self, busy_seconds: float) -> Generator[None]:
        """A writing transaction that does not wait for the disk, and no longer than this for other programs.

        A power failure of the server may undo the last of them, and never damages anything.
        """
        with self._session.transaction():
            settings = (
                f"SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = {max(1, int(busy_seconds * 1000))};"
                f"SELECT pg_advisory_xact_lock({self._write_key})"
            )
            self._session.execute(settings.encode())
            yield

    def close(self) -> None:
        """Closes it."""
        self._session.close()


def _json_text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode()


def _marked(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _written(values: Sequence[object]) -> list[object]:
    return [storable(value) if isinstance(value, str) else value for value in values]


def _read(value: Any) -> Any:
    return restored(value) if isinstance(value, str) else value


@contextlib.contextmanager
def translated(place: ServerPlace) -> Generator[None]:
    """Raise the driver's errors as `StateError`s; SQLAlchemy's wrappers carry the driver's in `orig`."""
    try:
        yield
    except CrucibleError:
        raise
    except Exception as error:
        import psycopg

        original: Any = getattr(error, "orig", None) or error  # without importing sqlalchemy.exc
        if not isinstance(original, psycopg.Error):
            raise
        raise translate(place, original) from error


def translate(place: ServerPlace, error: "Error") -> StateError:
    """The most specific error of ours for an error of the driver."""
    code = error.sqlstate or ""
    told = error.diag.message_primary or str(error).strip().partition("\n")[0]
    told = told.replace(place.url.secret, place.given)
    if code.startswith(_DAMAGED):
        return place.damaged(told)
    if code.startswith(_BUSY):
        return StateLocked(f"the state {place.name} is in use by another program: {told}")
    if code.startswith(_REFUSED):
        return StateNotWritable(
            f"the state {place.name} can't be written: {told}",
            hint="check what the user of the URL may do in its schema, and the space on the server's disk",
        )
    if code.startswith(_GONE) or not code:
        return StateUnreachable(
            f"the state {place.name} can't be reached: {told}",
            hint="check that the server runs, and the URL's host, port, database, user and password",
        )
    return StateError(f"the state {place.name} failed: {told}")


def _check_driver() -> None:
    """Refuse to go on without the driver.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        importlib.import_module("psycopg")
    except ImportError as error:
        raise ConfigurationError(
            "a state on PostgreSQL needs the driver psycopg, which is not installed here",
            hint="install it with: pip install 'crucible-tools[postgresql]'",
        ) from error
