"""The MCP server: what it is called, what it can do, and who answers what."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any, Final

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions

from crucible_tools import __version__
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.caller import Access, everybody
from crucible_tools.servers.mcp.calling import Context, LogLevels, call
from crucible_tools.servers.mcp.changes import Changes
from crucible_tools.servers.mcp.describing import is_modern
from crucible_tools.servers.mcp.listing import PAGE, page
from crucible_tools.servers.mcp.output_checks import OutputChecks

NAME: Final = "crucible"

_INSTRUCTIONS: Final = (
    "Tools that run in a sandbox, each under limits of its own. An error says what was wrong with the arguments and "
    "what the tool takes: correct them and call again. Long calls report progress and can be cancelled."
)

_FRESH_MS: Final = 5_000
"""How long a client may go on with a list that it has: whoever wants to know sooner listens for changes."""


class ToolServer(Server[Any]):
    """The tools of one state as an MCP server, for any number of connections.

    Args:
        serving: the state being served; it outlives the server.
        access: who makes a request, and what is there for them.
        output_schemas: whether it is described what tools give: some hosts drop tools for it.
        page_size: tools in one answer to `tools/list`.
    """

    def __init__(
        self,
        serving: Serving,
        *,
        access: Access = everybody,
        output_schemas: bool = True,
        page_size: int = PAGE,
    ) -> None:
        self._serving = serving
        self._access = access
        self._checks = OutputChecks() if output_schemas else None
        self._page_size = page_size
        self._levels = LogLevels()
        self._changes = Changes(serving, access)
        super().__init__(
            NAME,
            version=__version__,
            title="Crucible tools",
            instructions=_INSTRUCTIONS,
            # Private: which tools there are depends on who asks.
            cache_hints={"tools/list": CacheHint(ttl_ms=_FRESH_MS, scope="private")},
            lifespan=self._life,
            # No parameter is mirrored in a header (`operations.serving.schemas`), so that there is nothing to compare;
            # without this, every call over HTTP would list all tools first.
            get_tool_input_schema=lambda _: None,
            on_list_tools=self._list,
            on_call_tool=self._call,
            on_subscriptions_listen=self._changes.listen,
        )
        self.add_request_handler("logging/setLevel", types.SetLevelRequestParams, self._set_level)
        self.add_notification_handler("notifications/initialized", types.NotificationParams, self._changes.initialized)
        self.middleware.append(_with_null)

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """What older clients are told at the beginning: also that they hear when the list changes."""
        options = notification_options or NotificationOptions(tools_changed=True)
        return super().create_initialization_options(options, experimental_capabilities, extensions)

    @contextlib.asynccontextmanager
    async def _life(self, _: Server[Any]) -> AsyncGenerator[None]:
        following = asyncio.create_task(self._changes.follow())
        try:
            yield
        finally:
            self._changes.close()
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    async def _list(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return page(
            self._serving,
            self._access(context.request),
            params.cursor if params is not None else None,
            protocol_version=context.protocol_version,
            output_schemas=self._checks is not None,
            size=self._page_size,
        )

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        caller = self._access(context.request)
        return await call(self._serving, caller, context, params, checks=self._checks, levels=self._levels)

    async def _set_level(self, context: Context, params: types.SetLevelRequestParams) -> types.EmptyResult:
        self._levels.choose(context, params.level)
        return types.EmptyResult()


async def _with_null(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Puts a structured `null` back, which the package leaves out as it does with every member that is unset."""
    result = await call_next(ctx)
    if (
        ctx.method == "tools/call"
        and is_modern(ctx.protocol_version)
        and isinstance(result, dict)
        and result.get("isError") is False
        and "structuredContent" not in result
    ):
        return {**result, "structuredContent": None}
    return result
