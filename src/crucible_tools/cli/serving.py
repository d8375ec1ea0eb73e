"""`crucible serve`: the settings of a server, and its start."""

import contextlib
import importlib
import logging
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any, cast

from crucible_tools.cli.endings import InterruptionError
from crucible_tools.cli.settings import configured
from crucible_tools.cli.stopping import run_until_stopped
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.config import ScriptEngineConfig
from crucible_tools.errors import UsageError
from crucible_tools.formats.text import count
from crucible_tools.model.state_url import StateUrl
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.serving.hosts import WHERE, AgentHost, host_configuration
from crucible_tools.operations.watching import WATCHING_LOG, Watching, check_mode
from crucible_tools.rune.search import Search


@contextlib.asynccontextmanager
async def opened(terminal: Terminal, configuration: Configuration, *, watch: bool) -> AsyncGenerator[Serving]:
    """The state that the settings name, being served.

    Args:
        terminal: hears what comes of edits.
        configuration: the settings.
        watch: whether edits of the folders are taken up.
    """
    serving = Serving.open(
        configuration.state.value,
        trusted=configuration.state_is_named,
        engine=ScriptEngineConfig(record=configuration.record.value),
        migration=configuration.manager_config(),
        lock_timeout_s=configuration.lock_timeout.value,
        hooks=configuration.hooks.value,
        retention=configuration.retention.value,
    )
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(serving)
        if watch:
            stack.enter_context(_edits_told(terminal))
            await stack.enter_async_context(Watching(serving, configuration.manager_config()))
        yield serving


@contextlib.contextmanager
def _edits_told(terminal: Terminal) -> Generator[None]:
    """Tells what comes of edits, although no log was asked for."""
    logger = logging.getLogger(WATCHING_LOG)
    handler = _Notes(terminal)
    if not terminal.verbose:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Notes(logging.Handler):
    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        tell = self._terminal.warn if record.levelno > logging.INFO else self._terminal.note
        tell(record.getMessage())


def started(module: str, function: str) -> Callable[..., Coroutine[Any, Any, None]]:
    """What starts a server. By its name: of the two front ends neither imports the other."""
    return cast(
        "Callable[..., Coroutine[Any, Any, None]]",
        getattr(importlib.import_module(f"crucible_tools.servers.{module}"), function),
    )


def serve_on_stdio(terminal: Terminal, flags: Flags, *, watch: bool, output_schemas: bool) -> int:
    """`crucible serve --stdio`: until the host closes stdin, or a signal comes."""
    configuration = configured(terminal, flags)
    serve = started("mcp.stdio", "serve_stdio")

    async def run() -> None:
        async with opened(terminal, configuration, watch=watch) as serving:
            tools = count(len(serving.tools()), "tool")
            terminal.note(f"serving {tools} of {line(configuration.state.value)} on stdio")
            await serve(serving, output_schemas=output_schemas)

    try:
        run_until_stopped(run())
    except InterruptionError:
        terminal.note("stopped")
    return 0


def print_host_config(terminal: Terminal, flags: Flags, host: str, *, watch: bool, output_schemas: bool) -> int:
    """`crucible serve --print-config HOST`."""
    try:
        known = AgentHost(host.lower())
    except ValueError:
        raise UsageError(
            f"there is no configuration for {host!r}", hint=f"there are {', '.join(each.value for each in AgentHost)}"
        ) from None
    configuration = configured(terminal, flags)
    extra = [] if output_schemas else ["--no-output-schemas"]
    if watch:  # hosts start servers in folders of their own
        check_mode(configuration.mode.value)
        extra += ["--watch", *(os.path.realpath(folder) for folder in _watched(configuration))]
    # A file that was merely found would be trusted once it is named.
    config = configuration.file if configuration.trusted else None
    terminal.document(host_configuration(known, configuration.state.value, config, tuple(extra)))
    terminal.note(WHERE[known])
    _tell_what_is_not_in_it(terminal, configuration, watch=watch)
    return 0


def _watched(configuration: Configuration) -> tuple[Path, ...]:
    """The folders to name; of the default ones those that there are."""
    folders = Search(roots=configuration.directories.value).existing()
    if not folders:
        raise UsageError(
            f"none of the folders {', '.join(map(str, configuration.directories.value))} exists: nothing to watch",
            hint="name them: crucible serve --watch PATH --print-config HOST",
        )
    return folders


def _tell_what_is_not_in_it(terminal: Terminal, configuration: Configuration, *, watch: bool) -> None:
    """What a host has to be told by other means than its configuration."""
    if configuration.file is not None and not configuration.trusted:
        terminal.warn(f"{configuration.file} was merely found and is left out; to have it followed: --config PATH")
    state = configuration.state.value
    if not isinstance(state, StateUrl):
        return
    if state != state.secret:
        terminal.warn("the password is left out: the server takes it from PGPASSWORD or a passfile (~/.pgpass)")
    if watch:
        terminal.warn(
            f"on a server, paths are relative to the working directory: have the host start it in {Path().resolve()}"
        )
