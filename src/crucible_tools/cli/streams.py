"""The streams of the process: each is there, and what can't be written to one is told once, or let go."""

import contextlib
import io
import os
import sys
from collections.abc import Generator
from typing import Final, TextIO

from crucible_tools.cli.endings import OutputError

_CLOSED: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""In the order of their numbers: what is opened gets the lowest number that is free."""


def prepare() -> None:
    """Makes the streams of this process fit for results and complaints, once.

    What whoever started it has closed is opened, so that no other file gets its number and what is printed. A character
    that a terminal lacks is shown by its escape. An error of standard output is an `OutputError`.
    """
    for name, mode in _CLOSED:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    own = sys.__stdout__
    if own is not None and sys.stdout is own:
        sys.stdout = _Output(own.buffer, own.encoding, own.errors, None, own.line_buffering, own.write_through)


def let_go(stream: TextIO) -> None:
    """Lets what is printed to a stream go nowhere from now on, also what Python has yet to write at the end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def complain(text: str) -> None:
    """Writes to standard error. What can't be written there is told nowhere, and ends nothing."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        let_go(sys.stderr)


class _Output(io.TextIOWrapper):
    """Standard output whose errors can be told from those of other files."""

    def write(self, s: str, /) -> int:
        with _own():
            return super().write(s)

    def flush(self) -> None:
        with _own():
            super().flush()


@contextlib.contextmanager
def _own() -> Generator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # no error: whoever read it has seen enough
    except OSError as error:
        raise OutputError(error) from error
