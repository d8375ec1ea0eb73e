"""What is put into a state comes out of it, a run's changes are all or nothing each, reading changes nothing."""

import os
import stat
import sys
from pathlib import Path

import pytest

from crucible_tools.errors import ConfigurationError
from crucible_tools.store.place import resolve
from crucible_tools.store.records import content_hash
from crucible_tools.store.runs import FailureRecord, RunRecorder, SkippedRecord
from crucible_tools.store.state import State
from tests.store.conftest import add_tool, fill, source_of, version_of


def test_reading_a_state_that_is_not_there_finds_nothing_and_makes_nothing(state: State, folder: Path) -> None:
    assert state.tools() == []
    assert state.tool("echo") is None
    assert state.last_run() is None
    assert state.problems() == []
    assert not folder.exists()


def test_a_recorded_tool_comes_back_as_it_was_put_in(state: State) -> None:
    fill(state, "echo")
    stored = state.tool("echo")
    assert stored is not None
    assert stored.version == version_of("echo", content_hash(source_of("echo")))
    assert stored.active
    assert state.blob(stored.version.original_hash) == source_of("echo")


@pytest.mark.sqlite_only("a server has no folder")
@pytest.mark.parametrize("name", ["%41 ?#&\n", "ünï", os.fsdecode(b"\xff\xfe"), "-x"], ids=ascii)
def test_a_state_may_have_any_name(tmp_path: Path, name: str) -> None:
    with State(tmp_path / name) as state:
        fill(state, "echo")
    with State(tmp_path / name) as state:
        assert [tool.name for tool in state.tools()] == ["echo"]
        assert state.problems() == []


@pytest.mark.sqlite_only("a server has no folder")
@pytest.mark.parametrize("form", ["{}", "{}/below", "sqlite:///{}", "sqlite:///{}/below.db"])
def test_a_state_behind_a_link_that_leads_to_itself_is_refused(tmp_path: Path, form: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    given = form.format(tmp_path / "loop")
    with pytest.raises(ConfigurationError, match="a link that leads back to itself") as caught:
        resolve(given)
    assert given in caught.value.message


@pytest.mark.sqlite_only("a server has no folder")
def test_a_state_in_the_home_of_nobody_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="home"):
        resolve("~nobody-has-this-name/state")


def test_a_report_may_name_what_is_no_text(state: State) -> None:
    with state.run("run-1", {}) as run:
        run.finish("completed", {}, full_report={"directory": "\udcff", "emoji": "\U0001f600"})
    assert state.report("run-1") == {"directory": "\udcff", "emoji": "\U0001f600"}


def test_tools_come_sorted_by_name(state: State) -> None:
    fill(state, "zebra", "ant", "mole")
    assert [tool.name for tool in state.tools()] == ["ant", "mole", "zebra"]


def test_a_source_that_two_tools_share_is_kept_once(state: State) -> None:
    with state.run("run-1", {}) as run:
        add_tool(run, "one", b"shared")
        add_tool(run, "two", b"shared")
        run.finish("completed", {})
    one, two = state.tools()
    assert one.version.original_hash == two.version.original_hash
    assert state.problems() == []


def half_an_operation(run: RunRecorder) -> None:
    with run.transaction() as transaction:
        transaction.put_blob(content_hash(b"lost source"), b"lost source")
        transaction.add_version(version_of("lost", content_hash(b"lost source")))
        raise RuntimeError("pulled plug")


def test_an_operation_that_fails_leaves_nothing_of_itself_behind(state: State) -> None:
    with state.run("run-1", {}) as run:
        add_tool(run, "kept")
        with pytest.raises(RuntimeError, match="pulled plug"):
            half_an_operation(run)
        run.finish("completed", {})
    assert state.names() == ["kept"]
    assert state.versions("lost") == 0
    assert [row["tool"] for row in state.operations("run-1")] == ["kept"]
    with pytest.raises(Exception, match="missing"):
        state.blob(content_hash(b"lost source"))


def test_operations_are_numbered_in_order_with_the_rows_before_and_after(state: State) -> None:
    with state.run("run-1", {}) as run:
        add_tool(run, "echo")
        before = {"version_id": 1, "active": True, "inactive_reason": None}
        after = {**before, "active": False, "inactive_reason": "vanished"}
        with run.transaction() as transaction:
            transaction.set_tool("echo", after)
            transaction.record("deactivate", "echo", before, after)
        run.finish("completed", {})
    first, second = state.operations("run-1")
    assert (first["number"], first["before"], first["after"]["version_id"]) == (1, None, 1)
    assert (second["number"], second["before"], second["after"]) == (2, before, after)
    tool = state.tool("echo")
    assert tool is not None
    assert (tool.active, tool.inactive_reason) == (False, "vanished")


