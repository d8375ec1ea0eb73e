"""Where output goes: results to stdout, everything else to stderr, colour only on a terminal."""

import json
import os
import sys
from enum import StrEnum
from typing import Final, Literal, TextIO, TypeAlias

from crucible_tools.errors import CrucibleError
from crucible_tools.model.json import Json

Colour: TypeAlias = Literal["red", "green", "yellow", "dim", "bold"]

_CODES: Final[dict[Colour, str]] = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}


class Format(StrEnum):
    """What a command prints: for people, or one JSON document."""

    TEXT = "text"
    JSON = "json"


class Terminal:
    """The two streams, and what the user wants on them.

    Args:
        output_format: text, or one JSON document on stdout.
        quiet: nothing on stderr but errors.
        verbose: a line for each step on stderr.
        no_color: no colour, even on a terminal.
    """

    def __init__(
        self, output_format: Format = Format.TEXT, *, quiet: bool = False, verbose: bool = False, no_color: bool = False
    ) -> None:
        self.json = output_format is Format.JSON
        self.quiet = quiet
        self.verbose = verbose and not quiet
        self.no_color = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"

    @property
    def interactive(self) -> bool:
        """Whether somebody watches: a progress bar then helps, and nowhere else."""
        return sys.stderr.isatty() and not self.quiet

    def result(self, text: str) -> None:
        """Print the result."""
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")

    def document(self, value: Json) -> None:
        """Print the one JSON document."""
        self.result(json.dumps(value, indent=2, ensure_ascii=False, default=str))

    def note(self, text: str) -> None:
        """Tell something beside the result."""
        if not self.quiet:
            sys.stderr.write(f"{text}\n")

    def warn(self, text: str) -> None:
        """Tell something that may be wrong."""
        self.note(f"{self.paint('warning:', 'yellow', sys.stderr)} {text}")

    def error(self, error: CrucibleError) -> None:
        """Tell what is wrong: as the JSON document, or as text on stderr."""
        if self.json:
            self.document({"error": error.to_json()})
            return
        lines = [f"{self.paint('error:', 'red', sys.stderr)} {error.message}"]
        if error.location:
            lines.append(f"  at: {error.location}")
        if error.hint:
            lines.append(f"  hint: {error.hint}")
        sys.stderr.write("\n".join(lines) + "\n")

    def reason(self, text: str) -> None:
        """Tell, in one line, why the exit code is not 0."""
        sys.stderr.write(f"crucible: {text}\n")

    def paint(self, text: str, colour: Colour, stream: TextIO | None = None) -> str:
        """The text in a colour, where the stream shows colours."""
        if self.no_color or self.json or not (stream or sys.stdout).isatty():
            return text
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"
