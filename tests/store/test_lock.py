"""One run at a time changes a state; who holds it is named, and the kernel lets go when it dies."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from crucible_tools.errors import StateLocked
from crucible_tools.store.lock import is_held
from crucible_tools.store.place import resolve
from crucible_tools.store.state import State
from tests.on_server import settled
from tests.store.conftest import fill

HOLD = """
import sys
import time
from tests import on_server
from crucible_tools.store.state import State
with State(sys.argv[1]) as state, state.run("run-of-another", {}):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_run(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told to end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "held"
        yield process
        if process.poll() is None:
            process.communicate("go\n", timeout=30)


def test_a_second_run_is_refused_and_told_who_holds_the_state(state: State, folder: Path) -> None:
    with another_run(folder) as process:
        with pytest.raises(StateLocked) as caught:
            fill(state, "echo")
        assert caught.value.exit_code == 4
        assert caught.value.holder is not None
        assert caught.value.holder.pid == process.pid
        assert caught.value.holder.run_id == "run-of-another"
        assert f"process {process.pid}" in caught.value.message
    assert state.names() == []


def test_reading_goes_on_while_another_run_holds_the_state(state: State, folder: Path) -> None:
    fill(state, "echo")
    with another_run(folder):
        assert state.names() == ["echo"]
        last = state.last_run()
        assert last is not None
        assert last.status == "running"


def test_a_killed_run_leaves_no_lock_behind(state: State, folder: Path) -> None:
    with another_run(folder) as process:
        assert is_held(resolve(folder))
        process.kill()
        process.wait(timeout=30)
        settled(folder)
    assert not is_held(resolve(folder))
    last = state.last_run()
    assert last is not None
    assert last.status == "interrupted"
    fill(state, "echo")
    assert state.names() == ["echo"]


@pytest.mark.sqlite_only("looking at a server's lock does not take it")
def test_a_lock_that_is_held_for_a_moment_by_nobody_is_looked_at_again(
    state: State, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(state)
    looking = FileLock(resolve(folder).lock)  # as `status` does while it asks whether a run goes on
    looking.acquire()
    monkeypatch.setattr(time, "sleep", lambda _: looking.release())
    with state.run("run-2", {}):
        assert is_held(resolve(folder))


@pytest.mark.sqlite_only("a server's lock always has a session")
def test_a_lock_without_a_holders_name_is_refused_in_the_end(state: State, folder: Path) -> None:
    fill(state)
    with FileLock(resolve(folder).lock), pytest.raises(StateLocked, match="another process"), state.run("run-2", {}):
        pass
