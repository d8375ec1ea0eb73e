"""An older state is brought to the present schema step by step; a newer one is refused."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from crucible_tools.errors import StateTooNew
from crucible_tools.store.database import Database
from crucible_tools.store.place import resolve
from crucible_tools.store.quick import load_tool
from crucible_tools.store.state import State
from crucible_tools.store.upgrades import UPGRADES, newest_version
from crucible_tools.store.version import SCHEMA_VERSION
from tests.store.conftest import fill

FIRST_SCHEMA = Path(__file__).with_name("schema_1.sql")


def add_colour(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE tools ADD COLUMN colour TEXT"))


def fail_half_way(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE tools ADD COLUMN shape TEXT"))
    raise RuntimeError("the plug was pulled")


def columns(folder: Path, table: str) -> list[str]:
    connection = sqlite3.connect(folder / "crucible.db")
    found = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return found


def test_the_two_statements_of_the_schemas_version_agree() -> None:
    assert newest_version() == SCHEMA_VERSION == 1 + len(UPGRADES)


def test_the_first_schema_is_still_what_was_released(state: State, folder: Path) -> None:
    fill(state)
    connection = sqlite3.connect(folder / "crucible.db")
    now = [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")]
    connection.close()
    assert (
        "\n".join(f"{statement};" for statement in now).replace("\t", "    ").split()
        == FIRST_SCHEMA.read_text().split()
    )


def test_an_older_state_is_upgraded_when_it_is_opened_and_keeps_its_tools(state: State, folder: Path) -> None:
    fill(state, "echo")
    database = Database(resolve(folder), (*UPGRADES, add_colour))
    assert database.schema_version() == SCHEMA_VERSION + 1
    database.close()
    assert "colour" in columns(folder, "tools")
    connection = sqlite3.connect(folder / "crucible.db")
    assert connection.execute("SELECT name, colour FROM tools").fetchall() == [("echo", None)]
    connection.close()


def test_an_upgrade_that_fails_changes_nothing_and_is_not_recorded(state: State, folder: Path) -> None:
    fill(state, "echo")
    database = Database(resolve(folder), (*UPGRADES, add_colour, fail_half_way))
    with pytest.raises(RuntimeError, match="plug"):
        database.schema_version()
    database.close()
    assert "colour" in columns(folder, "tools")
    assert "shape" not in columns(folder, "tools")
    again = Database(resolve(folder), (*UPGRADES, add_colour))
    assert again.schema_version() == SCHEMA_VERSION + 1
    again.close()


def test_a_newer_state_is_refused_by_every_way_in(state: State, folder: Path) -> None:
    fill(state, "echo")
    newer = Database(resolve(folder), (*UPGRADES, add_colour))
    newer.schema_version()
    newer.close()
    for use in (
        lambda: state.tools(),
        lambda: load_tool(resolve(folder), "echo"),
        lambda: fill(state, "other", run_id="run-2"),
    ):
        with pytest.raises(StateTooNew, match=f"schema version {SCHEMA_VERSION + 1}"):
            use()
