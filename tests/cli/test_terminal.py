"""What is printed suits what it is printed to: a terminal, a pipe, or one that knows only ASCII."""

import io
import json
import os
import subprocess
import sys

import pytest

from crucible_tools.cli.progress import watching
from crucible_tools.cli.terminal import Format, Terminal
from crucible_tools.migration.progress import Progress, ignore
from crucible_tools.model.enums import MigrationPhase
from tests.cli.conftest import Crucible


class Screen(io.StringIO):
    """A terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_and_nobody_elses_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    monkeypatch.setattr("sys.stdout", screen)
    terminal = Terminal()
    terminal.result(f"{terminal.paint('bold', 'bold')} a\x1b[2Jb\rc\x07\td")
    assert screen.getvalue() == "\x1b[1mbold\x1b[0m a\\x1b[2Jb\\x0dc\\x07\td\n"


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_no_color_means_none(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr("sys.stdout", Screen())
    monkeypatch.setenv("NO_COLOR", "1" if way == "variable" else "")
    assert Terminal(no_color=way == "flag").paint("x", "red") == "x"


def test_a_pipe_gets_the_bytes_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stdout", pipe)
    Terminal().result("a\x1b[2Jb")
    assert pipe.getvalue() == "a\x1b[2Jb\n"


def test_json_is_the_same_document_where_only_ascii_can_be_printed(crucible: Crucible) -> None:
    crucible.tool("uml", '#{ "grüße": "→ ☃" }')
    crucible("migrate")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "crucible_tools.cli", "call", "uml", "--format", "json"],
        capture_output=True,
        check=True,
        env=environment,
        timeout=120,
    )
    assert json.loads(done.stdout)["result"] == {"grüße": "→ ☃"}
    text = subprocess.run(
        [sys.executable, "-m", "crucible_tools.cli", "show", "uml"],
        capture_output=True,
        check=True,
        env=environment,
        timeout=120,
    )
    assert b"The tool uml" in text.stdout


def test_a_progress_bar_is_drawn_on_a_terminal_and_takes_file_names_literally(
    crucible: Crucible, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with watching(Terminal(Format.TEXT)) as watch:
        watch(Progress(MigrationPhase.DISCOVERING, 1, 2, "odd[/]name[red].rn"))
        watch(Progress(MigrationPhase.MIGRATING, 2, 2, "tool"))
        watch(Progress(MigrationPhase.COMPLETED, 1, 1, "a phase without a bar"))
    assert "odd[/]name[red].rn" in screen.getvalue()
    assert "migrating" in screen.getvalue()


@pytest.mark.parametrize("quiet", [True, False])
def test_no_bar_is_drawn_elsewhere(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    monkeypatch.setattr("sys.stderr", Screen() if quiet else io.StringIO())
    with watching(Terminal(quiet=quiet)) as watch:
        assert watch is ignore
