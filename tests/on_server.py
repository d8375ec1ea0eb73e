"""States of tests on a PostgreSQL server, where CRUCIBLE_TEST_STATE names one: each folder is a schema of its own.

`python -m tests.postgresql` starts a server and names it. Without one nothing here changes anything.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crucible_tools.model.state_url import StateUrl
from crucible_tools.store import place as places
from crucible_tools.store import postgresql, schema
from crucible_tools.store.lock import is_held
from crucible_tools.store.place import Place, ServerPlace
from crucible_tools.store.stored_text import storable

VARIABLE = "CRUCIBLE_TEST_STATE"

URL = os.environ.get(VARIABLE)
"""Of a database that is the tests' alone."""


def url_of(name: object) -> StateUrl:
    """The URL of a state of this name."""
    assert URL is not None
    return StateUrl(f"{URL}{'&' if '?' in URL else '?'}schema=t{sha256(str(name).encode()).hexdigest()[:20]}")


def install() -> None:
    """Lets every folder stand for a schema, in this process."""
    if URL is not None:
        places.in_folder = _on_server


def _on_server(given: str) -> Place:
    folder = Path(given).expanduser().resolve()
    return places.on_server(url_of(folder), folder.parent)


def copied(project: Path, to: Path, state: str = ".crucible") -> Path:
    """A copy of a project, the state in it included."""
    shutil.copytree(project, to)
    if URL is not None:
        _copy_schema(places.resolve(project / state), places.resolve(to / state))
    return to


def execute(folder: Path, statement: str, *values: object) -> list[Any]:
    """Changes a state past everything that checks it, with ? where a value goes; gives the rows, if there are any.

    What the server does not let itself be told (a number in a column of texts) is a test for SQLite.
    """
    place = places.resolve(folder)
    if isinstance(place, ServerPlace):
        if " x'" in statement:
            pytest.skip("SQLite only: a server's columns have one type each")
        with closing(postgresql.connect(place)) as session:
            session.execute("SET session_replication_role = replica")  # as SQLite, which checks no reference here
            written = [storable(value) if isinstance(value, str) else value for value in values]
            try:
                cursor = session.execute(statement.replace("?", "%s") if values else statement, written or None)
            except psycopg.Error as error:
                if error.sqlstate and error.sqlstate.startswith(("22", "23", "42", "54")):
                    pytest.skip(f"SQLite only: the server refuses this damage ({error.diag.message_primary})")
                raise
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(place.database)) as connection:
        rows = connection.execute(statement, values).fetchall()
        connection.commit()
        return rows


@contextmanager
def kept_busy(folder: Path) -> Generator[None]:
    """Another program is writing all the time."""
    place = places.resolve(folder)
    if isinstance(place, ServerPlace):
        with closing(postgresql.connect(place)) as session, session.transaction():
            session.execute("SELECT pg_advisory_xact_lock(%s)", (postgresql.key(place, "write"),))
            yield
        return
    with closing(sqlite3.connect(place.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def settled(folder: Path) -> None:
    """Waits until the server knows that a killed process is gone; the kernel lets go of a file by then."""
    if URL is not None:
        place = places.resolve(folder)
        while is_held(place):
            os.sched_yield()


def _copy_schema(source: Place, target: Place) -> None:
    assert isinstance(source, ServerPlace)
    assert isinstance(target, ServerPlace)
    postgresql.create(target, lambda _: None)
    with closing(postgresql.connect(target)) as session, session.transaction():
        statements = _ddl()
        for table in schema.metadata.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            statements.append(
                f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {source.schema}.{table.name}"
            )
            [key] = table.primary_key.columns if len(table.primary_key.columns) == 1 else [None]
            if key is not None and key is table.autoincrement_column:
                sequence = f"pg_get_serial_sequence('{target.schema}.{table.name}', '{key.name}')"
                last = f"(SELECT last_value FROM {source.schema}.{table.name}_{key.name}_seq)"
                called = f"(SELECT is_called FROM {source.schema}.{table.name}_{key.name}_seq)"
                statements.append(f"SELECT setval({sequence}, {last}, {called})")
        session.execute("; ".join(statements))


def _ddl() -> list[str]:
    from sqlalchemy import create_mock_engine

    made: list[str] = []

    def take(statement: Any, *_: object, **__: object) -> None:
        made.append(str(statement.compile(dialect=engine.dialect)))

    engine = create_mock_engine("postgresql+psycopg://", take)
    schema.metadata.create_all(engine, checkfirst=False)
    return made


install()