def test_a_run_keeps_its_failures_skipped_files_and_report(state: State) -> None:
    now = version_of("x", "").migrated_at
    with state.run("run-1", {"mode": "incremental"}) as run:
        run.finish(
            "completed",
            {"duration": 1.5},
            [FailureRecord(tool="bad", error_type="compilation_failed", message="no", at=now, context={"line": 3})],
            [SkippedRecord(directory="tools", path="lib.rn", kind="library", reasons=("helpers only",))],
        )
    last = state.last_run()
    assert last is not None
    assert (last.id, last.status, last.config, last.report) == (
        "run-1", "completed", {"mode": "incremental"}, {"duration": 1.5},
    )  # fmt: skip
    assert state.failures("run-1")[0]["context"] == {"line": 3}
    assert state.skipped_files("run-1")[0]["reasons"] == ["helpers only"]


def test_a_run_that_never_ended_counts_as_interrupted(state: State) -> None:
    with state.run("run-1", {}):
        running = state.last_run()
        assert running is not None
        assert running.status == "running"
    dead = state.last_run()
    assert dead is not None
    assert dead.status == "interrupted"


def test_the_next_run_marks_the_one_that_never_ended(state: State) -> None:
    with state.run("run-1", {}):
        pass
    with state.run("run-2", {}) as run:
        run.finish("completed", {})
    with State(state.place) as again, again.run("run-3", {}):
        pass
    last = state.last_run()
    assert last is not None
    assert last.id == "run-3"


def test_state_that_another_process_closed_can_be_read_by_a_new_one(state: State, folder: Path) -> None:
    fill(state, "echo")
    with State(folder) as other:
        assert other.names() == ["echo"]


def test_a_closed_state_opens_again_when_it_is_used(state: State) -> None:
    fill(state, "echo")
    state.close()
    state.close()
    assert state.names() == ["echo"]


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_the_folder_is_the_users_alone(state: State, folder: Path) -> None:
    mask = os.umask(0)
    try:
        fill(state, "echo")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.sqlite_only("a server has no folder")
def test_nothing_but_the_database_and_its_lock_is_left_in_the_folder(state: State, folder: Path) -> None:
    fill(state, "echo")
    assert sorted(path.name for path in folder.iterdir()) == ["crucible.db", "crucible.lock"]


def test_a_state_can_be_named_by_url(tmp_path: Path) -> None:
    with State(f"sqlite:///{tmp_path}/other/mine.db") as state:
        fill(state, "echo")
        assert state.names() == ["echo"]
    assert (tmp_path / "other" / "mine.db").exists()


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///", "sqlite:///x.db?mode=memory"])
def test_a_url_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not supported"):
        resolve(url)


def test_recorded_paths_are_relative_to_the_project_so_that_it_can_be_moved(tmp_path: Path) -> None:
    place = resolve(tmp_path / "project" / ".crucible")
    assert place.portable(tmp_path / "project" / "tools" / "a.rn") == "tools/a.rn"
    assert place.portable(tmp_path / "elsewhere" / "a.rn") == (tmp_path / "elsewhere" / "a.rn").as_posix()


def test_only_the_dialect_knows_which_database_it_is() -> None:
    package = Path(sys.modules["crucible_tools.store"].__file__ or "").parent
    for file in package.glob("*.py"):
        if file.name not in ("dialect.py", "sqlite.py", "postgresql.py", "session_lock.py"):
            text = file.read_text()
            for word in ("PRAGMA", "dialects.", "sqlite_", "on_conflict", "psycopg", "advisory"):
                assert word not in text, f"{file.name} has {word}"


@pytest.mark.sqlite_only("a server has no folder")
def test_what_a_crash_left_while_a_database_was_made_is_cleared_away(state: State, folder: Path) -> None:
    folder.mkdir()
    (folder / "crucible.db.4711.new").write_bytes(b"half")
    (folder / "crucible.db.4711.new-wal").write_bytes(b"half")
    fill(state, "echo")
    assert sorted(path.name for path in folder.iterdir()) == ["crucible.db", "crucible.lock"]


def test_a_state_without_a_name_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no name"):
        resolve("")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_nobody_else_may_read_the_database_or_its_logs(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        with State(f"sqlite:///{tmp_path}/mine.db") as state:
            with state.run("run", {}) as run:
                add_tool(run, "one")
                modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.glob("mine.db*")}
            assert modes == {"mine.db": 0, "mine.db-wal": 0, "mine.db-shm": 0}
    finally:
        os.umask(old)
