"""MCP on stdin and stdout, for a host that starts the server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Any, cast

from mcp.server.stdio import stdio_server

from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.pipes import are_pipes, pipes
from crucible_tools.servers.mcp.server import ToolServer


async def serve_stdio(serving: Serving, *, output_schemas: bool = True) -> None:
    """Serves the one client on stdin and stdout, until it closes stdin.

    Args:
        serving: the state being served.
        output_schemas: whether it is described what tools give.
    """
    server = ToolServer(serving, output_schemas=output_schemas)
    async with _streams() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


@contextlib.asynccontextmanager
async def _streams() -> AsyncGenerator[tuple[Any, Any]]:
    """The package's streams of messages, over pipes that can be cancelled where there are such."""
    async with contextlib.AsyncExitStack() as stack:
        if are_pipes():
            lines, output = await stack.enter_async_context(pipes())
            # Of what it declares, a file of anyio's, the package iterates the one and writes and flushes the other.
            server = stdio_server(cast("Any", lines), cast("Any", output))
        else:
            server = stdio_server()
        yield await stack.enter_async_context(server)
