"""The command line: parsing and output only; what it does is in `operations`."""

import contextlib
import signal
import sys
from collections.abc import Generator, Sequence
from typing import Final

_INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `crucible` with these arguments, the process's own when None; gives the exit code.

    SIGTERM is as Ctrl-C, whichever command it meets.
    """
    try:
        with _terminated_as_interrupted():
            from crucible_tools.cli.run import run

            return run(argv)
    except KeyboardInterrupt:  # so early or so late that no command was interrupted
        if sys.stderr is not None:
            sys.stderr.write("error: interrupted\n")
        return _INTERRUPTED


@contextlib.contextmanager
def _terminated_as_interrupted() -> Generator[None]:
    """Lets SIGTERM interrupt what this process does, unless whoever calls has another use for it."""
    ours = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        try:
            signal.signal(signal.SIGTERM, _interrupt)
        except ValueError:  # only the main thread hears signals
            ours = False
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(_number: int, _frame: object) -> None:
    """As Ctrl-C, whoever handles that at the moment; a shell lets what runs in the background ignore that."""
    if callable(signal.getsignal(signal.SIGINT)):
        signal.raise_signal(signal.SIGINT)
    else:
        raise KeyboardInterrupt
