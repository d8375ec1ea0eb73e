"""Servers as processes of their own, and one lean client for all of them."""

import asyncio
import contextlib
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.rows_command import CRUCIBLE, ENVIRONMENT, crucible

TOOL = """
pub fn NAME() { "echo" }
pub fn DESCRIPTION() { "Gives its arguments" }
pub fn INPUT_SCHEMA() {
    #{ type: "object", properties: #{ name: #{ type: "string" }, n: #{ type: "integer" } }, required: ["name", "n"] }
}
pub fn call(args) { #{ name: args.name, n: args.n } }
"""
ARGUMENTS = {"name": "x", "n": 3}
VERSION = "2026-07-28"
PREFIX = "io.modelcontextprotocol"
OLDER = "2025-06-18"


@dataclass(frozen=True)
class Process:
    """A server that listens.

    Args:
        port: where.
        pid: its process.
        token: what it wants to see; empty for one that wants nothing.
    """

    port: int
    pid: int
    token: str = ""

    @property
    def resident(self) -> int:
        """Bytes of memory that are resident. Linux only."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def request(self, path: str, body: dict[str, Any], **headers: str) -> bytes:
        """The bytes of a POST."""
        return self._bytes("POST", path, json.dumps(body).encode(), headers)

    def listening(self, session: str) -> bytes:
        """The bytes of the GET by which an older client listens."""
        told = {"Mcp_Session_Id": session, "Mcp_Protocol_Version": OLDER}
        return self._bytes("GET", "/mcp", b"", told)

    def _bytes(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(content)}"]
        lines += ["Content-Type: application/json", "Accept: application/json, text/event-stream"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + content

    def call(self) -> bytes:
        """A call of the echo tool over HTTP."""
        return self.request("/tools/echo", ARGUMENTS).replace(b", text/event-stream", b"")

    def agent_call(self) -> bytes:
        """A call of the echo tool over MCP."""
        params = {
            "name": "echo",
            "arguments": ARGUMENTS,
            "_meta": {f"{PREFIX}/protocolVersion": VERSION, f"{PREFIX}/clientCapabilities": {}},
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        named = {"Mcp_Protocol_Version": VERSION, "Mcp_Method": "tools/call", "Mcp_Name": "echo"}
        return self.request("/mcp", body, **named)


@contextlib.asynccontextmanager
async def own() -> AsyncGenerator[Process]:
    """`crucible serve` with one migrated tool, as users start it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tools").mkdir()
        (folder / "tools" / "echo.rn").write_text(TOOL, encoding="utf-8")
        await crucible("migrate", "tools", cwd=folder)
        command = [*CRUCIBLE, "serve", "--port", "0", "--quiet"]
        server = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=ENVIRONMENT, stdout=asyncio.subprocess.PIPE
        )
        assert server.stdout is not None
        async with _ended(server):
            address, _, token = (await server.stdout.readline()).decode().strip().partition("/?token=")
            yield Process(int(address.rpartition(":")[2]), server.pid, token)


@contextlib.asynccontextmanager
async def peer() -> AsyncGenerator[Process]:
    """FastMCP with a plain Python function."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "bench.serving_peer", str(port)]
    server = await asyncio.create_subprocess_exec(*command, cwd=root, env=ENVIRONMENT)
    async with _ended(server):
        async with asyncio.timeout(60):
            while not await _answers(port):
                await asyncio.sleep(0.1)
        yield Process(port, server.pid)


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@contextlib.asynccontextmanager
async def _ended(server: asyncio.subprocess.Process) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        server.terminate()
        await server.wait()


class Connection:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, process: Process) -> "Connection":
        """A connection to a server."""
        return cls(*await asyncio.open_connection("127.0.0.1", process.port))

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The head and the body of an answer, read to its end."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            body = b""
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                body += (await self._reader.readexactly(size + 2))[:-2]
            await self._reader.readexactly(2)
            return head, body
        length = int(lowered.partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
        return head, await self._reader.readexactly(length)

    async def begin(self, request: bytes) -> bytes:
        """The head of an answer that goes on."""
        self._writer.write(request)
        return await self._reader.readuntil(b"\r\n\r\n")

    def close(self) -> None:
        """Closes it."""
        self._writer.close()


async def seconds_of_calls(process: Process, request: bytes, *, connections: int, calls: int) -> list[float]:
    """How long each call took, and first how long all of them: on so many connections at once.

    Raises:
        RuntimeError: an answer is not what the tool gives.
    """
    opened = [await Connection.to(process) for _ in range(connections)]

    async def work(connection: Connection, count: int, taken: list[float]) -> None:
        for _ in range(count):
            start = time.perf_counter()
            head, body = await connection.ask(request)
            taken.append(time.perf_counter() - start)
            if not head.startswith(b"HTTP/1.1 200") or b'"n"' not in body or b'"isError":true' in body:
                raise RuntimeError(f"the server answers {head!r} {body!r}")

    try:
        await asyncio.gather(*(work(each, max(1, calls // connections // 10), []) for each in opened))
        taken: list[float] = []
        start = time.perf_counter()
        await asyncio.gather(*(work(each, calls // connections, taken) for each in opened))
        return [time.perf_counter() - start, *taken]
    finally:
        for each in opened:
            each.close()


async def opened_session(process: Process) -> Connection:
    """A session of an older client, which listens and does nothing."""
    connection = await Connection.to(process)
    params = {"protocolVersion": OLDER, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
    begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    head, _ = await connection.ask(process.request("/mcp", begin))
    session = head.lower().partition(b"mcp-session-id:")[2].partition(b"\r\n")[0].strip().decode()
    done = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    await connection.ask(process.request("/mcp", done, Mcp_Session_Id=session, Mcp_Protocol_Version=OLDER))
    head = await connection.begin(process.listening(session))
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the server does not let a session listen: {head!r}")
    return connection
