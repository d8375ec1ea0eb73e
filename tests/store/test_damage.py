"""A state that can't be used says so with the right error, whatever is wrong with it."""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crucible_tools.errors import StateDamaged, StateError, StateNotWritable
from crucible_tools.store.place import resolve
from crucible_tools.store.quick import load_tool
from crucible_tools.store.records import content_hash
from crucible_tools.store.state import State
from tests.on_server import execute
from tests.store.conftest import fill

NAMES = [f"tool_{number}" for number in range(40)]


def read_all(folder: Path) -> None:
    with State(folder) as state:
        state.last_run()
        for tool in state.tools():
            state.blob(tool.version.original_hash)


def call_all(folder: Path) -> None:
    for name in NAMES:
        load_tool(resolve(folder), name)


def write(folder: Path) -> None:
    with State(folder) as state:
        fill(state, "another", run_id="run-2")


@pytest.fixture
def database(folder: Path) -> Path:
    with State(folder) as state:
        fill(state, *NAMES)
    return folder / "crucible.db"


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.parametrize("use", [read_all, call_all, write])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: b"this is no database at all, but some text" * 100, id="text"),
        pytest.param(lambda data: b"\0" * 4096 + data[4096:], id="first page zeroed"),
        pytest.param(lambda data: data[:6000], id="cut in the second page"),
        pytest.param(lambda data: data[:4096] + os.urandom(len(data) - 4096), id="all but the first page random"),
    ],
)
def test_a_damaged_file_is_called_damaged(
    database: Path, folder: Path, damage: Callable[[bytes], bytes], use: Callable[[Path], None]
) -> None:
    damaged = damage(database.read_bytes())
    database.write_bytes(damaged)
    with pytest.raises(StateDamaged, match="damaged") as caught:
        use(folder)
    assert caught.value.exit_code == 5
    assert "backup" in (caught.value.hint or "")
    assert str(database) in caught.value.message


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.parametrize("use", [read_all, call_all])
def test_a_source_that_changed_inside_the_database_is_never_handed_out(
    database: Path, folder: Path, use: Callable[[Path], None]
) -> None:
    data = database.read_bytes()
    assert data.count(b'{ "tool_7" }') >= 1
    database.write_bytes(data.replace(b'{ "tool_7" }', b'{ "tool_X" }'))
    with pytest.raises(StateDamaged, match="not what was recorded"):
        use(folder)
    with State(folder) as state:
        assert any("is not what was recorded" in problem for problem in state.problems())


@pytest.mark.parametrize("use", [read_all, call_all])
def test_a_source_that_was_made_another_type_by_hand_is_damage(
    database: Path, folder: Path, use: Callable[[Path], None]
) -> None:
    execute(folder, "UPDATE blobs SET content = 'a text'")
    with pytest.raises(StateDamaged, match="not what was recorded"):
        use(folder)
    with State(folder) as state:
        assert all(source.problem for source in state.sources())


def test_a_migrated_source_that_is_no_text_is_damage(database: Path, folder: Path) -> None:
    digest = content_hash(b"\xff")
    execute(folder, "INSERT INTO blobs VALUES (?, ?)", digest, b"\xff")
    execute(folder, "UPDATE tool_versions SET migrated_hash = ?", digest)
    with pytest.raises(StateDamaged, match="is no text"):
        call_all(folder)


@pytest.mark.parametrize("sequence", ["x'ff'", "'a text'", "9223372036854775807", "-5"])
def test_numbers_of_runs_that_nobody_counted_to_are_damage(database: Path, folder: Path, sequence: str) -> None:
    execute(folder, f"UPDATE runs SET sequence = {sequence}")
    with pytest.raises(StateDamaged, match="numbered up to"):
        write(folder)


@pytest.mark.parametrize("head", ["UPDATE audit_head SET number = 'x'", "DELETE FROM audit_head"])
def test_an_audit_without_an_end_takes_no_more_records(database: Path, folder: Path, head: str) -> None:
    execute(folder, head)
    with pytest.raises(StateDamaged, match="the end of its audit"):
        write(folder)


@pytest.mark.parametrize(
    "change",
    [
        "tool_versions SET tool = x'ff'",
        "tool_versions SET path = x'ff'",
        "tool_versions SET engine = '5'",
        "tool_versions SET policy = '5'",
        "tools SET inactive_reason = x'ff'",
        "tools SET validated_engine = '[1]'",
    ],
)
def test_a_record_of_another_shape_is_damage(database: Path, folder: Path, change: str) -> None:
    execute(folder, f"UPDATE {change}")
    with pytest.raises(StateDamaged, match="the state is damaged"):
        read_all(folder)


