"""Help teaches, wrong usage is told in the wanted format, and starting is quick enough by what it imports."""

import subprocess
import sys
from pathlib import Path

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


def shell(crucible: Crucible, command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command line in which `crucible` is this one."""
    text = f'crucible() {{ "{sys.executable}" -m crucible_tools "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", text], cwd=crucible.root, capture_output=True, text=True, check=False, timeout=120
    )


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is always full is Linux's")
@pytest.mark.parametrize("command", ["--help", "list", "list --format json", "show x --format json", "migrate tools"])
def test_a_result_that_can_not_be_written_is_told(crucible: Crucible, command: str) -> None:
    crucible.tool("echo")
    crucible("migrate")
    done = shell(crucible, f"crucible {command} > {FULL}")
    assert (done.returncode, done.stderr) == (
        2,
        "error: the result can't be written to standard output: No space left on device\n"
        "  hint: only the output is lost: what the command changed is recorded\n",
    )


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is always full is Linux's")
def test_what_can_not_be_told_beside_the_result_changes_nothing(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible.tool("broken", "let = ")
    done = shell(crucible, f"crucible migrate tools 2> {FULL}")
    assert (done.returncode, done.stderr) == (3, "")
    assert "Migrated 1 of 2 tools" in done.stdout
    assert shell(crucible, f"crucible nonsense 2> {FULL}").returncode == 2
    assert shell(crucible, "crucible nonsense 2>&1 >&- | true; echo ${PIPESTATUS[0]}").stdout == "2\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_as_if_nobody_read_them(crucible: Crucible, closed: str) -> None:
    crucible.tool("echo")
    for command, code in (
        ("migrate tools", 0),
        ("call echo", 0),
        ("call echo --args -", 1),
        ("list --format json", 0),
        ("show x", 1),
    ):
        done = shell(crucible, f"crucible {command} {closed}")
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), (command, done)
    assert [tool["original_name"] for tool in crucible("list", "--format", "json").document] == ["echo"]


def test_help_imports_nothing_heavy(crucible: Crucible) -> None:
    heavy = "('sqlalchemy', 'pydantic', 'rich', 'wasmtime', 'jsonschema_rs', 'asyncio', 'filelock')"
    code = (
        "import sys; from crucible_tools.cli import main; main(['--help']);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr.strip() == "[]"
