"""Signals stop a migration between two operations, and the same command goes on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crucible_tools.store.state import State
from tests.cli.conftest import Crucible

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")

STOPPED = """
import os, sys
from crucible_tools.cli import main
from crucible_tools.migration import operations

signals = [int(number) for number in sys.argv[1].split(",")]
committed = 0
commit = operations.MigrateTool.commit

def commit_and_signal(self, run):
    global committed
    done = commit(self, run)
    committed += 1
    if committed == 3:
        for number in signals:
            os.kill(os.getpid(), number)
    return done

operations.MigrateTool.commit = commit_and_signal
sys.exit(main(sys.argv[2:]))
"""


def fill(crucible: Crucible) -> None:
    for number in range(6):
        crucible.tool(f"t{number}")


def stopped(
    root: Path, *signals: int, arguments: tuple[str, ...] = ("migrate", "tools")
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STOPPED, ",".join(str(int(number)) for number in signals), *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120, env=os.environ)


@pytest.mark.parametrize(
    "signals",
    [
        (signal.SIGINT,),
        (signal.SIGTERM,),
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGTERM, signal.SIGINT, signal.SIGTERM),
    ],
    ids=lambda signals: "+".join(number.name for number in signals),
)
def test_a_signal_stops_between_operations_and_a_second_one_is_harmless(
    crucible: Crucible, signals: tuple[signal.Signals, ...]
) -> None:
    fill(crucible)
    done = stopped(crucible.root, *signals)
    assert done.returncode == 130
    assert "crucible migrate tools" in done.stderr
    assert "Traceback" not in done.stderr
    with State(crucible.root / ".crucible") as state:
        (run,) = state.runs()
        assert run.status == "interrupted"
        names = state.names()
        assert names == [row["tool"] for row in state.operations(run.id)]
        assert 3 <= len(names) < 6
        assert state.problems() == []
    resumed = crucible("migrate", "tools", "--format", "json")
    assert resumed.code == 0
    assert resumed.document["resumed_from"] == run.id
    (warning,) = resumed.document["state"]["warnings"]
    assert f"the run {run.id} was interrupted after {len(names)} operations" in warning
    assert len(resumed.document["migrated_tools"]) == 6


def test_a_run_goes_on_also_when_a_file_was_edited_meanwhile(crucible: Crucible) -> None:
    fill(crucible)
    stopped(crucible.root, signal.SIGTERM)
    crucible.tool("t5", "5")
    crucible.tool("t0", "0")
    assert crucible("migrate", "tools").code == 0
    assert json.loads(crucible("call", "t5", "--args", "{}", "--format", "json").out)["result"] == 5
    assert json.loads(crucible("call", "t0", "--args", "{}", "--format", "json").out)["result"] == 0


def test_an_interrupted_command_says_so_as_json(crucible: Crucible) -> None:
    fill(crucible)
    done = stopped(crucible.root, signal.SIGTERM, arguments=("migrate", "tools", "--format", "json"))
    assert done.returncode == 130
    assert json.loads(done.stdout)["error"]["code"] == "interrupted"


BEGUN = """
import asyncio, os, signal, sys
from crucible_tools.cli import main, running

signals, ignored = [int(number) for number in sys.argv[1].split(",")], sys.argv[2] == "ignored"

class Asyncio:
    @staticmethod
    def run(work):
        async def interrupted():
            for number in signals:
                os.kill(os.getpid(), number)
            await asyncio.sleep(0)
            await work
        return asyncio.run(interrupted())

running.asyncio = Asyncio
if ignored:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.exit(main(sys.argv[3:]))
"""

IMPORTING = """
import os, sys
from crucible_tools.cli import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), int(sys.argv[1]))

sys.meta_path.insert(0, Finder())
sys.exit(main(["list"]))
"""


def of_script(root: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("signals", "sigint"),
    [(["SIGINT"], "heard"), (["SIGTERM"], "heard"), (["SIGTERM", "SIGTERM"], "heard"), (["SIGTERM"], "ignored")],
)
@pytest.mark.parametrize("command", ["check tools", "plan tools", "call t0", "list", "validate", "status --drift"])
def test_a_signal_ends_every_command_in_the_same_way(
    crucible: Crucible, command: str, signals: list[str], sigint: str
) -> None:
    fill(crucible)
    crucible("migrate")
    numbers = ",".join(str(int(signal.Signals[name])) for name in signals)
    done = of_script(crucible.root, BEGUN, numbers, sigint, *command.split())
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "error: interrupted; what was done until then is recorded\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_before_a_command_begins_is_no_traceback(crucible: Crucible, number: int) -> None:
    done = of_script(crucible.root, IMPORTING, str(int(number)))
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "error: interrupted; what was done until then is recorded\n"


def test_a_run_that_came_to_its_end_is_not_resumed(crucible: Crucible) -> None:
    fill(crucible)
    crucible("migrate", "tools")
    again = crucible("migrate", "tools", "--format", "json").document
    assert (again["resumed_from"], again["state"]["warnings"]) == (None, [])
