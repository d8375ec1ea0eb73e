"""What the world does to a state while it is written: each fault has its error, and leaves what was there."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.errors import StateDamaged, StateLocked, StateNotWritable
from crucible_tools.store import database, lock, postgresql, sqlite
from crucible_tools.store.place import DATABASE_NAME
from crucible_tools.store.records import content_hash
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State
from tests.on_server import execute, kept_busy
from tests.store.conftest import add_tool, fill

PAGE = 4096


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the database grow by so many pages and no further: the driver then says that the disk is full."""
    connect = sqlite.connect

    def limit(pages: int) -> None:
        def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **options)
            (size,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {size + pages}")
            return connection

        monkeypatch.setattr(sqlite, "connect", connected)

    return limit


def add_large(run: RunRecorder, name: str) -> None:
    add_tool(run, name, name.encode() * PAGE)


def add_together(run: RunRecorder, names: list[str]) -> None:
    with run.together() as batch:
        for name in names:
            batch.put_blob(content_hash(name.encode() * PAGE), name.encode() * PAGE)


def add_until_it_fails(state: State, recorded: list[str]) -> None:
    with state.run("run-2", {}) as run:
        for number in range(20):
            add_large(run, f"tool_{number}")
            recorded.append(f"tool_{number}")


@pytest.mark.sqlite_only("the disk is the server's")
@pytest.mark.parametrize("pages", range(0, 40, 8))
def test_a_disk_that_fills_up_while_tools_are_recorded_keeps_what_was_recorded(
    state: State, full_disk: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    fill(state, "before")
    full_disk(pages)
    recorded: list[str] = []
    with pytest.raises(StateNotWritable, match="disk is full") as caught:
        add_until_it_fails(state, recorded)
    state.close()
    monkeypatch.undo()
    assert "space on its disk" in (caught.value.hint or "")
    assert caught.value.exit_code == 2
    assert state.names() == ["before", *sorted(recorded)]
    assert state.problems() == []
    last = state.last_run()
    assert last is not None
    assert last.status in ("interrupted", "completed")
    fill(state, "after", run_id="run-3")
    assert "after" in state.names()


@pytest.mark.sqlite_only("the disk is the server's")
def test_operations_of_one_transaction_that_do_not_fit_leave_nothing(
    state: State, full_disk: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(state, "before")
    full_disk(12)
    with pytest.raises(StateNotWritable, match="disk is full"), state.run("run-2", {}) as run:
        add_together(run, [f"tool_{number}" for number in range(20)])
    state.close()
    monkeypatch.undo()
    assert state.names() == ["before"]
    assert state.operations("run-2") == []
    with pytest.raises(StateDamaged, match="missing"):
        state.blob(content_hash(b"tool_0" * PAGE))


@pytest.mark.sqlite_only("the disk is the server's")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_write_that_the_system_refuses_half_way_is_told_and_undone(state: State, folder: Path) -> None:
    """The real thing: the kernel refuses to let a file grow beyond a limit."""
    fill(state, "before")
    state.close()
    code = (
        "import resource, signal, sys\n"
        "from crucible_tools.errors import StateNotWritable\n"
        "from crucible_tools.store.state import State\n"
        "from tests.store.conftest import add_tool\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "with State(sys.argv[1]) as state:\n"
        "    try:\n"
        "        with state.run('run-2', {}) as run:\n"
        "            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "            for number in range(100):\n"
        "                add_tool(run, f'tool_{number}', f'{number}'.encode() * 9000)\n"
        "                print(number)\n"
        "    except StateNotWritable as error:\n"
        "        print(error.message, file=sys.stderr)\n"
        "        sys.exit(error.exit_code)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, cwd=root, check=False, timeout=120
    )
    assert done.returncode == 2, done.stderr
    assert "can't be written" in done.stderr
    written = len(done.stdout.splitlines())
    assert 0 < written < 100
    assert len(state.names()) == 1 + written
    assert state.problems() == []


@contextlib.contextmanager
def no_room() -> Generator[None]:
    """No file of this process grows."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.sqlite_only("the disk is the server's")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_what_only_reads_works_on_a_disk_without_room(state: State, folder: Path) -> None:
    fill(state, "echo")
    state.close()
    for _ in range(2):  # a failed attempt leaves an empty log behind
        with no_room(), State(folder) as reader:
            names = [tool.name for tool in reader.tools()]
            with pytest.raises(StateNotWritable), reader.run("run-2", {}):
                pass
        assert names == ["echo"]
    with state.run("run-3", {}) as run:
        add_tool(run, "other")
    assert state.names() == ["echo", "other"]


@pytest.mark.sqlite_only("the disk is the server's")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_changes_that_wait_in_the_log_are_not_passed_over_for_want_of_room(state: State, folder: Path) -> None:
    copy = folder.parent / "copy"
    with state.run("run-1", {}) as run:
        add_tool(run, "echo")
        shutil.copytree(folder, copy)
    assert (copy / f"{DATABASE_NAME}-wal").stat().st_size > 0
    (copy / f"{DATABASE_NAME}-shm").unlink()
    with no_room(), State(copy) as reader, pytest.raises(StateNotWritable):
        reader.tools()
    with State(copy) as reader:
        assert [tool.name for tool in reader.tools()] == ["echo"]


@pytest.mark.sqlite_only("the disk is the server's")
def test_a_disk_without_room_for_the_holders_name_is_told_and_the_lock_is_free_again(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(StateNotWritable, match="No space left on device"):
            fill(state, "echo")
    assert not lock.is_held(state.place)
    fill(state, "echo")
    assert state.names() == ["echo"]


def test_a_database_that_another_program_keeps_locked_is_busy_and_not_damaged(
    state: State, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(state, "before")
    for dialect in (sqlite, postgresql):
        monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.05)
    state.close()
    with kept_busy(folder):
        with pytest.raises(StateLocked, match="in use by another program") as caught:
            fill(state, "after", run_id="run-2")
        assert caught.value.exit_code == 4
        assert state.names() == ["before"]
    fill(state, "after", run_id="run-2")
    assert state.names() == ["after", "before"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE operations SET before = '[]'",
        "UPDATE operations SET after = '{}'",
        """UPDATE operations SET after = '{"version_id": "x", "active": true}'""",
        "UPDATE operations SET after = 'no json'",
        "UPDATE operations SET at = 'never'",
    ],
)
def test_an_operation_that_can_not_be_read_is_damage(state: State, folder: Path, damage: str) -> None:
    fill(state, "echo")
    execute(folder, damage)
    with pytest.raises(StateDamaged) as caught:
        state.changes("echo")
    assert caught.value.exit_code == 5


def test_letting_a_name_stand_for_a_version_that_is_not_there_is_damage(state: State) -> None:
    fill(state, "echo")
    with state.run("run-2", {}) as run, pytest.raises(StateDamaged), run.transaction() as transaction:
        transaction.set_tool("echo", {"version_id": 99, "active": True, "inactive_reason": None})
    tool = state.tool("echo")
    assert tool is not None
    assert tool.version_id == 1


@pytest.mark.sqlite_only("the disk is the server's")
def test_who_holds_the_lock_is_written_beside_it_while_it_is_held(state: State) -> None:
    with state.run("run-1", {}):
        written = json.loads((state.place.folder / "crucible.holder.json").read_text())
        assert written.keys() == {"pid", "host", "run_id", "since"}
        assert (written["pid"], written["run_id"]) == (os.getpid(), "run-1")
    assert not (state.place.folder / "crucible.holder.json").exists()


@pytest.mark.sqlite_only("the disk is the server's")
def test_a_new_state_that_did_not_get_out_of_its_log_is_not_put_into_place(
    state: State, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a disk that fills up just then, closing the database leaves what was committed in the log, and says nothing;
    # so does another connection that is still open.
    readers: list[sqlite3.Connection] = []
    create = database.create

    def create_and_hold(connection: Any, upgrades: Any) -> None:
        create(connection, upgrades)
        [fresh] = folder.glob("*.new")
        readers.append(sqlite3.connect(fresh))
        readers[0].execute("SELECT 1 FROM sqlite_schema").fetchall()

    with monkeypatch.context() as patched:
        patched.setattr(database, "create", create_and_hold)
        with pytest.raises(StateNotWritable, match=r"crucible.db can't be written: the disk is full"):
            fill(state, "a")
    readers[0].close()
    assert not state.exists()
    fill(state, "a")
    assert state.names() == ["a"]
