"""The one door that every request comes through: HTTP, MCP and the page stand behind it.

In this order: the size of the head, the Host, the Origin, the token or the session, the body. Only a request that may
come in is read; only paths that are open to all are answered without a token.
"""

import asyncio
import hmac
import logging
import time
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crucible_tools.errors import CrucibleError, StateError
from crucible_tools.servers.access.bodies import Disconnected, RequestLimits, read_body, replayed
from crucible_tools.servers.access.caller import CALLER, Caller
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.access.hosts import Hosts
from crucible_tools.servers.access.sessions import Sessions, session_id_of
from crucible_tools.servers.problems import MEDIA_TYPE, InternalProblem, problem
from crucible_tools.servers.refusals import Forbidden, HeadersTooLarge, MalformedRequest, Stopping, Unauthorized

_LOG: Final = logging.getLogger("crucible_tools.http")

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf_token"
"""The field of a form that has the session's token."""

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer says, unless its route says otherwise."""


@dataclass(frozen=True, slots=True)
class Openings:
    """Paths that need no token: they tell nothing that is worth one, or ask for one themselves.

    Args:
        paths: whole paths.
        prefixes: beginnings of paths.
        any_host: paths that are answered whatever the Host: those who ask know the machine by an address or a name of
            their own, and there is nothing to learn.
        begins: paths whose POST begins a session: it presents a token itself, and may so in the place of a session.
    """

    paths: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    any_host: frozenset[str] = frozenset()
    begins: frozenset[str] = frozenset()

    def open(self, path: str) -> bool:
        """Whether a path needs no token."""
        return path in self.paths or path in self.any_host or path.startswith(self.prefixes or ("\0",))


class AccessLayer:
    """Lets requests in, or answers them with a problem.

    Args:
        app: what stands behind.
        doorman: knows the tokens.
        sessions: of browsers.
        hosts: the server's names.
        openings: paths that need no token.
        limits: how much of a request is read.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        doorman: Doorman,
        sessions: Sessions,
        hosts: Hosts,
        openings: Openings,
        limits: RequestLimits | None = None,
    ) -> None:
        self._app = app
        self._doorman = doorman
        self._sessions = sessions
        self._hosts = hosts
        self._openings = openings
        self._limits = limits or RequestLimits()
        self._stopping = False

    def stop(self) -> None:
        """From now on nothing new is begun; what is open to all, such as the health, is still answered."""
        self._stopping = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # a websocket is closed by whoever serves it: there is none here
        answer = _Answer(send, secure=scope.get("scheme") == "https")
        started = time.perf_counter()
        try:
            await self._let_in(scope, receive, answer)
        except Disconnected:
            return
        except CrucibleError as error:
            if answer.begun:
                await answer.end()  # what is left of it is not sent; a token that was taken back ends streams so
            else:
                await answer.refuse(error)
        except asyncio.CancelledError:
            if answer.begun or not self._stopping:
                raise
            await answer.refuse(_stopping())  # it did not end in the time that was left
        except Exception:
            _LOG.exception("a request failed: a bug of this package")
            if answer.begun:
                raise  # half of it is sent: the connection is all that can be ended
            await answer.refuse(InternalProblem("the server failed to answer", hint="its log says why"))
        finally:
            _tell(scope, answer.status, time.perf_counter() - started)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        path: str = scope["path"]
        self._check_head(scope)
        if path not in self._openings.any_host:
            host = self._hosts.check_host(_single(headers, "host"))
            self._hosts.check_origin(_single(headers, "origin"), host, scope.get("scheme", "http"))
        if self._stopping and not self._openings.open(path):
            raise _stopping()
        try:
            caller = await self._caller(headers)
        except StateError:
            if path not in self._openings.any_host:
                raise
            caller = None  # those who ask how the server does are told without what is for a token only
        if caller is None and not self._openings.open(path):
            raise Unauthorized(
                "this needs a token", hint="send `Authorization: Bearer TOKEN`; `crucible token create` makes one"
            )
        body = await read_body(receive, _single(headers, "content-length"), self._limits)
        if caller is None:
            await self._app(scope, replayed(body, receive), send)
            return
        scope[CALLER] = caller
        begins = scope["method"] == "POST" and path in self._openings.begins
        if caller.csrf is not None and scope["method"] not in _SAFE_METHODS and not begins:
            _check_csrf(caller.csrf, headers, body)
        async with self._doorman.while_open(caller):
            await self._app(scope, replayed(body, receive), send)

    def _check_head(self, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        size = sum(len(name) + len(value) for name, value in headers)
        size += len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if len(headers) > self._limits.headers or size > self._limits.head_bytes:
            raise HeadersTooLarge(
                f"the head has more than {self._limits.headers} headers or {self._limits.head_bytes:,} bytes"
            )

    async def _caller(self, headers: Headers) -> Caller | None:
        given = _single(headers, "authorization")
        if given is not None:
            kind, _, presented = given.partition(" ")
            if kind.lower() != "bearer":
                raise Unauthorized(f"the authorization {kind[:20]!r} is not known here", hint="it is Bearer TOKEN")
            return await self._doorman.admit(presented)
        session_id = session_id_of(headers.get("cookie", ""))
        session = self._sessions.find(session_id) if session_id else None
        if session is None:
            return None
        caller = await self._doorman.recall(session.token_id, session.digest)
        return None if caller is None else replace(caller, csrf=session.csrf)


class _Answer:
    """Sends an answer with what each of them says, and remembers how far it came."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self._ended = False
        self.status = 0

    @property
    def begun(self) -> bool:
        """Whether its head is sent."""
        return self.status != 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if self._secure:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._ended = True
        await self._send(message)

    async def end(self) -> None:
        """Sends nothing more."""
        if not self._ended:
            await self({"type": "http.response.body", "body": b""})

    async def refuse(self, error: CrucibleError) -> None:
        made = problem(error)
        headers = {"content-type": MEDIA_TYPE, "content-length": str(len(made.body)), **made.headers}
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self({"type": "http.response.start", "status": made.status, "headers": encoded})
        await self({"type": "http.response.body", "body": made.body})


def _stopping() -> Stopping:
    return Stopping("the server is being stopped", hint="ask again in a moment: another one may have started")


def _single(headers: Headers, name: str) -> str | None:
    """The value of a header that may come once.

    Raises:
        MalformedRequest: it comes several times: who reads it would not agree on which counts.
    """
    found = headers.getlist(name)
    if len(found) > 1:
        raise MalformedRequest(f"the header {name} comes {len(found)} times")
    return found[0] if found else None


def _check_csrf(wanted: str, headers: Headers, body: bytes) -> None:
    """A page of ours knows the session's token; another site's page only has the browser send the cookie.

    Raises:
        Forbidden: the request does not repeat it.
    """
    given = headers.get(_CSRF_HEADER)
    if given is None and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        try:
            given = parse_qs(body.decode(), max_num_fields=1000).get(CSRF_FIELD, [""])[0]
        except ValueError:
            given = None
    if given is None or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Forbidden(
            "the request does not repeat the session's token", hint=f"send it as {_CSRF_HEADER}, or use a bearer token"
        )


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """One line a request; never its query, which may have a token."""
    if not _LOG.isEnabledFor(logging.INFO):
        return
    caller: Caller | None = scope.get(CALLER)
    path = scope["path"][:200]
    _LOG.info(
        "%s %s: %s after %.6f s",
        scope["method"][:20],
        path,
        status or "no answer",
        seconds,
        extra={
            "method": scope["method"][:20],
            "path": path,
            "status": status,
            "seconds": seconds,
            "user": caller.user if caller else None,
        },
    )
