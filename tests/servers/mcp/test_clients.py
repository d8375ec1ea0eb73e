"""Each kind of client lists, calls, follows, cancels and hears of changes, over stdio and over HTTP.

Over HTTP it is the whole server, as `crucible serve` has it: with its door, and a token of the client's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import fastmcp
import httpx2
import mcp_types as types
import pytest
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp import MCPError
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from crucible_tools.model.access import Scope
from crucible_tools.model.enums import StopReason
from crucible_tools.store.event_log import EventLog
from crucible_tools.store.place import resolve
from tests.servers.http.conftest import serve
from tests.servers.mcp.conftest import Project

ARGUMENTS = ["-m", "crucible_tools", "serve", "--stdio", "--quiet"]


@dataclass
class Heard:
    """What a client was told beside its answers."""

    progress: list[tuple[float, float | None, str | None]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def on_progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))
        self.begun.set()

    async def on_message(self, message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self.changed.set()


class Connected(Protocol):
    """What the tests need of a client."""

    heard: Heard

    async def names(self) -> list[str]: ...
    async def call(self, name: str, arguments: dict[str, Any]) -> Any: ...
    async def listen(self) -> None: ...


class McpClient:
    """The client of the `mcp` package."""

    def __init__(self, client: Client, heard: Heard, stack: contextlib.AsyncExitStack) -> None:
        self._client, self.heard, self._stack = client, heard, stack

    async def names(self) -> list[str]:
        listed = await self._client.list_tools(cache_mode="bypass")
        return [tool.name for tool in listed.tools]

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        result = await self._client.call_tool(name, arguments, progress_callback=self.heard.on_progress)
        assert not result.is_error, result.content
        return result.content[0].text

    async def listen(self) -> None:
        """A newer client asks for what an older one is told anyway (`Heard.changed`)."""
        if self._client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            return
        subscription = await self._stack.enter_async_context(self._client.listen(tools_list_changed=True))

        async def follow() -> None:
            async for _ in subscription:
                self.heard.changed.set()

        task = asyncio.create_task(follow())
        self._stack.callback(task.cancel)


class FastMcpClient:
    """The client of FastMCP."""

    def __init__(self, client: Any, heard: Heard) -> None:
        self._client, self.heard = client, heard

    async def names(self) -> list[str]:
        return [tool.name for tool in await self._client.list_tools()]

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        return (await self._client.call_tool(name, arguments)).content[0].text

    async def listen(self) -> None:
        """An older connection is told anyway; on a newer one it has no way to ask, and looks again."""
        if self._client.protocol_version in MODERN_PROTOCOL_VERSIONS:
            self.heard.changed.set()


@dataclass(frozen=True)
class Address:
    """Where the server is, and what opens it."""

    url: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


Connect = Callable[[Project, Address | None], contextlib.AbstractAsyncContextManager[Connected]]


def mcp(mode: str) -> Connect:
    @contextlib.asynccontextmanager
    async def connect(project: Project, address: Address | None) -> AsyncIterator[Connected]:
        heard = Heard()
        async with contextlib.AsyncExitStack() as stack:
            if address is None:
                started = StdioServerParameters(command=sys.executable, args=[*ARGUMENTS, "--state", project.state])
                server = stdio_client(started)
            else:
                http = await stack.enter_async_context(httpx2.AsyncClient(headers=address.headers, timeout=60))
                server = streamable_http_client(address.url, http_client=http)
            client = await stack.enter_async_context(Client(server, mode=mode, message_handler=heard.on_message))
            assert (client.protocol_version in MODERN_PROTOCOL_VERSIONS) == (mode != "legacy")
            async with contextlib.AsyncExitStack() as listening:
                yield McpClient(client, heard, listening)

    return connect


def fast(mode: str) -> Connect:
    @contextlib.asynccontextmanager
    async def connect(project: Project, address: Address | None) -> AsyncIterator[Connected]:
        heard = Heard()
        if address is None:
            server = StdioTransport(sys.executable, [*ARGUMENTS, "--state", project.state], keep_alive=False)
        else:
            server = StreamableHttpTransport(address.url, headers=address.headers)
        client = fastmcp.Client(server, mode=mode, message_handler=heard.on_message, progress_handler=heard.on_progress)
        async with client:
            assert (client.protocol_version in MODERN_PROTOCOL_VERSIONS) == (mode != "legacy")
            yield FastMcpClient(client, heard)

    return connect


CLIENTS = {
    "mcp 2026-07-28": mcp("2026-07-28"),
    "mcp finding out": mcp("auto"),
    "mcp before": mcp("legacy"),
    "fastmcp 2026-07-28": fast("2026-07-28"),
    "fastmcp finding out": fast("auto"),
    "fastmcp before": fast("legacy"),
}


@contextlib.asynccontextmanager
async def served(project: Project, transport: str, *tools: str) -> AsyncIterator[Address | None]:
    """Where the server is, for a token that calls these tools; nowhere over stdio, where the client starts it."""
    if transport == "stdio":
        yield None
        return
    async with serve(project) as running:
        yield Address(running.listening.mcp_url, await running.secret(Scope.CALL, tools=tools or ("*",)))


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_lists_calls_follows_cancels_and_hears_of_changes(
    project: Project, client: str, transport: str
) -> None:
    async with (
        asyncio.timeout(120),
        served(project, transport) as address,
        CLIENTS[client](project, address) as connected,
    ):
        heard = connected.heard
        assert "echo" in await connected.names()
        assert await connected.call("echo", {"value": "hello"}) == "hello"

        assert await connected.call("steps", {"n": 2}) == "2"
        assert heard.progress == [(0.5, 1.0, "did 0"), (1.0, 1.0, "did 1")]

        heard.begun.clear()
        call = asyncio.create_task(connected.call("endless", {}))
        await heard.begun.wait()
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call
        assert await ended(project, "endless") == StopReason.CANCELLED

        await connected.listen()
        project.add("added")
        await project.migrate()
        await heard.changed.wait()
        while "added" not in await connected.names():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_has_the_tools_that_its_token_is_for(project: Project, client: str) -> None:
    async with (
        asyncio.timeout(120),
        served(project, "http", "echo", "st*") as address,
        CLIENTS[client](project, address) as connected,
    ):
        assert await connected.names() == ["echo", "steps"]
        assert await connected.call("echo", {"value": "hello"}) == "hello"
        with pytest.raises(Exception, match=r"(?i)no tool|not found|unknown tool"):
            await connected.call("endless", {})


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_whose_token_opens_nothing_does_not_connect(project: Project, client: str) -> None:
    async with asyncio.timeout(120), served(project, "http") as address:
        assert address is not None
        with pytest.raises((ExceptionGroup, MCPError)) as refused:
            async with CLIENTS[client](project, Address(address.url, "crucible_wrong")) as connected:
                await connected.names()
        assert "Server returned an error response" in described(refused.value)


def described(error: BaseException) -> str:
    """An error with all that are in it."""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return " ".join([repr(error), *(described(each) for each in inner)])


async def ended(project: Project, tool: str) -> str:
    """How the last call of a tool ended, as soon as it is recorded."""
    log, after = EventLog(resolve(project.state)), 0
    while True:
        for event in log.read(after=after):
            after = event.sequence
            if event.type == "script_executed" and event.identifier == tool:
                return str(event.data["reason"])
        await asyncio.sleep(0.02)
