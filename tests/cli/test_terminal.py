"""What is printed suits what it is printed to: a terminal, a pipe, or one that knows only ASCII."""

import io
import json
import os
import re
import subprocess
import sys

import pytest

from crucible_tools.cli.progress import watching
from crucible_tools.cli.terminal import Format, Terminal, body, json_text, line
from crucible_tools.migration.progress import Progress, ignore
from crucible_tools.model.enums import MigrationPhase
from tests.cli.conftest import Crucible

HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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


@pytest.mark.parametrize(("screen", "printed"), [(io.StringIO, "a\x1b[2Jb\n"), (Screen, "a\\x1b[2Jb\n")])
def test_what_a_tool_gave_goes_through_a_pipe_as_it_is_and_to_no_terminal(
    monkeypatch: pytest.MonkeyPatch, screen: type[io.StringIO], printed: str
) -> None:
    stream = screen()
    monkeypatch.setattr("sys.stdout", stream)
    Terminal().output("a\x1b[2Jb")
    assert stream.getvalue() == printed


def test_everything_else_is_escaped_in_a_pipe_too(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stdout", pipe)
    Terminal().result("a\x1b[31mb\x7f\x9b\u202ec\n\td")
    assert pipe.getvalue() == "a\\x1b[31mb\\x7f\\x9b\\u202ec\n\td\n"


def test_a_line_stays_one_line_and_a_body_keeps_its_lines_indented() -> None:
    assert line("a\nb\tc\rd\x1b[31me") == "a\\nb\\tc\\x0dd\\x1b[31me"
    assert body("a\nerror: b\x00", "  ") == "a\n  error: b\\x00"


def test_json_keeps_its_value_and_shows_no_control_character() -> None:
    value = {"text": "\x1b]0;t\x07 \x7f\x9b\u202e ü"}
    printed = json_text(value)
    assert json.loads(printed) == value
    assert "ü" in printed
    assert not HOSTILE.search(printed)


def test_no_command_prints_control_characters_of_sources_scripts_and_file_names(crucible: Crucible) -> None:
    title = "\\x1b]0;title\\x07\\u{9b}31m\\u{202e}"
    crucible.write(
        "tools/paint.rn",
        f'pub fn NAME() {{ "paint" }}\npub fn DESCRIPTION() {{ "{title}" }}\n'
        'pub fn INPUT_SCHEMA() { #{ type: "object" } }\n'
        f'pub async fn call(args) {{ crucible::log_info("{title}\\ncrucible: done"); '
        f'panic!("{title}\\ncrucible: done") }}\n',
    )
    crucible.tool("fail", f'Err(#{{ message: "{title}" }})')
    crucible.write("tools/\x1b[2Ja\nb.rn", "pub fn call(args) { let \x1b]0;t\x07 let }\n" * 2)
    crucible.write("tools/\x1b[2Jlib\nc.rn", "pub fn f() { 1 }")
    printed: list[str] = []
    for command in (
        "plan --verbose",
        "migrate --debug",
        "migrate --tool \x1b[2J",
        "list",
        "show paint",
        "status",
        "doctor --state \x1b[2J",
        "call paint",
        "call fail",
        "call \x1b[2J",
        "\x1b[2J",
        "migrate --mode \x1b[2J",
    ):
        done = crucible(*command.split(" "))
        printed.append(done.out + done.err)
    everything = "".join(printed)
    assert not HOSTILE.search(everything), HOSTILE.search(everything)
    assert "\\x1b]0;title\\x07" in everything
    assert "info: \\x1b]0;title\\x07" in everything
    assert "error: \\x1b]0;title\\x07" in everything
    assert "\ncrucible: done" not in everything
    assert "\x1b[2Ja\nb" not in everything
    assert "a\\nb.rn" in everything
    assert "lib\\nc.rn" in everything


def test_json_is_the_same_document_where_only_ascii_can_be_printed(crucible: Crucible) -> None:
    crucible.tool("uml", '#{ "grüße": "→ ☃" }')
    crucible("migrate")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "crucible_tools", "call", "uml", "--format", "json"],
        capture_output=True,
        check=True,
        env=environment,
        timeout=120,
    )
    assert json.loads(done.stdout)["result"] == {"grüße": "→ ☃"}
    text = subprocess.run(
        [sys.executable, "-m", "crucible_tools", "show", "uml"],
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
