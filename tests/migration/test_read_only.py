"""A state that can't be written: the run ends with the error that says so, and nothing that was recorded is harmed.

The database itself refuses to write, as for anybody, root too: the connection is opened as the driver opens one of a
disk that is mounted to be read only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from crucible_tools import MigrationMode, MigrationReport, StateNotWritable
from crucible_tools.errors import CrucibleError
from crucible_tools.migration.rollback import Everything, roll_back
from crucible_tools.store.state import State
from tests.migration.conftest import Project, migrate, tool

NAMES = ("a", "b", "c")

pytestmark = pytest.mark.sqlite_only("a server's files are its own")


def fill(project: Project) -> None:
    for name in NAMES:
        project.write(f"{name}.rn", tool(name, "1"))


def names(project: Project) -> list[str]:
    with State(project.root / ".crucible") as state:
        assert state.problems() == []
        return [stored.name for stored in state.tools() if stored.active]


@pytest.fixture
def mounted_read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets every connection that is opened from now on be one to a database that can only be read."""
    connect = sqlite3.connect

    def reading(where: str, **options: Any) -> sqlite3.Connection:
        return connect(where.replace("mode=rwc", "mode=ro").replace("mode=rw", "mode=ro"), **options)

    return lambda: monkeypatch.setattr(sqlite3, "connect", reading)


def turning_read_only(after: int) -> type[sqlite3.Connection]:
    """A connection whose database can't be written any more when so many transactions were begun that write."""

    class Connection(sqlite3.Connection):
        begun = 0

        def cursor(self, *arguments: Any, **named: Any) -> Any:
            return super().cursor(Cursor)

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, *arguments: Any) -> Any:
            if statement == "BEGIN IMMEDIATE":
                Connection.begun += 1
                if Connection.begun > after:
                    super().execute("PRAGMA query_only = ON")
            return super().execute(statement, *arguments)

    return Connection


async def test_a_migration_into_a_state_that_is_read_only_says_so_and_changes_nothing(
    project: Project, mounted_read_only: Callable[[], None]
) -> None:
    fill(project)
    await migrate(project)
    project.write("d.rn", tool("d", "1"))
    mounted_read_only()
    with pytest.raises(StateNotWritable, match="readonly database") as caught:
        await migrate(project)
    assert caught.value.code == "state-not-writable"
    assert caught.value.hint is not None
    assert names(project) == [*NAMES]


async def test_what_only_reads_works_on_a_state_that_is_read_only(
    project: Project, mounted_read_only: Callable[[], None]
) -> None:
    fill(project)
    await migrate(project)
    mounted_read_only()
    planned = await migrate(project, mode=MigrationMode.DRY_RUN)
    assert {planned.action.value for planned in planned.plan} == {"unchanged"}
    async with project.manager() as manager:
        assert (await manager.bridge.execute_migrated_tool("a", {})).result == 1
        assert (await manager.bridge.validate_migration()).valid


async def test_a_rollback_in_a_state_that_is_read_only_undoes_nothing(
    project: Project, mounted_read_only: Callable[[], None]
) -> None:
    fill(project)
    await migrate(project)
    mounted_read_only()
    with State(project.root / ".crucible") as state, pytest.raises(StateNotWritable):
        await roll_back(state, Everything())
    assert names(project) == [*NAMES]


@pytest.mark.parametrize("mode", [MigrationMode.INCREMENTAL, MigrationMode.FULL])
async def test_a_disk_that_turns_read_only_in_the_middle_ends_the_run_and_the_next_one_goes_on_from_there(
    project: Project, mode: MigrationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(project)
    await migrate(project)
    for name in NAMES:
        project.write(f"{name}.rn", tool(name, "2"))
    connect, counts, ends = sqlite3.connect, set[int](), list[str]()
    for after in range(20):
        monkeypatch.setattr(
            sqlite3,
            "connect",
            lambda where, turning=turning_read_only(after), **options: connect(where, factory=turning, **options),
        )
        try:
            report: MigrationReport | None = await migrate(project, mode=mode)
        except CrucibleError as error:
            ends.append(error.code)
            report = None
        monkeypatch.setattr(sqlite3, "connect", connect)
        assert names(project) == [*NAMES]
        with State(project.root / ".crucible") as state:
            migrated = [stored for stored in state.tools() if b"{ 2 }" in state.blob(stored.version.migrated_hash)]
        counts.add(len(migrated))
        if report is not None:
            break
        if mode is MigrationMode.FULL:
            assert len(migrated) in (0, 3)
    assert set(ends) == {"state-not-writable"}
    assert max(counts) == 3
    assert (await migrate(project)).migrated_tools == NAMES
