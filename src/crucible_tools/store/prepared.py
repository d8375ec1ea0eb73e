"""Statements that a run executes for every tool, compiled once and then given to SQLite's driver as they are.

Executing one through SQLAlchemy takes five times as long as SQLite needs for it (docs/decisions/022). They are the same
statements with the same types, on the same connection and in its transaction; a server's go the usual way, since there
the way to the server is what takes long.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from crucible_tools.store.dialect import FILE_DIALECT
from crucible_tools.store.sqlite import cursor_of

if TYPE_CHECKING:
    from sqlite3 import Cursor

    from sqlalchemy import Connection, Delete, Dialect, Insert, Update

_Makers: TypeAlias = list[tuple[str, Callable[[Any], Any] | None]]
"""The names of a statement's values in its order, and what makes of each what the database keeps."""


class Prepared:
    """One statement, for any database.

    Args:
        statement: its values are named when it is executed.
    """

    def __init__(self, statement: "Insert | Update | Delete") -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], tuple[str, _Makers]] = {}
        """By the names of the values: the text, and how they are made."""

    def execute(self, connection: "Connection", values: Mapping[str, object]) -> None:
        """Executes it once."""
        if connection.dialect.name == FILE_DIALECT:
            self._run(connection, values)
        else:
            connection.execute(self._statement, dict(values))

    def insert(self, connection: "Connection", values: Mapping[str, object]) -> int:
        """Executes it once, an INSERT into a table whose key is a number; gives the key of the new row."""
        if connection.dialect.name == FILE_DIALECT:
            return self._run(connection, values).lastrowid or 0
        key: Any = connection.execute(self._statement, dict(values)).inserted_primary_key
        return int(key[0])

    def execute_each(self, connection: "Connection", rows: Sequence[Mapping[str, object]]) -> None:
        """Executes it for each row of values; all of them have the same names."""
        if connection.dialect.name == FILE_DIALECT:
            text, makers = self._of(connection.dialect, tuple(rows[0]))
            cursor_of(connection).executemany(text, [_made(makers, row) for row in rows])
        else:
            connection.execute(self._statement, [dict(row) for row in rows])

    def _run(self, connection: "Connection", values: Mapping[str, object]) -> "Cursor":
        text, makers = self._of(connection.dialect, tuple(values))
        return cursor_of(connection).execute(text, _made(makers, values))

    def _of(self, dialect: "Dialect", names: tuple[str, ...]) -> tuple[str, _Makers]:
        if names not in self._compiled:
            compiled = self._statement.compile(dialect=dialect, column_keys=list(names))
            types = {name: bound.type.dialect_impl(dialect) for name, bound in compiled.binds.items()}
            makers: _Makers = [(name, types[name].bind_processor(dialect)) for name in compiled.positiontup or ()]
            self._compiled[names] = str(compiled), makers
        return self._compiled[names]


def _made(makers: _Makers, values: Mapping[str, object]) -> list[object]:
    return [values[name] if make is None else make(values[name]) for name, make in makers]
