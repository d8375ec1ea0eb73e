"""Help teaches, wrong usage is told in the wanted format, and starting is quick enough by what it imports."""

import subprocess
import sys

import pytest

from crucible_tools import __version__
from crucible_tools.cli import main
from tests.cli.conftest import Crucible

COMMANDS = ["check", "rule", "migrate", "plan", "list", "show", "status", "call", "doctor"]


def test_help_names_every_command_and_every_exit_code(crucible: Crucible) -> None:
    done = crucible("--help")
    assert done.code == 0
    assert all(f"  {command} " in done.out for command in COMMANDS)
    assert all(code in done.out for code in ("0 done", "3 some failed", "4 state", "5 state", "130 interrupted"))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example_and_the_common_options(crucible: Crucible, command: str) -> None:
    done = crucible(command, "--help")
    assert done.code == 0
    assert f"crucible {command}" in done.out.partition("Options:")[0].partition("\n")[2]
    assert all(option in done.out for option in ("--state", "--config", "--format", "--quiet", "--debug", "--no-color"))


def test_without_a_command_the_help_is_shown(crucible: Crucible) -> None:
    assert crucible().out == crucible("--help").out


def test_the_version_is_the_packages(crucible: Crucible) -> None:
    assert crucible("--version").out == f"crucible-tools {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["list", "--nonsense"],
        ["show"],
        ["migrate", "--level", "best"],
        ["migrate", "--mode", "sideways"],
        ["migrate", "--lock-timeout", "-1"],
    ],
)
def test_wrong_usage_ends_with_2_and_points_to_help(crucible: Crucible, arguments: list[str]) -> None:
    done = crucible(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "error: " in done.err
    assert "--help" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("form", [["--format", "json"], ["--format=json"]])
def test_wrong_usage_is_told_as_json_when_json_is_wanted(crucible: Crucible, form: list[str]) -> None:
    done = crucible("list", "--nonsense", *form)
    assert done.code == 2
    assert done.document["error"]["code"] == "usage"


def test_the_format_may_come_from_the_environment(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_FORMAT", "json")
    assert crucible("list").document == []
    assert crucible("show", "x").document["error"]["code"] == "tool-not-found"


def test_a_reader_that_goes_away_is_no_traceback(crucible: Crucible) -> None:
    for number in range(50):
        crucible.tool(f"tool_{number}")
    assert main(["migrate", "--quiet"]) == 0
    command = f'"{sys.executable}" -m crucible_tools list --format json | head -c 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == "["
    assert done.stderr == ""


def test_help_imports_nothing_heavy(crucible: Crucible) -> None:
    heavy = "('sqlalchemy', 'pydantic', 'rich', 'wasmtime', 'jsonschema_rs', 'asyncio', 'filelock')"
    code = (
        "import sys; from crucible_tools.cli import main; main(['--help']);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr.strip() == "[]"
