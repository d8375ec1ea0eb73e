"""Connections whose requests are answered before their bodies have come: a while for the rest, and no longer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import uvicorn
from starlette.responses import Response
from uvicorn.server import ServerState

from crucible_tools.servers.connections import bounded_protocol
from crucible_tools.servers.room import Room
from tests.servers.http.conftest import QUICK, Served, serve, until
from tests.servers.mcp.conftest import Project


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served; what closes a connection here is not that it is idle."""
    async with serve(project, replace(QUICK, rest_s=0.2, keep_alive_s=600)) as running:
        yield running


@contextlib.asynccontextmanager
async def connected(served: Served) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, and the time that a test has for it."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            yield reader, writer
        finally:
            writer.close()


def post(length: int, *headers: str, host: str = "localhost") -> bytes:
    lines = ["POST /tools/echo HTTP/1.1", f"Host: {host}", f"Content-Length: {length}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def answered(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, which is read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return int(head.split()[1])


async def closed(reader: asyncio.StreamReader) -> None:
    """Waits until the server has closed the connection; what it had not read makes it a reset."""
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""


def bearer(served: Served) -> str:
    assert served.listening.own is not None
    return f"Authorization: Bearer {served.listening.own.secret.text}"


def refused(served: Served) -> dict[int, bytes]:
    """Requests that are answered before their bodies are read, by status."""
    return {
        401: post(8_000_000),
        403: post(8_000_000, bearer(served), "Origin: http://elsewhere"),
        421: post(8_000_000, bearer(served), host="elsewhere.example"),
        431: post(8_000_000, bearer(served), f"X-Long: {'x' * 20_000}"),
    }


@pytest.mark.parametrize("status", [401, 403, 421, 431])
async def test_a_connection_ends_when_the_body_of_an_answered_request_never_comes(served: Served, status: int) -> None:
    async with connected(served) as (reader, writer):
        writer.write(refused(served)[status])
        assert await answered(reader) == status
        await closed(reader)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_body_that_comes_by_drops_holds_no_connection(served: Served, status: int) -> None:
    async with connected(served) as (reader, writer):
        writer.write(refused(served)[status])
        assert await answered(reader) == status
        ended = asyncio.create_task(closed(reader))
        while not ended.done():
            writer.write(b"a")
            await asyncio.sleep(0.01)
        await ended


async def test_a_body_that_comes_after_its_answer_leaves_the_connection_as_good_as_any(project: Project) -> None:
    async with serve(project, replace(QUICK, keep_alive_s=1)) as served, connected(served) as (reader, writer):
        writer.write(post(2))
        assert await answered(reader) == 401
        writer.write(b"{")
        await writer.drain()
        writer.write(b"}" + post(2, bearer(served), "Content-Type: application/json") + b"{}")
        assert await answered(reader) == 200
        writer.write(post(2))
        assert await answered(reader) == 401
        writer.write(b"{}")
        await closed(reader)  # as one that is idle


async def test_no_answer_that_is_not_taken_holds_a_connection_that_is_closed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.setblocking(False)
        # More than the kernel takes of it, and less than makes the server wait before it sends more.
        config = uvicorn.Config(Response(b"x" * 60_000), http=bounded_protocol(10, 0.1, 10, Room(9)), lifespan="off")
        config.timeout_keep_alive = 0
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        protocol = bounded_protocol(10, 0.1, 10, Room(9))(config=config, server_state=state, app_state={})
        await loop.connect_accepted_socket(lambda: protocol, ours)
        theirs.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: state.total_requests == 1)
        await until(lambda: not state.connections)
