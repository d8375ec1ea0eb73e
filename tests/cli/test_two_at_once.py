"""Several `crucible migrate` at once, each its own process: one after the other, or refused with the holder named."""

import itertools
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from crucible_tools.store.state import State
from tests.cli.conftest import Crucible

TOOLS = 12


def start(root: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "crucible_tools", "migrate", *options],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(processes: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    return [(process.returncode, err) for process in processes for _, err in [process.communicate(timeout=300)]]


def check_no_interleaving(root: Path) -> None:
    """Operations of one run were never recorded between two of another, and each tool was migrated once."""
    with State(root / ".crucible") as state:
        runs = {run: state.operations(run) for run in state.run_ids()}
        made = sorted((operation["at"], run, operation["tool"]) for run, done in runs.items() for operation in done)
        changes = sum(one[1] != other[1] for one, other in itertools.pairwise(made))
        assert changes == len({run for _, run, _ in made}) - 1
        assert sorted(tool for _, _, tool in made) == sorted(state.names())
        assert len(state.names()) == TOOLS
        assert state.problems() == []


def test_processes_that_wait_come_one_after_the_other(crucible: Crucible) -> None:
    for number in range(TOOLS):
        crucible.tool(f"t{number}")
    done = ended([start(crucible.root, "--lock-timeout", "300") for _ in range(3)])
    assert [code for code, _ in done] == [0, 0, 0], done
    check_no_interleaving(crucible.root)


def test_processes_that_do_not_wait_end_with_4_and_name_the_one_that_works(crucible: Crucible) -> None:
    for number in range(TOOLS):
        crucible.tool(f"t{number}")
    processes = [start(crucible.root) for _ in range(3)]
    done = ended(processes)
    codes = [code for code, _ in done]
    assert 0 in codes
    assert set(codes) <= {0, 4}, done
    pids = {str(process.pid) for process in processes}
    for process, (code, err) in zip(processes, done, strict=True):
        if code == 4:
            holder = re.search(r"process (\d+)", err)
            assert holder is not None, err
            assert holder[1] in pids - {str(process.pid)}
    check_no_interleaving(crucible.root)
