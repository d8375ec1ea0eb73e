"""`tools/call`: the call of a tool with its progress and its log, which a client can follow and cancel."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any, Final, TypeAlias

import mcp_types as types
from mcp.server.connection import allowed_log_levels
from mcp.server.context import ServerRequestContext

from crucible_tools.engine.streaming import LogEvent, ProgressEvent, ResultEvent, StreamEvent
from crucible_tools.errors import CrucibleError
from crucible_tools.formats.text import body
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.caller import Caller
from crucible_tools.servers.mcp.describing import is_modern
from crucible_tools.servers.mcp.output_checks import OutputChecks
from crucible_tools.servers.mcp.results import answered, refused

Context: TypeAlias = ServerRequestContext[Any, Any]
"""What the package tells of a request."""

_LEVELS: Final[dict[str, types.LoggingLevel]] = {
    "debug": "debug",
    "info": "info",
    "print": "info",
    "warn": "warning",
    "error": "error",
}

_ORDER: Final[tuple[types.LoggingLevel, ...]] = (
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
)

_STEP: Final = 0.001
"""Least progress that is told: a script that reports without end makes a thousand notifications at most."""


class LogLevels:
    """What clients of older revisions asked to hear (`logging/setLevel`), as long as their connections last."""

    def __init__(self) -> None:
        self._chosen: dict[int, types.LoggingLevel] = {}

    def choose(self, context: Context, level: types.LoggingLevel) -> None:
        """Takes note of what a client wants to hear."""
        client = context.session.client_params
        if client is None:
            return
        if id(client) not in self._chosen:
            # The package keeps this object as long as the connection, and shows nothing else of it.
            weakref.finalize(client, self._chosen.pop, id(client), None)
        self._chosen[id(client)] = level

    def heard(self, context: Context, level: types.LoggingLevel) -> bool:
        """Whether a client wants to hear a line of this level; newer revisions say so with each request."""
        if is_modern(context.protocol_version):
            return level in allowed_log_levels(context.protocol_version, context.meta)
        chosen = self._chosen.get(id(context.session.client_params), "info")
        return _ORDER.index(level) >= _ORDER.index(chosen)


async def call(
    serving: Serving,
    caller: Caller,
    context: Context,
    params: types.CallToolRequestParams,
    *,
    checks: OutputChecks | None,
    levels: LogLevels,
) -> types.CallToolResult:
    """Calls a tool; what it tells meanwhile goes to the client as it comes.

    Raises:
        MCPError: there is no such tool.
        asyncio.CancelledError: the client cancelled, or went away; the script was stopped.
    """
    name, arguments = serving.named(params.name), params.arguments or {}
    try:
        tool = await serving.tool(name, caller.allowed)
        if caller.admit is not None:
            caller.admit()
        telling = _Telling(context, name, levels)
        stream = serving.calls.stream(name, arguments, user=caller.user, allowed=caller.allowed)
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                if isinstance(event, ResultEvent):
                    modern = is_modern(context.protocol_version)
                    return answered(tool, event.result, arguments, modern=modern, checks=checks)
                await telling.tell(event)
    except CrucibleError as error:
        return refused(error)
    raise AssertionError("a stream ends with a result")


class _Telling:
    """What a client is told of a call while it runs."""

    def __init__(self, context: Context, tool: str, levels: LogLevels) -> None:
        self._context = context
        self._tool = tool
        self._levels = levels
        self._progress = 0.0

    async def tell(self, event: StreamEvent) -> None:
        """Tells progress that increases, and lines that the client wants to hear."""
        if isinstance(event, ProgressEvent):
            if event.fraction >= self._progress + _STEP:
                self._progress = event.fraction
                await self._context.session.report_progress(event.fraction, 1.0, body(event.message) or None)
        elif isinstance(event, LogEvent):
            level = _LEVELS.get(event.level, "info")
            if self._levels.heard(self._context, level):
                message = types.LoggingMessageNotification(
                    params=types.LoggingMessageNotificationParams(level=level, logger=self._tool, data=body(event.text))
                )
                await self._context.session.send_notification(message, self._context.request_id)
