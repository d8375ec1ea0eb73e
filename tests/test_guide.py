"""The guide is so: its files are written and its commands are run, in its order, and they print what it shows."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from crucible_tools.cli import main

GUIDE = Path(__file__).parent.parent / "docs" / "guide.md"

_STEP = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def commands(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each command of a console, and the lines that it shows."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        program, *arguments = shlex.split(command)
        assert program == "crucible"
        yield arguments, lines


def shows(lines: Sequence[str], printed: str) -> bool:
    """Whether this was printed; `…` stands for anything, on a line of its own for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(re.escape(part) for part in line.split("…")) + r"\n"
        for line in lines
    )
    return re.fullmatch(pattern, printed) is not None


def test_everything_in_the_guide_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    ran = 0
    for step in _STEP.finditer(GUIDE.read_text(encoding="utf-8")):
        if step["file"]:
            file = tmp_path / step["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step["text"], encoding="utf-8")
            continue
        assert step["kind"] == "console"
        for arguments, lines in commands(step["text"]):
            capsys.readouterr()
            main(arguments)
            captured = capsys.readouterr()
            # As a terminal has it, apart from warnings and reasons: these stand where they are written.
            printed = "".join(_lines(captured.err, before=True)) + captured.out + "".join(_lines(captured.err))
            assert shows(lines, printed), f"crucible {shlex.join(arguments)} printed\n{printed}"
            ran += 1
    assert ran >= 18


def _lines(err: str, *, before: bool = False) -> Iterator[str]:
    for line in err.splitlines(keepends=True):
        if line.startswith("warning: ") == before:
            yield line
