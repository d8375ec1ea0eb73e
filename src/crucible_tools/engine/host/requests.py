"""Making one HTTP request, redirects included: checked at each step, and sent to the very address that was checked.

Only imported when a script makes a request: the HTTP library takes as long to import as a whole call may take.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import zlib
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import httpcore2

from crucible_tools import __version__
from crucible_tools.engine.host import headers as header_rules
from crucible_tools.engine.host.addresses import why_no_address, why_no_host
from crucible_tools.engine.host.headers import HeaderRefused, Pairs, SecretMissing, Secrets
from crucible_tools.engine.host.pacing import Paced
from crucible_tools.engine.host.unfolding import ENCODINGS, Unfolding
from crucible_tools.engine.host.urls import NoUrl, Target, UrlRefused, masked, read_url
from crucible_tools.engine.registry import ToolFailure
from crucible_tools.model.grants import ALL, HTTP_METHODS

if TYPE_CHECKING:
    from crucible_tools.engine.host.effects import HostContext
    from crucible_tools.engine.host.world import World

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_ADDRESSES: Final = 4
"""Addresses of one host that are tried, one after the other."""
_OVERHEAD_BYTES: Final = 256 * 1024
"""Of one connection, beside twice the longest body: for handshakes, heads, and the lengths of chunks."""
_DEFAULTS: Final = (("Accept", "*/*"), ("User-Agent", f"crucible-tools/{__version__}"))
_CHARSETS: Final = {
    "us-ascii": "latin-1",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
}
"""Character sets that are read as such (iso-8859-1 as browsers do); everything else is taken for UTF-8."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; no secret that the policy added is in it.

    Args:
        status: the status code.
        headers: names and values in their order.
        body: the body, decompressed.
    """

    status: int
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the first header of this name (in lower case)."""
        return next((value for other, value in self.headers if other.lower() == name), None)

    @property
    def text(self) -> str:
        """The body as text; what is no text in its character set becomes U+FFFD."""
        charset = (self.header("content-type") or "").lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
        return self.body.decode(_CHARSETS.get(charset, "utf-8"), "replace")


