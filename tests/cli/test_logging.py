"""`--debug` tells on stderr what happens, with the calls' ids; results stay alone on stdout."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Crucible


@pytest.fixture
def project(crucible: Crucible) -> Crucible:
    """A folder with a migrated tool that logs."""
    crucible.tool("greet", 'crucible::log_info("greeting"); Ok("Hello")')
    assert crucible("migrate").code == 0
    return crucible


def command(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own: logging is set up once a process."""
    return subprocess.run(
        [sys.executable, "-m", "crucible_tools", *arguments],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


def test_debug_tells_of_the_load_and_the_call_with_its_id(project: Crucible) -> None:
    done = command(project.root, "call", "greet", "--debug")
    assert done.stdout == "Hello\n"
    assert "DEBUG crucible_tools.calls: greet: loading: finished" in done.stderr
    [told] = [line for line in done.stderr.splitlines() if "greet: finished after" in line]
    assert told.startswith("DEBUG crucible_tools.calls: [")


def test_log_lines_as_json_have_the_calls_id_and_figures(project: Crucible) -> None:
    done = command(project.root, "call", "greet", "--debug", "--format", "json", CRUCIBLE_LOG_FORMAT="json")
    result = json.loads(done.stdout)
    [call] = [line for line in lines(done) if line.get("host_calls") is not None]
    assert (call["call_id"], call["reason"], call["tool"]) == (result["metadata"]["call_id"], "finished", "greet")
    assert [line["call_id"] for line in lines(done) if "logged" in line["message"]] == [call["call_id"]]


def test_without_debug_there_are_no_log_lines(project: Crucible) -> None:
    assert command(project.root, "call", "greet", CRUCIBLE_LOG_FORMAT="json").stderr == "info: greeting\n"


def test_another_log_format_is_refused(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_LOG_FORMAT", "xml")
    done = crucible("list")
    assert done.code == 2
    assert "CRUCIBLE_LOG_FORMAT is 'xml'" in done.err