@pytest.mark.parametrize("use", [read_all, call_all])
def test_json_that_is_nested_beyond_measure_is_damage(
    database: Path, folder: Path, use: Callable[[Path], None]
) -> None:
    execute(folder, f"UPDATE tool_versions SET definition = '{'[' * 100_000}'")
    with pytest.raises(StateDamaged):
        use(folder)


def test_a_time_that_is_no_text_is_damage(database: Path, folder: Path) -> None:
    execute(folder, "UPDATE tool_versions SET migrated_at = x'ff'")
    with pytest.raises(StateDamaged, match="is no time"):
        read_all(folder)


def test_a_reading_that_was_edited_into_something_else_is_not_known(database: Path, folder: Path) -> None:
    execute(
        folder, "INSERT INTO readings VALUES (x'ff', '', 'b', x'00'), ('f', '', 'b', 'text'), ('g', '', 'b', x'00')"
    )
    with State(folder) as state:
        assert list(state.readings("b")) == ["g"]


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.parametrize("use", [read_all, call_all])
def test_a_definition_that_is_no_json_any_more_is_damage(
    database: Path, folder: Path, use: Callable[[Path], None]
) -> None:
    data = database.read_bytes()
    database.write_bytes(data.replace(b'{"name": "tool_9"', b'{"name"; "tool_9"'))
    with pytest.raises(StateDamaged):
        use(folder)


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.parametrize("use", [read_all, call_all, write])
def test_another_programs_database_is_not_taken_for_a_state(folder: Path, use: Callable[[Path], None]) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / "crucible.db")
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(StateDamaged):
        use(folder)
    connection = sqlite3.connect(folder / "crucible.db")
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]
    connection.close()


@pytest.mark.sqlite_only("a server's files are its own")
def test_references_that_point_nowhere_are_found(database: Path, folder: Path) -> None:
    execute(folder, "DELETE FROM tool_versions WHERE tool = 'tool_3'")
    with State(folder) as state:
        assert any("tools" in problem for problem in state.problems())


@pytest.mark.sqlite_only("a server's files are its own")
def test_a_state_folder_that_is_a_file_is_not_writable(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(StateNotWritable, match=r"\.crucible can't be used") as caught:
        write(folder)
    assert caught.value.exit_code == 2


@contextmanager
def without_privileges() -> Iterator[None]:
    """Permission bits mean nothing to root: act as nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that a user without privileges can reach; pytest's own can't be."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o777)
    yield path
    for folder in (path, *path.iterdir()):
        folder.chmod(0o777)
    shutil.rmtree(path)


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_a_folder_without_write_permission_is_not_writable(public: Path) -> None:
    public.chmod(0o555)
    with without_privileges(), pytest.raises(StateNotWritable):
        write(public / "below" / ".crucible")


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_a_state_without_write_permission_can_be_read_and_not_written(public: Path) -> None:
    folder = public / ".crucible"
    with State(folder) as state:
        fill(state, *NAMES)
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    with without_privileges():
        read_all(folder)
        call_all(folder)
        with pytest.raises(StateNotWritable):
            write(folder)


@pytest.mark.sqlite_only("a server's files are its own")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
@pytest.mark.parametrize("use", [read_all, call_all, write])
def test_a_folder_that_cannot_be_looked_into_is_an_error_and_no_empty_state(
    public: Path, use: Callable[[Path], None]
) -> None:
    folder = public / ".crucible"
    with State(folder) as state:
        fill(state, *NAMES)
    folder.chmod(0)
    with without_privileges(), pytest.raises(StateNotWritable, match="can't be used"):
        use(folder)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM schema_upgrades",
        "UPDATE tool_versions SET definition = 'no json'",
        "UPDATE tool_versions SET migrated_at = 'never'",
        "UPDATE tool_versions SET policy = '{}'",
        "UPDATE runs SET config = 'no json'",
    ],
)
def test_whatever_reads_a_damaged_record_says_what_helps(database: Path, folder: Path, damage: str) -> None:
    execute(folder, damage)
    with pytest.raises(StateDamaged) as caught:
        read_all(folder)
    assert "backup" in (caught.value.hint or "")


def test_every_state_error_is_a_state_error() -> None:
    assert issubclass(StateDamaged, StateError)
    assert issubclass(StateNotWritable, StateError)
