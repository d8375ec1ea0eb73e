"""Statements for the driver itself: what they write is what SQLAlchemy writes."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from crucible_tools.store import schema
from crucible_tools.store.database import Database
from crucible_tools.store.place import resolve
from crucible_tools.store.prepared import Prepared
from crucible_tools.store.state import State
from tests.store.conftest import fill

EVENT: dict[str, Any] = {
    "at": datetime(2026, 11, 24, 17, 20, tzinfo=timezone(timedelta(hours=1))),
    "type": "tool:migrated",
    "identifier": "größer\u2028\x00",
    "data": {"text": "ä\ud800", "none": None, "number": 1.5, "list": [True, 2**60]},
}


@pytest.fixture
def database(state: State, folder: Path) -> Iterator[Database]:
    fill(state, "one")
    with contextlib.closing(Database(resolve(folder))) as opened:
        yield opened


def rows(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(schema.events)).mappings()]


def written(connection: Connection) -> list[Any]:
    """The rows as they are in the database, whatever their types make of them."""
    query = "SELECT at, type, identifier, data, typeof(data) FROM events ORDER BY sequence"
    return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.mark.sqlite_only("a server is spoken to by SQLAlchemy")
def test_an_insert_writes_what_sqlalchemy_writes_and_gives_the_key(database: Database) -> None:
    with database.write() as connection:
        key = Prepared(insert(schema.events)).insert(connection, EVENT)
        connection.execute(insert(schema.events), EVENT)
        by_driver, by_sqlalchemy = written(connection)
        assert by_driver == by_sqlalchemy
        assert [row["sequence"] for row in rows(connection)] == [key, key + 1]


@pytest.mark.sqlite_only("a server is spoken to by SQLAlchemy")
@pytest.mark.parametrize("value", [None, {}, [], {"a": None}])
def test_json_that_is_null_is_written_as_its_column_has_it(database: Database, value: object) -> None:
    tool = {"version_id": 1, "active": True, "validated_engine": value}
    with database.write() as connection:
        Prepared(insert(schema.tools)).execute(connection, {"name": "by driver", **tool})
        connection.execute(insert(schema.tools), {"name": "by sqlalchemy", **tool})
        query = "SELECT active, inactive_reason, validated_engine FROM tools WHERE name LIKE 'by %'"
        by_driver, by_sqlalchemy = (tuple(row) for row in connection.exec_driver_sql(query))
    assert by_driver == by_sqlalchemy


def test_several_rows_are_written_at_once(database: Database) -> None:
    statement = Prepared(insert(schema.events))
    with database.write() as connection:
        statement.execute_each(connection, [{**EVENT, "identifier": name} for name in ("a", "b", "c")])
        assert [row["identifier"] for row in rows(connection)] == ["a", "b", "c"]


def test_an_update_changes_what_is_named_and_leaves_the_rest(database: Database) -> None:
    statement = Prepared(update(schema.tools).where(schema.tools.c.name == bindparam("tool")))

    def tool(connection: Connection) -> RowMapping:
        return connection.execute(select(schema.tools).where(schema.tools.c.name == "one")).mappings().one()

    with database.write() as connection:
        statement.execute(connection, {"tool": "one", "active": False, "inactive_reason": "vanished"})
        assert (tool(connection)["active"], tool(connection)["inactive_reason"]) == (False, "vanished")
        statement.execute(connection, {"tool": "one", "active": True})
        assert (tool(connection)["active"], tool(connection)["inactive_reason"]) == (True, "vanished")
        statement.execute(connection, {"tool": "another", "active": False})
        assert tool(connection)["active"]


def test_what_it_did_goes_with_its_transaction(database: Database) -> None:
    remove = Prepared(delete(schema.tools).where(schema.tools.c.name == bindparam("tool")))

    def fail() -> None:
        with database.write() as connection:
            remove.execute(connection, {"tool": "one"})
            assert connection.scalars(select(schema.tools.c.name)).all() == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as connection:
        assert connection.scalars(select(schema.tools.c.name)).all() == ["one"]
