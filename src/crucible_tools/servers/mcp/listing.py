"""`tools/list`: pages in the order of the names."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from typing import Final

import mcp_types as types
from mcp.shared.exceptions import MCPError

from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.caller import Caller
from crucible_tools.servers.mcp.describing import described, is_modern

PAGE: Final = 250
"""Tools in one answer: some hosts never ask for a second page, and an answer must not grow without bound."""


def page(
    serving: Serving,
    caller: Caller,
    cursor: str | None,
    *,
    protocol_version: str,
    output_schemas: bool,
    size: int,
) -> types.ListToolsResult:
    """One page of the tools that are there for a caller.

    Args:
        serving: the state being served.
        caller: who asks.
        cursor: of the page before; None begins.
        protocol_version: that the caller speaks.
        output_schemas: whether it is described what tools give.
        size: tools in a page.

    A cursor says after which name it goes on, so that tools that come and go meanwhile neither hide nor repeat others.

    Raises:
        MCPError: the cursor is none of this server's (invalid params).
    """
    tools = serving.tools(caller.allowed)
    begin = bisect_right(tools, _name(cursor), key=lambda tool: tool.name) if cursor is not None else 0
    shown = tools[begin : begin + size]
    aliases, modern = serving.aliases(), is_modern(protocol_version)
    return types.ListToolsResult(
        tools=[
            described(tool, aliases.get(tool.name, tool.name), modern=modern, output_schemas=output_schemas)
            for tool in shown
        ],
        next_cursor=_cursor(shown[-1].name) if begin + size < len(tools) else None,
    )


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode("ascii")


def _name(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise MCPError(types.INVALID_PARAMS, "the cursor is not one that this server gave") from None
