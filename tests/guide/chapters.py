"""The chapters of the guide, and what runs their examples, each chapter in a folder of its own.

What can stand in a chapter:

- a block below `<!-- file: NAME -->` is a file, and is written;
- a `console` block has commands behind `$`, and what they print; `echo $?` says how the last one ended;
- a `python` block is a program, and a `text` block right below it is what it prints;
- a line of a checklist (`- [ ]`) names commands, which are run, and end with 0 or with what `(exit N)` says.

In what is printed `…` stands for anything, on a line of its own for any lines.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
GUIDE: Final = ROOT / "docs" / "guide.md"
CHAPTERS: Final = [GUIDE, *sorted((ROOT / "docs" / "guide").glob("*.md"))]

_STEP: Final = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$"
    r"|^- \[ \] (?P<line>[^\n]*(?:\n  [^\n]*)*)",
    re.MULTILINE | re.DOTALL,
)
_SHELL: Final = re.compile(r"[|&;<>$*]|^\w+=")
"""What only a shell can do with a command; any other command of `crucible` needs no process of its own."""


@dataclass(frozen=True)
class Example:
    """Something of a chapter that can be run, with what it prints and how it ends as far as the chapter says so."""

    command: str
    shown: tuple[str, ...] | None = None
    ends: int | None = None
    program: bool = False


@dataclass(frozen=True)
class File:
    """A file of a chapter."""

    name: str
    text: str


def steps(text: str) -> Iterator[File | Example]:
    """What is to be done with a chapter, in its order."""
    program = None
    for step in _STEP.finditer(text):
        if program is not None:
            follows = step["kind"] == "text" and not text[program.end() : step.start()].strip()
            yield Example(program["text"], tuple(step["text"].splitlines()) if follows else None, 0, program=True)
            program = None
            if follows:
                continue
        if step["file"]:
            yield File(step["file"], step["text"])
        elif step["line"]:
            ends = re.search(r"\(exit (\d+)\)", step["line"])
            for command in named(step["line"]):
                yield Example(command, ends=int(ends[1]) if ends else 0)
        elif step["kind"] == "python":
            program = step
        else:
            assert step["kind"] == "console", f"this is no example that can be run: {step[0]}"
            yield from _commands(step["text"])
    if program is not None:
        yield Example(program["text"], None, 0, program=True)


def named(line: str) -> list[str]:
    """The commands that a line of a checklist names."""
    return re.findall(r"`(crucible [^`]+)`", line)


def _commands(text: str) -> Iterator[Example]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        yield Example(command, tuple(lines))


def shows(lines: Sequence[str], printed: str) -> bool:
    """Whether this was printed."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(re.escape(part) for part in line.split("…")) + r"\n"
        for line in lines
    )
    return re.fullmatch(pattern, printed if not printed or printed.endswith("\n") else f"{printed}\n") is not None


class Walk:
    """Goes through a chapter in a folder.

    Args:
        folder: where its files are written and its commands are run.
        crucible: runs the command line in this process: what it printed, and its exit code.
        program: runs a program in this process, likewise: an import of everything for each would take a second.
    """

    def __init__(
        self,
        folder: Path,
        crucible: Callable[[list[str]], tuple[str, int]],
        program: Callable[[str], tuple[str, int]],
    ) -> None:
        self._folder = folder
        self._crucible = crucible
        self._program = program
        self._ended = 0
        self.examples = 0

    def go(self, chapter: Path) -> None:
        """Run everything, and compare it with what the chapter shows."""
        for step in steps(chapter.read_text(encoding="utf-8")):
            if isinstance(step, File):
                file = self._folder / step.name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(step.text, encoding="utf-8")
                continue
            printed, self._ended = self._run(step)
            told = f"{step.command}\nended with {self._ended} and printed\n{printed}"
            assert step.shown is None or shows(step.shown, printed), told
            assert step.ends is None or self._ended == step.ends, told
            self.examples += 1

    def _run(self, example: Example) -> tuple[str, int]:
        if example.program:
            return self._program(example.command)
        if example.command == "echo $?":
            return f"{self._ended}\n", 0
        if example.command.startswith("crucible ") and not _SHELL.search(example.command):
            return self._crucible(shlex.split(example.command)[1:])
        return self._shell(example.command)

    def _shell(self, command: str) -> tuple[str, int]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.stdout, done.returncode
