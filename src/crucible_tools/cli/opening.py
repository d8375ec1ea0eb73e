"""The terminal that a command talks to, as its options want it."""

import logging

from crucible_tools.cli.terminal import Format, Terminal, body


class _LogFormatter(logging.Formatter):
    """Log lines may quote sources and file names."""

    def format(self, record: logging.LogRecord) -> str:
        return body(super().format(record), "  ")


def open_terminal(output_format: Format, *, quiet: bool, verbose: bool, debug: bool, no_color: bool) -> Terminal:
    """The terminal; `verbose` and `debug` also let log lines through to stderr."""
    if verbose or debug:
        handler = logging.StreamHandler()
        handler.setFormatter(_LogFormatter("%(levelname)s %(name)s: %(message)s"))
        logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    return Terminal(output_format, quiet=quiet, verbose=verbose or debug, no_color=no_color)
