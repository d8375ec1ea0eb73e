"""Where output goes: results to stdout, everything else to stderr, colour only on a terminal."""

import json
import os
import re
import sys
from enum import StrEnum
from typing import Final, Literal, TextIO, TypeAlias

from crucible_tools.errors import CrucibleError
from crucible_tools.model.json import Json

Colour: TypeAlias = Literal["red", "green", "yellow", "dim", "bold"]

_CODES: Final[dict[Colour, str]] = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}

_CONTROL: Final = re.compile(r"\x1b(?!\[(?:31|32|33|2|1|0)m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
"""Control characters but for tab, line feed, and the colours that `paint` makes."""


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
        _write(sys.stdout, text if text.endswith("\n") else f"{text}\n")

    def document(self, value: Json) -> None:
        """Print the one JSON document."""
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        self.result(json.dumps(value, indent=2, ensure_ascii=not unicode, default=str))

    def note(self, text: str) -> None:
        """Tell something beside the result."""
        if not self.quiet:
            _write(sys.stderr, f"{text}\n")

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
        self.complain("\n".join(lines))

    def complain(self, text: str) -> None:
        """Tell what went wrong, even when quiet."""
        _write(sys.stderr, f"{text}\n")

    def reason(self, text: str) -> None:
        """Tell, in one line, why the exit code is not 0."""
        self.complain(f"crucible: {text}")

    def paint(self, text: str, colour: Colour, stream: TextIO | None = None) -> str:
        """The text in a colour, where the stream shows colours."""
        if self.no_color or self.json or not (stream or sys.stdout).isatty():
            return text
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"


def _write(stream: TextIO, text: str) -> None:
    """Write to a stream; a terminal is not given the control characters of somebody else's text.

    A tool's description or a script's result could otherwise move the cursor and repaint what was said.
    """
    stream.write(_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text) if stream.isatty() else text)
