"""The terminal that a command talks to, as its options want it."""

import logging
import os

from crucible_tools.cli.terminal import Format, Terminal, body
from crucible_tools.errors import ConfigurationError
from crucible_tools.monitoring.logs import JsonFormatter, TextFormatter


class _SafeFormatter(TextFormatter):
    """Log lines may quote sources and file names, which could repaint a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return body(super().format(record), "  ")


def open_terminal(output_format: Format, *, quiet: bool, verbose: bool, debug: bool, no_color: bool) -> Terminal:
    """The terminal; `verbose` and `debug` also let log lines through to stderr, as CRUCIBLE_LOG_FORMAT says.

    Raises:
        ConfigurationError: CRUCIBLE_LOG_FORMAT is neither text nor json.
    """
    wanted = os.environ.get("CRUCIBLE_LOG_FORMAT") or "text"
    if wanted not in ("text", "json"):
        raise ConfigurationError(f"CRUCIBLE_LOG_FORMAT is {wanted!r}", hint="text, or json: an object a line")
    if verbose or debug:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter() if wanted == "json" else _SafeFormatter())
        logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    return Terminal(output_format, quiet=quiet, verbose=verbose or debug, no_color=no_color)
