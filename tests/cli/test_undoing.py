"""`crucible rollback`, `restore`, `history` and `cleanup`: what was, and having it back."""

import contextlib
import sqlite3
from collections.abc import Sequence

import pytest

from crucible_tools.store.state import State
from tests.cli.conftest import Crucible


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    """Two tools, of which `echo` has a second version."""
    crucible.tool("echo", '"one"')
    crucible.tool("other")
    assert crucible("migrate").code == 0
    crucible.tool("echo", '"two"')
    assert crucible("migrate").code == 0
    return crucible


def run_ids(crucible: Crucible) -> list[str]:
    return [run["id"] for run in crucible("history", "--format", "json").document]


def test_a_tool_is_rolled_back_to_its_previous_version_and_called(migrated: Crucible) -> None:
    done = migrated("rollback", "echo")
    assert done.code == 0
    assert done.out.splitlines()[0] == "echo: version 3 -> version 1"
    assert migrated("call", "echo").out == "one\n"


def test_the_command_that_undoes_a_rollback_is_told_and_works(migrated: Crucible) -> None:
    told = migrated("rollback", "echo").out.splitlines()[-1]
    command = told.rpartition("crucible ")[2].split()
    assert migrated(*command).code == 0
    assert migrated("call", "echo").out == "two\n"


def test_a_run_is_rolled_back_as_json_says(migrated: Crucible) -> None:
    second, first = run_ids(migrated)
    done = migrated("rollback", "--run", second, "--format", "json")
    assert done.code == 0
    assert done.document["dry_run"] is False
    assert done.document["run"] == run_ids(migrated)[0]
    (tool,) = done.document["tools"]
    assert (tool["tool"], tool["before"]["version_id"], tool["after"]["version_id"]) == ("echo", 3, 1)
    assert migrated("rollback", "--run", first).code == 0
    assert migrated("call", "echo").code == 1
    assert "inactive" in migrated("call", "echo").err


def test_a_run_is_named_by_its_beginning_or_as_the_last_migration(migrated: Crucible) -> None:
    second, first = run_ids(migrated)
    assert migrated("rollback", "--run", second[:-2]).code == 0
    assert migrated("call", "echo").out == "one\n"
    newest = run_ids(migrated)[0]
    assert migrated("rollback", "--run", newest).code == 0
    assert migrated("restore", "--run", first[:-2], "--to", "back").code == 0
    assert b'"one"' in (migrated.root / "back" / "echo.rn").read_bytes()
    assert migrated("rollback", "--run", "last").code == 0
    assert migrated("call", "echo").out == "one\n"


def test_a_run_that_later_ones_built_upon_is_refused_with_them(migrated: Crucible) -> None:
    second, first = run_ids(migrated)
    done = migrated("rollback", "--run", first, "--format", "json")
    assert done.code == 2
    error = done.document["error"]
    assert (error["code"], error["conflicts"]) == ("rollback-conflict", {"echo": [second]})
    assert f"crucible rollback --run {second}" in error["hint"]


def test_everything_goes_back_to_a_time_or_to_before_everything(migrated: Crucible) -> None:
    _, first = migrated("history", "--format", "json").document
    assert migrated("rollback", "--to", first["ended_at"]).code == 0
    assert migrated("call", "echo").out == "one\n"
    assert migrated("rollback", "--all").code == 0
    assert "0 active and 2 inactive" in migrated("status").out


def test_a_dry_run_of_a_rollback_changes_nothing(migrated: Crucible) -> None:
    before = run_ids(migrated)
    done = migrated("rollback", "--all", "--dry-run")
    assert done.code == 0
    assert "2 tools would be rolled back; nothing was changed." in done.out
    assert run_ids(migrated) == before
    assert migrated("call", "echo").out == "two\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing is to be rolled back"),
        (("echo", "--all"), "several things at once"),
        (("--run", "x", "--to", "2026-11-24"), "several things at once"),
        (("--to", "yesterday"), "'yesterday' is no time"),
        (("--to", "2999-01-01"), "has not come yet"),
        (("--run", "nothing"), "there is no run 'nothing'"),
    ],
)
def test_a_rollback_of_nothing_known_is_wrong_usage(migrated: Crucible, arguments: Sequence[str], message: str) -> None:
    done = migrated("rollback", *arguments)
    assert done.code == 2
    assert message in done.err
    assert "hint:" in done.err


def test_a_rollback_of_an_unknown_tool_is_told_near_names(migrated: Crucible) -> None:
    done = migrated("rollback", "ecko")
    assert done.code == 1
    assert "did you mean 'echo'" in done.err


