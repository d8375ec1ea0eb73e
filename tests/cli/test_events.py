"""`crucible events`: what happened, and what happens, until it is stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import Crucible
from tests.cli.test_interrupting import fill, stopped

FAILING = 'if args.contains_key("bad") { panic!("bad luck\\u{1b}[2J") } args'


@pytest.fixture
def used(crucible: Crucible) -> Crucible:
    """A project in which tools were migrated, called and rolled back."""
    crucible.tool("echo", FAILING)
    crucible.tool("just_build")
    assert crucible("migrate").code == 0
    assert crucible("call", "echo").code == 0
    assert crucible("call", "echo", "-a", "bad=1").code == 1
    assert crucible("rollback", "just_build").code == 0
    return crucible


def types(document: list[dict[str, Any]]) -> list[tuple[str, str]]:
    runs = ("migration_started", "migration_completed")
    return [(event["type"], "" if event["type"] in runs else event["identifier"]) for event in document]


def test_all_that_happened_is_told_in_order(used: Crucible) -> None:
    document = used("events", "--format", "json").document

    assert types(document) == [
        ("migration_started", ""),
        ("tool_migrated", "echo"),
        ("tool_migrated", "just_build"),
        ("migration_completed", ""),
        ("script_executed", "echo"),
        ("script_executed", "echo"),
        ("error", "echo"),
        ("tool_rolled_back", "just_build"),
    ]
    assert [event["sequence"] for event in document] == list(range(1, 9))
    assert document[4]["data"]["reason"] == "finished"


def test_text_has_a_line_for_each_event_that_no_script_can_break(used: Crucible) -> None:
    done = used("events", "--type", "error", "--type", "tool_rolled_back")

    error, rolled_back = done.out.splitlines()
    assert "       7  error" in error
    assert "reason=script_error" in error
    assert "bad luck" in error
    assert "\x1b" not in done.out
    assert "just_build" in rolled_back
    assert "active=false" in rolled_back


def test_events_are_chosen_by_tool_and_number(used: Crucible) -> None:
    assert types(used("events", "--tool", "just_*", "--format", "json").document) == [
        ("tool_migrated", "just_build"),
        ("tool_rolled_back", "just_build"),
    ]
    assert types(used("events", "--since", "6", "--format", "json").document) == [
        ("error", "echo"),
        ("tool_rolled_back", "just_build"),
    ]


def test_a_plan_and_a_dry_run_record_nothing(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible("plan")
    assert not (crucible.root / ".crucible").exists()
    crucible("migrate")
    before = crucible("events", "--format", "json").document
    crucible("plan")
    crucible("rollback", "echo", "--dry-run")

    assert crucible("events", "--format", "json").document == before


def test_without_a_state_nothing_has_happened(crucible: Crucible) -> None:
    done = crucible("events")
    assert (done.code, done.out) == (0, "")
    assert "no event" in done.err
    assert crucible("events", "--format", "json").document == []


def test_a_mistyped_type_is_told_with_the_one_that_was_meant(used: Crucible) -> None:
    done = used("events", "--type", "eror")
    assert done.code == 0
    assert "did you mean error?" in done.err


def test_a_since_that_is_none_is_refused(crucible: Crucible) -> None:
    assert crucible("events", "--since", "soon").code == 2


@pytest.fixture
def follower(used: Crucible) -> Iterator[subprocess.Popen[str]]:
    """A process that follows the events after the sixth."""
    command = [sys.executable, "-m", "crucible_tools", "events", "--follow", "--format", "json", "--since", "6"]
    process = subprocess.Popen(command, cwd=used.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def line_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    event = json.loads(process.stdout.readline())
    return event["type"], event["identifier"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that a process catches alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_following_gives_an_object_a_line_as_events_come_and_ends_cleanly(
    used: Crucible, follower: subprocess.Popen[str], number: signal.Signals
) -> None:
    assert line_of(follower) == ("error", "echo")
    assert line_of(follower) == ("tool_rolled_back", "just_build")
    assert used("call", "echo").code == 0
    assert line_of(follower) == ("script_executed", "echo")

    follower.send_signal(number)
    out, err = follower.communicate(timeout=60)
    assert (follower.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_a_follower_whose_reader_goes_away_ends(used: Crucible, follower: subprocess.Popen[str]) -> None:
    assert line_of(follower) == ("error", "echo")
    assert follower.stdout is not None
    follower.stdout.close()
    used("call", "echo")

    assert follower.wait(60) == 1
    assert follower.stderr is not None
    assert follower.stderr.read() == ""


def test_a_state_that_another_program_writes_all_the_time_still_lets_tools_be_called(used: Crucible) -> None:
    database = used.root / ".crucible" / "crucible.db"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\n"
            "c.execute('BEGIN IMMEDIATE')\nprint('held',flush=True)\nsys.stdin.read()",
            str(database),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    done = used("call", "echo")
    holder.communicate()

    assert (done.code, done.out) == (0, "{}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_a_migration_that_is_stopped_is_recorded_as_interrupted(crucible: Crucible) -> None:
    fill(crucible)
    assert stopped(crucible.root, signal.SIGTERM).returncode == 130

    document = crucible("events", "--format", "json").document
    assert [kind for kind, _ in types(document)] == ["migration_started", *["tool_migrated"] * 3, "migration_completed"]
    assert document[-1]["data"]["interrupted"] is True
    assert document[-1]["data"]["phase"] == "failed"


def test_as_many_events_are_kept_as_the_configuration_says(crucible: Crucible) -> None:
    for name in ("a", "b", "c", "d"):
        crucible.tool(name)
    crucible.write("crucible.toml", "[events]\nkeep = 3\n")
    crucible("migrate")
    assert len(crucible("events", "--format", "json").document) > 3, "a file that is merely found hides nothing"
    crucible("call", "a", "--config", "crucible.toml")
    kept = crucible("events", "--format", "json").document
    assert len(kept) == 3
    assert kept[-1]["type"] == "script_executed"
