"""An older state is brought to the present schema step by step; a newer one is refused."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from crucible_tools.errors import StateTooNew
from crucible_tools.store.database import Database
from crucible_tools.store.dialect import make_engine
from crucible_tools.store.place import resolve
from crucible_tools.store.quick import load_tool
from crucible_tools.store.state import State
from crucible_tools.store.upgrades import UPGRADES, newest_version
from crucible_tools.store.version import SCHEMA_VERSION
from tests.on_server import execute
from tests.store.conftest import fill

FIRST_SCHEMA = Path(__file__).with_name("schema_1.sql")
SECOND_SCHEMA = Path(__file__).with_name("schema_2.sql")
THIRD_SCHEMA = Path(__file__).with_name("schema_3.sql")
FOURTH_SCHEMA = Path(__file__).with_name("schema_4.sql")
SIXTH_SCHEMA = Path(__file__).with_name("schema_6.sql")
NEWEST_SCHEMA = Path(__file__).with_name("schema_7.sql")

STATE_OF_1 = Path(__file__).with_name("state_1.sql")
"""A state that the first release wrote: two runs over three tools, of which one changed and one vanished."""

FIRST_RUN, SECOND_RUN = "20261129T110802Z-c8bc754b", "20261129T110802Z-5e8c911e"


def add_colour(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE tools ADD COLUMN colour TEXT"))


def fail_half_way(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE tools ADD COLUMN shape TEXT"))
    raise RuntimeError("the plug was pulled")


def columns(folder: Path, table: str) -> list[str]:
    engine = make_engine(resolve(folder))
    found = [column["name"] for column in inspect(engine).get_columns(table)]
    engine.dispose()
    return found


def test_the_two_statements_of_the_schemas_version_agree() -> None:
    assert newest_version() == SCHEMA_VERSION == 1 + len(UPGRADES)


@pytest.fixture
def old(folder: Path) -> Path:
    """The folder of a state of schema 1."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "crucible.db")
    connection.executescript(STATE_OF_1.read_text())
    connection.close()
    return folder


def statements(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    return "\n".join(f"{row[0]};" for row in found).split()


def shape(folder: Path) -> list[str]:
    """Every table's columns, keys and indices, in whichever order they came about."""
    connection = sqlite3.connect(folder / "crucible.db")
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = [
        f"{table} {what} {row[numbers:]}"
        for table in tables
        for what, numbers in (("table_info", 1), ("foreign_key_list", 2), ("index_list", 1))
        for row in connection.execute(f"PRAGMA {what}({table})")
    ]
    connection.close()
    return sorted(found)


@pytest.mark.sqlite_only("no release before had another")
def test_the_newest_schema_is_what_its_file_says(state: State, folder: Path) -> None:
    fill(state)
    connection = sqlite3.connect(folder / "crucible.db")
    assert statements(connection) == NEWEST_SCHEMA.read_text().split()
    connection.close()


@pytest.mark.sqlite_only("no release before had another")
@pytest.mark.parametrize(
    ("version", "schema"), [(2, SECOND_SCHEMA), (3, THIRD_SCHEMA), (4, FOURTH_SCHEMA), (6, SIXTH_SCHEMA)]
)
def test_a_state_of_an_older_schema_gets_the_tables_that_a_new_one_has(
    folder: Path, tmp_path: Path, version: int, schema: Path
) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / "crucible.db")
    created = schema.read_text().split(";")
    for statement in sorted(created, key=lambda text: "CREATE INDEX" in text):
        connection.execute(statement)
    connection.execute(f"INSERT INTO schema_upgrades VALUES ({version}, '2026-11-29T11:08:02.000000+00:00', '1.0.0')")
    connection.commit()
    connection.close()
    with State(folder) as upgraded:
        assert upgraded.schema_version() == SCHEMA_VERSION
    with State(tmp_path / "new") as state:
        fill(state)
    assert shape(folder) == shape(tmp_path / "new")


@pytest.mark.sqlite_only("no release before had another")
def test_the_state_of_the_first_release_has_the_first_schema(old: Path) -> None:
    connection = sqlite3.connect(old / "crucible.db")
    assert statements(connection) == FIRST_SCHEMA.read_text().split()
    connection.close()


@pytest.mark.sqlite_only("no release before had another")
def test_an_upgraded_state_has_the_tables_that_a_new_one_has(old: Path, tmp_path: Path) -> None:
    with State(old) as upgraded:
        assert upgraded.schema_version() == SCHEMA_VERSION
    with State(tmp_path / "new") as state:
        fill(state)
    assert shape(old) == shape(tmp_path / "new")


@pytest.mark.sqlite_only("no release before had another")
def test_an_upgraded_state_still_has_all_that_the_first_release_recorded(old: Path) -> None:
    with State(old) as state:
        assert {tool.name: (tool.active, tool.inactive_reason) for tool in state.tools()} == {
            "alpha": (True, None),
            "beta": (True, None),
            "gamma": (False, "vanished"),
        }
        beta = state.tool("beta")
        assert beta is not None
        assert b'"second"' in state.blob(beta.version.original_hash)
        assert beta.version.code_hash is None
        assert [run.kind for run in state.runs()] == ["migrate", "migrate"]
        assert state.run_ids() == [SECOND_RUN, FIRST_RUN]
        assert [f"{change.kind} {change.tool}" for change in state.changes(run_id=FIRST_RUN)] == [
            "deactivate gamma",
            "migrate beta",
            "migrate gamma",
            "migrate beta",
            "migrate alpha",
        ]
        assert state.report(FIRST_RUN) is None
        assert state.problems() == []


@pytest.mark.sqlite_only("no release before had another")
def test_the_short_way_reads_a_state_of_the_first_release(old: Path) -> None:
    assert '"second"' in load_tool(resolve(old), "beta").source
    assert columns(old, "tools")[-1] == "validated_engine"


@pytest.mark.sqlite_only("no release before had another")
def test_runs_go_on_counting_in_an_upgraded_state(old: Path) -> None:
    with State(old) as state:
        fill(state, "delta", run_id="a-third")
        assert state.run_ids() == ["a-third", SECOND_RUN, FIRST_RUN]
        assert state.changes("beta")[-1].before is None
        assert state.changes("gamma")[0].after == {
            "version_id": 3,
            "active": False,
            "inactive_reason": "vanished",
            "adopted_hash": None,
            "validated_engine": None,
        }


def test_an_older_state_is_upgraded_when_it_is_opened_and_keeps_its_tools(state: State, folder: Path) -> None:
    fill(state, "echo")
    database = Database(resolve(folder), (*UPGRADES, add_colour))
    assert database.schema_version() == SCHEMA_VERSION + 1
    database.close()
    assert "colour" in columns(folder, "tools")
    assert execute(folder, "SELECT name, colour FROM tools") == [("echo", None)]


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
