"""Where output goes: results to stdout, everything else to stderr, colour only on a terminal."""

import os
import sys
from enum import StrEnum
from typing import Final, TextIO

from crucible_tools.cli.streams import complain
from crucible_tools.errors import CrucibleError
from crucible_tools.formats.text import Colour, body, coloured, json_text, line
from crucible_tools.model.json import Json

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
        """Print the result, as this package words it."""
        sys.stdout.write(self._harmless(sys.stdout, _ended(text)))

    def output(self, text: str) -> None:
        """Print what a tool gave: as it is, but for a terminal, which it could repaint."""
        sys.stdout.write(_ended(body(text) if sys.stdout.isatty() else text))

    def document(self, value: Json) -> None:
        """Print the one JSON document."""
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        sys.stdout.write(_ended(json_text(value, ascii_only=not unicode)))

    def note(self, text: str) -> None:
        """Tell something beside the result."""
        if not self.quiet:
            self.complain(text)

    def warn(self, text: str) -> None:
        """Tell something that may be wrong."""
        self.note(f"{self.paint('warning:', 'yellow', sys.stderr)} {body(text, '  ')}")

    def error(self, error: CrucibleError) -> None:
        """Tell what is wrong: as the JSON document, or as text on stderr."""
        if self.json:
            self.document({"error": error.to_json()})
        else:
            self.tell(error)

    def tell(self, error: CrucibleError) -> None:
        """Tell what is wrong as text on stderr, whatever the results are."""
        lines = [f"{self.paint('error:', 'red', sys.stderr)} {body(error.message, '  ')}"]
        if error.location:
            lines.append(f"  at: {line(error.location)}")
        if error.hint:
            lines.append(f"  hint: {body(error.hint, '  ')}")
        self.complain("\n".join(lines))

    def complain(self, text: str) -> None:
        """Tell what went wrong, even when quiet."""
        complain(self._harmless(sys.stderr, f"{text}\n"))

    def reason(self, text: str) -> None:
        """Tell, in one line, why the exit code is not 0."""
        self.complain(f"crucible: {line(text)}")

    def paint(self, text: str, colour: Colour, stream: TextIO | None = None) -> str:
        """The text in a colour, where the stream shows colours."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self._paints(stream or sys.stdout) else text

    def _paints(self, stream: TextIO) -> bool:
        return not (self.no_color or self.json) and stream.isatty()

    def _harmless(self, stream: TextIO, text: str) -> str:
        """The text without what whoever made it forgot to escape. Piped, too: a log is read on a terminal later."""
        return (coloured if self._paints(stream) else body)(text)


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