class Client:
    """Makes requests in a world. Holds no connection between requests: none can be used by another policy."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tls: ssl.SSLContext | None = None

    async def send(self, context: HostContext, method: str, url: str, pairs: Pairs, body: bytes | None) -> Answer:
        """Makes a request under a policy and follows redirects.

        Args:
            context: whose policy it is, and until when.
            method: `GET` and so on.
            url: an absolute URL.
            pairs: headers that the script sets.
            body: what is sent.

        Raises:
            Stop: the policy does not allow it; reported.
            ToolFailure: it was allowed and came to nothing.
        """
        grant = context.policy.http
        method = method.upper()
        if body is not None and len(body) > grant.max_bytes:
            raise ToolFailure(f"the request's body has {len(body):,} bytes, the limit is {grant.max_bytes:,}")
        seconds = context.seconds_left(grant.timeout_s)
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(context, method, url, pairs, body)
        except TimeoutError:
            raise ToolFailure(f"{masked(url)[:200]}: no answer within {seconds:.3g} s") from None

    async def _follow(self, context: HostContext, method: str, url: str, pairs: Pairs, body: bytes | None) -> Answer:
        most = context.policy.http.max_redirects
        target = self._read(context, method, url)
        first, stays = target, True
        for _ in range(most + 1):
            self._check(context, method, target, pairs)
            addresses = await self._addresses(context, method, target)
            # Secret headers are for what the script asks for itself, not for what another host sends it to.
            secrets = self._secrets(context, target) if stays else Secrets()
            context.allowed(f"{method} {target.shown}")
            answer = await self._exchange(context, method, target, addresses, secrets.added_to(pairs), body)
            answer = _without(secrets, answer)
            location = answer.header("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            if _turns_to_get(answer.status, method):
                method, body, pairs = "GET", None, header_rules.without_body(pairs)
            after = self._read(context, method, _as_written(location), target)
            if after.origin != target.origin:
                stays, pairs = False, header_rules.for_other_host(pairs)
            target = after
        raise ToolFailure(f"{first.shown}: more than {most} redirects")

    def _read(self, context: HostContext, method: str, url: str, base: Target | None = None) -> Target:
        try:
            return read_url(url) if base is None else base.joined(url)
        except NoUrl as error:
            raise ToolFailure(f"{masked(url)[:200]!r} is {error}") from None
        except UrlRefused as error:
            raise context.denied(f"{method} {masked(url)}", str(error)) from None

    def _check(self, context: HostContext, method: str, target: Target, pairs: Pairs) -> None:
        grant = context.policy.http
        why, setting = why_no_host(target, grant), "http_hosts"
        if why is None and (method not in HTTP_METHODS or not (grant.methods is ALL or method in grant.methods)):
            why = f"the policy does not name the method {method}"
            setting = "http_methods" if method in HTTP_METHODS else None
        if why is None:
            try:
                header_rules.check_headers(pairs)
            except HeaderRefused as error:
                why, setting = str(error), None
        if why is not None:
            raise context.denied(f"{method} {target.shown}", why, setting)

    async def _addresses(self, context: HostContext, method: str, target: Target) -> Sequence[str]:
        if target.literal:
            found = [target.host]
        else:
            try:
                found = await self._world.resolve(target.host, target.port)
            except (OSError, UnicodeError):
                found = []
            if not found:
                raise ToolFailure(f"{target.origin}: there is no address of this host")
        for address in found:
            # One that is refused spoils all: a name that leads inside and outside has no honest use here.
            why = why_no_address(address, target.host, context.policy.http)
            if why is not None:
                raise context.denied(f"{method} {target.shown}", why, "http_private")
        return found[:_MOST_ADDRESSES]

    def _secrets(self, context: HostContext, target: Target) -> Secrets:
        try:
            return header_rules.secrets_for(target, context.policy.http, self._world.environment)
        except SecretMissing as missing:
            raise ToolFailure(
                f"{target.origin}: the policy adds a header to requests to this host, and the environment variable "
                f"{missing.variable} that it is read from has no usable value"
            ) from None

    async def _exchange(
        self,
        context: HostContext,
        method: str,
        target: Target,
        addresses: Sequence[str],
        pairs: Pairs,
        body: bytes | None,
    ) -> Answer:
        request = httpcore2.Request(
            method,
            httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=_wire(method, target, pairs, body),
            content=body,
        )
        most = context.policy.http.max_bytes
        connection = httpcore2.AsyncHTTPConnection(
            origin=request.url.origin,
            ssl_context=self._tls_context() if target.scheme == "https" else None,
            network_backend=_Pinned(
                self._world, addresses, lambda: _too_long(target, most), 2 * most + _OVERHEAD_BYTES
            ),
        )
        try:
            response = await connection.handle_async_request(request)
            try:
                return await _read_answer(target, response, most)
            finally:
                await response.aclose()
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            raise ToolFailure(f"{target.origin}: {_told(error)}") from error
        finally:
            with contextlib.suppress(httpcore2.NetworkError, OSError):
                await connection.aclose()

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = self._world.tls()
        return self._tls


class _Pinned(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were checked, whatever host it is told.

    Args:
        world: connects.
        addresses: which to try.
        refuse: gives what is raised when a server sends more than `most` bytes.
        most: bytes of one connection.
    """

    def __init__(self, world: World, addresses: Sequence[str], refuse: Callable[[], Exception], most: int) -> None:
        self._world = world
        self._addresses = addresses
        self._refuse = refuse
        self._most = most

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connects to the first address that answers."""
        problem: Exception | None = None
        for address in self._addresses:
            try:
                stream = cast("httpcore2.AsyncNetworkStream", await self._world.connect(address, port))
                return Paced(stream, self._most, self._refuse)
            except (OSError, httpcore2.NetworkError) as error:
                problem = error
        raise httpcore2.ConnectError("nothing accepts connections there") from problem


def _turns_to_get(status: int, method: str) -> bool:
    """Whether a redirect drops the method and the body (the Fetch standard, "HTTP-redirect fetch", step 12)."""
    return (status in (301, 302) and method == "POST") or (status == 303 and method not in ("GET", "HEAD"))


def _wire(method: str, target: Target, pairs: Pairs, body: bytes | None) -> list[tuple[bytes, bytes]]:
    """The headers as they are sent."""
    own = {name.lower() for name, _ in pairs}
    sent = [("Host", target.authority), *((n, v) for n, v in _DEFAULTS if n.lower() not in own), *pairs]
    sent += [("Accept-Encoding", "gzip, deflate"), ("Connection", "close")]
    if body is not None or method in ("POST", "PUT", "PATCH"):
        sent.append(("Content-Length", str(len(body or b""))))
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent]


async def _read_answer(target: Target, response: httpcore2.Response, most: int) -> Answer:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    encodings = ", ".join(value.lower().strip() for name, value in headers if name.lower() == "content-encoding")
    unfolding = None
    if encodings not in ("", "identity"):
        if encodings not in ENCODINGS:
            raise ToolFailure(
                f"{target.origin}: the answer is compressed as {encodings[:40]!r}, which nobody asked for"
            )
        unfolding = Unfolding(encodings)
    body = bytearray()
    received = False
    try:
        async for chunk in cast("AsyncIterable[bytes]", response.stream):
            received = True
            # One byte more than may be, so that a small answer that unfolds without end is noticed and not stored.
            body += chunk if unfolding is None else unfolding.feed(chunk, most + 1 - len(body))
            if len(body) > most:
                raise _too_long(target, most)
            if unfolding is not None and unfolding.over:
                break
        if received and unfolding is not None and not unfolding.complete:
            raise zlib.error("cut off")
    except zlib.error:
        raise ToolFailure(f"{target.origin}: the answer is compressed and damaged") from None
    return Answer(response.status, headers, bytes(body))


def _too_long(target: Target, most: int) -> ToolFailure:
    return ToolFailure(f"{target.shown}: the answer has more than {most:,} bytes")


def _without(secrets: Secrets, answer: Answer) -> Answer:
    if not secrets.values:
        return answer
    headers = [(name, secrets.hidden_in(value.encode("latin-1")).decode("latin-1")) for name, value in answer.headers]
    return Answer(answer.status, headers, secrets.hidden_in(answer.body))


def _as_written(location: str) -> str:
    """Where a redirect leads, in the characters that the server meant: headers are bytes, and UTF-8 in practice."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return location


def _told(error: Exception) -> str:
    """A problem of the network in words: those of a certificate's problem, which help; else none of the library's."""
    cause: Any = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not valid: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore2.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpcore2.ProtocolError):
        return "the answer is no HTTP, or broke off"
    return str(error) if isinstance(error, httpcore2.ConnectError) and str(error) else "the connection broke"