def test_a_rollback_while_another_run_holds_the_state_names_it(migrated: Crucible) -> None:
    with State(".crucible") as state, state.run("the-other-run", {}):
        done = migrated("rollback", "--all", "--lock-timeout", "0")
    assert done.code == 4
    assert "the-other-run" in done.err


def test_a_rollback_where_there_is_no_state_makes_none(crucible: Crucible) -> None:
    assert crucible("rollback", "echo").code == 1
    assert crucible("rollback", "--all").code == 0
    assert not (crucible.root / ".crucible").exists()


def test_originals_are_restored_and_other_files_kept(migrated: Crucible) -> None:
    original = (migrated.root / "tools" / "echo.rn").read_bytes()
    done = migrated("restore", "echo", "--to", "back")
    assert done.code == 0
    assert done.out == "echo.rn\nWrote 1 original below back.\n"
    assert (migrated.root / "back" / "echo.rn").read_bytes() == original
    migrated.tool("echo", '"three"')
    refused = migrated("restore", "--to", "tools")
    assert refused.code == 2
    assert "echo.rn (another file is there)" in refused.err
    forced = migrated("restore", "--to", "tools", "--force", "--format", "json")
    assert forced.document == {"to": "tools", "written": ["echo.rn"], "unchanged": ["other.rn"]}
    assert (migrated.root / "tools" / "echo.rn").read_bytes() == original


def test_originals_of_a_run_are_restored(migrated: Crucible) -> None:
    _, first = run_ids(migrated)
    assert migrated("restore", "--run", first, "--to", "back").code == 0
    assert b'"one"' in (migrated.root / "back" / "echo.rn").read_bytes()


def test_restoring_needs_a_folder(migrated: Crucible) -> None:
    done = migrated("restore", "echo")
    assert done.code == 2
    assert "--to" in done.err


def test_history_shows_every_run_newest_first(migrated: Crucible) -> None:
    migrated("rollback", "echo")
    lines = migrated("history").out.splitlines()
    assert [line.split()[2] for line in lines] == ["rollback", "migrate", "migrate"]
    assert [line.partition("completed")[2].strip() for line in lines] == ["1 change", "1 change", "2 changes"]
    newest = migrated("history", "--format", "json").document[0]
    assert (newest["kind"], newest["status"], newest["operations"], newest["failures"]) == (
        "rollback", "completed", 1, 0,
    )  # fmt: skip


def test_the_history_of_a_tool_shows_its_versions_with_their_runs_and_its_changes(migrated: Crucible) -> None:
    second, first = run_ids(migrated)
    document = migrated("history", "echo", "--format", "json").document
    assert document["tool"] == "echo"
    assert [(it["version"], it["run"], it["current"]) for it in document["versions"]] == [
        (3, second, True),
        (1, first, False),
    ]
    assert [(it["kind"], it["run"]) for it in document["changes"]] == [("migrate", second), ("migrate", first)]
    text = migrated("history", "echo").out
    assert "(now)" in text
    assert f"unknown -> version 1  (run {first}, migrate)" in text


def test_the_history_of_an_unknown_tool_is_told_near_names(migrated: Crucible) -> None:
    done = migrated("history", "ecko")
    assert done.code == 1
    assert "did you mean 'echo'" in done.err


def test_history_where_nothing_happened_is_empty(crucible: Crucible) -> None:
    assert crucible("history", "--format", "json").document == []
    assert "crucible migrate" in crucible("history").err


def test_cleaning_up_forgets_inactive_tools_and_keeps_their_history(migrated: Crucible) -> None:
    assert "No tool is inactive." in migrated("cleanup").out
    (migrated.root / "tools" / "other.rn").unlink()
    migrated("migrate")
    done = migrated("cleanup", "--format", "json")
    assert (done.code, done.document["removed"]) == (0, ["other"])
    assert [tool["original_name"] for tool in migrated("list", "--format", "json").document] == ["echo"]
    assert migrated("history", "other").code == 0
    assert migrated("rollback", "other").code == 0
    assert "inactive" in migrated("list").out


def test_a_name_out_of_a_source_can_not_move_the_cursor(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible("migrate")
    done = crucible("rollback", "\x1b[2Jecho")
    assert "\x1b" not in done.err


def test_a_hostile_state_can_not_add_lines_to_what_is_told(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible("migrate")
    with contextlib.closing(sqlite3.connect(crucible.root / ".crucible" / "crucible.db")) as connection:
        connection.execute("UPDATE runs SET kind = 'x' || char(10) || 'all is well', status = char(27) || '[2J'")
        connection.execute("UPDATE tool_versions SET path = 'a' || char(10) || 'b.rn'")
        connection.commit()
    assert len(crucible("history").out.splitlines()) == 1
    told = crucible("history", "echo").out
    assert len(told.splitlines()) == 5
    assert "\x1b" not in told + crucible("history").out
