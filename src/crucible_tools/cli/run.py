"""One run of the command line: arguments in, exit code out, never a traceback for what a user did."""

import logging
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from crucible_tools.cli.endings import INTERRUPTED, InternalError, InterruptionError, OutputError
from crucible_tools.cli.streams import let_go, prepare
from crucible_tools.cli.terminal import Format, Terminal
from crucible_tools.errors import CrucibleError, UsageError


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command; gives its exit code (contract.md, "Command line")."""
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    terminal = Terminal(_format(arguments))
    prepare()
    try:
        code = _run(arguments, terminal)
        sys.stdout.flush()
    except BrokenPipeError:
        let_go(sys.stdout)  # whoever read it has seen enough
        return 1
    except OutputError as error:
        let_go(sys.stdout)
        terminal.tell(error)
        return error.exit_code
    return code


def _run(arguments: list[str], terminal: Terminal) -> int:
    try:
        from crucible_tools.cli.app import app

        code: Any = app(arguments, prog_name="crucible", standalone_mode=False)
        if code != INTERRUPTED:
            return int(code or 0)
        error: CrucibleError = InterruptionError()
    except (BrokenPipeError, OutputError):
        raise
    except CrucibleError as raised:
        error = raised
    except KeyboardInterrupt:
        error = InterruptionError()
    except Exception as raised:  # noqa: BLE001 - the outermost handler, which logs it
        error = _foreign(raised, arguments)
    if isinstance(error, InterruptionError) and arguments[0] == "migrate":
        error.hint = f"go on with the same command: crucible {shlex.join(arguments)}"
    if isinstance(error, InterruptionError) and error.cancelled and terminal.json:
        terminal.document(error.cancelled.to_json())  # `call` gives a result, also of a call that was stopped
        terminal.reason(error.message)
    else:
        terminal.error(error)
    return error.exit_code


def _foreign(error: Exception, arguments: list[str]) -> CrucibleError:
    """An exception that is not ours: the parser's about a wrong option, or a bug."""
    show: Any = getattr(error, "format_message", None)  # the parser's classes are private to typer
    if callable(show):
        context: Any = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "crucible"
        message = str(show()).rstrip(".").replace("Value error, ", "")
        return UsageError(message, hint=f"`{command} --help` explains it")
    logging.getLogger("crucible_tools.cli").debug("unexpected exception", exc_info=error)
    return InternalError(
        f"an unexpected {type(error).__name__}: {error}",
        hint=None if "--debug" in arguments else "this is a bug; --debug shows where",
    )


def _format(arguments: Sequence[str]) -> Format:
    """The format, before the arguments are parsed: an error about them needs it too."""
    wanted = os.environ.get("CRUCIBLE_FORMAT", "")
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--format":
            wanted = arguments[position + 1] if position + 1 < len(arguments) else ""
        elif argument.startswith("--format="):
            wanted = argument.partition("=")[2]
    return Format.JSON if wanted == Format.JSON else Format.TEXT
