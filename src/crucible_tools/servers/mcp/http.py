"""MCP over streamable HTTP: one endpoint for clients of every revision, to be mounted in an application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from crucible_tools.model.policy import MIB
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.caller import Access, everybody
from crucible_tools.servers.mcp.listing import PAGE
from crucible_tools.servers.mcp.server import ToolServer
from crucible_tools.servers.mcp.sessions import MOST_OF_ONE, MOST_SESSIONS, Sessions

LOOPBACK_HOSTS: Final = ("127.0.0.1:*", "localhost:*", "[::1]:*")
LOOPBACK_ORIGINS: Final = ("http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*")
"""What a browser page may be called from that talks to a server on this machine: anything else is DNS rebinding."""

MOST_BODY_BYTES: Final = 5 * MIB
"""Longest request: the arguments that a policy lets through at most, and what is around them."""

IDLE_S: Final = 30 * 60.0
"""Seconds after which a session that nobody used is ended."""

_SESSION_ID: Final = "mcp-session-id"
_NOT_FOUND: Final = 404
_REFUSED: Final = 400


class McpEndpoint:
    """The endpoint, as an ASGI application; `run` has to be entered while it answers.

    Args:
        serving: the state being served.
        access: who makes a request, and what is there for them.
        hosts: values of the header Host that are answered; None when whoever mounts the endpoint checks it.
        origins: the same of Origin, which only browsers send.
        max_body_bytes: longest request.
        max_sessions: sessions of older clients at the same time (`sessions`); newer ones have none.
        max_sessions_of_one: those of one caller.
        idle_s: seconds after which an unused session is ended.
        output_schemas: whether it is described what tools give.
        page_size: tools in one answer to `tools/list`.
    """

    def __init__(
        self,
        serving: Serving,
        access: Access = everybody,
        *,
        hosts: Sequence[str] | None = LOOPBACK_HOSTS,
        origins: Sequence[str] = LOOPBACK_ORIGINS,
        max_body_bytes: int = MOST_BODY_BYTES,
        max_sessions: int = MOST_SESSIONS,
        max_sessions_of_one: int = MOST_OF_ONE,
        idle_s: float = IDLE_S,
        output_schemas: bool = True,
        page_size: int = PAGE,
    ) -> None:
        self._access = access
        self._sessions = Sessions(max_sessions, max_sessions_of_one, idle_s)
        self._running = False
        self._manager = StreamableHTTPSessionManager(
            ToolServer(serving, access=access, output_schemas=output_schemas, page_size=page_size),
            security_settings=TransportSecuritySettings(
                enable_dns_rebinding_protection=hosts is not None,
                allowed_hosts=list(hosts or ()),
                allowed_origins=list(origins),
            ),
            max_request_body_size=max_body_bytes,
            max_sessions=None,  # one caller could have them all: we end some instead
            session_idle_timeout=idle_s,
        )

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        """Answers inside; ends every session and stream at its end. Once only."""
        async with self._manager.run():
            self._running = True
            try:
                yield
            finally:
                self._running = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. When it is cancelled, its session ends: whoever may no longer come in leaves nothing running."""
        request = Request(scope)
        caller = self._access(request)
        session_id, begun = request.headers.get(_SESSION_ID), _Begun(send)
        try:
            with self._sessions.used(session_id):
                await self._manager.handle_request(_as(scope, caller.user), receive, begun)
        except asyncio.CancelledError:
            await self._end(scope, session_id or begun.session_id, caller.user)
            raise
        if session_id is not None and (begun.status == _NOT_FOUND or scope["method"] == "DELETE"):
            self._sessions.end(session_id, caller.user)
        elif session_id is None and begun.session_id is not None:
            for each, owner in self._sessions.begin(begun.session_id, caller.user):
                await self._end(scope, each, owner)

    async def _end(self, scope: Scope, session_id: str | None, owner: str | None) -> None:
        """Ends a session, with its streams and its calls, as its client would."""
        if session_id is None:
            return
        self._sessions.end(session_id, owner)
        if not self._running:
            return  # all end

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_: Message) -> None:
            pass

        headers = [(name, value) for name, value in scope["headers"] if name == b"host"]
        headers.append((_SESSION_ID.encode(), session_id.encode()))
        asked = {**scope, "method": "DELETE", "headers": headers, "query_string": b""}
        await self._manager.handle_request(_as(asked, owner), receive, send)


class _Begun:
    """Sends an answer, and takes note of the session that begins with it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.session_id: str | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status < _REFUSED:
                self.session_id = Headers(raw=message.get("headers", [])).get(_SESSION_ID)
        await self._send(message)


def _as(scope: Scope, user: str | None) -> Scope:
    """A request as the package knows its caller: it refuses a session to everybody but the one who began it."""
    if user is None:
        return scope
    return {**scope, "user": AuthenticatedUser(AccessToken(token="", client_id=user, scopes=[]))}


def mcp_app(
    serving: Serving, access: Access = everybody, *, hosts: Sequence[str] | None = None, output_schemas: bool = True
) -> McpEndpoint:
    """The endpoint for an application that checks Host and Origin itself, unless `hosts` are given."""
    return McpEndpoint(serving, access, hosts=hosts, output_schemas=output_schemas)
