"""Running a server: where it listens, with which tokens, and how it ends."""

import asyncio
import contextlib
import gc
import logging
import math
import secrets
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import uvicorn

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.access import Scope, TokenStatus
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.tokens import MadeToken, NewToken, make_token
from crucible_tools.servers.access.hosts import Hosts, is_loopback
from crucible_tools.servers.app import MCP_PATH, Application, AppSettings
from crucible_tools.servers.connections import HEAD_S, MOST_HEAD_BYTES, REST_S, TAKE_S, bounded_protocol
from crucible_tools.servers.page.page import Page
from crucible_tools.servers.room import Room, places
from crucible_tools.store.place import Place
from crucible_tools.store.tokens import Tokens

_LOG: Final = logging.getLogger("crucible_tools.http")

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

CLOSE_S: Final = 5.0
"""Seconds in which answers that are made have to be taken at the end."""

_HURRIED_S: Final = 1.0
"""The same after a second signal."""

MOST_CONNECTIONS: Final = 5000
"""At the same time; another one takes the place of who is waited for longest, or is answered 503."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where and how a server listens.

    Args:
        host: address or name of the interface; beyond loopback a token has to be configured.
        port: 0 takes a free one.
        app: how requests are treated.
        notice_s: seconds between being no longer ready and taking no more calls, for those that route to it.
        drain_s: seconds in which the calls that run are finished at the end.
        close_s: seconds in which answers that are made have to be taken after that.
        head_s: seconds in which the head of a request has to come.
        take_s: seconds for which a client may take nothing of its answer.
        rest_s: seconds in which the rest of a request has to come that is answered already.
        keep_alive_s: seconds for which a connection without a request is kept.
        most_connections: at the same time.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    app: AppSettings = field(default_factory=AppSettings)
    notice_s: float = 0.0
    drain_s: float = 30.0
    close_s: float = CLOSE_S
    head_s: float = HEAD_S
    take_s: float = TAKE_S
    rest_s: float = REST_S
    keep_alive_s: int = 30
    most_connections: int = MOST_CONNECTIONS


@dataclass(frozen=True, slots=True)
class Listening:
    """A server that listens.

    Args:
        url: where.
        own: the token that it made for itself, when none is configured.
    """

    url: str
    own: MadeToken | None

    @property
    def mcp_url(self) -> str:
        """Where agents find it."""
        return f"{self.url}{MCP_PATH}"

    @property
    def link(self) -> str:
        """What a browser opens; with the token, where the server made one."""
        return f"{self.url}/" if self.own is None else f"{self.url}/?token={self.own.secret.text}"


class HttpServer:
    """A server of one state. `listening` runs it for the length of a block, `run` until a signal comes.

    Args:
        serving: the state being served; it is entered.
        settings: where and how.
    """

    def __init__(self, serving: Serving, settings: ServerSettings) -> None:
        self._serving = serving
        self._settings = settings

    async def run(self, told: Callable[[Listening], None]) -> None:
        """Serve until SIGINT or SIGTERM; a second one does not wait for the calls that run.

        Args:
            told: hears where, once requests are answered.

        Raises:
            ConfigurationError: it can't listen there, or may not without a token.
            StateError: the tokens can't be read.
        """
        stop, at_once = asyncio.Event(), asyncio.Event()
        with _signals(stop, at_once):
            async with self._listening(at_once) as listening:
                told(listening)
                # This process serves and does nothing else. What was imported and loaded stays: looking through it for
                # garbage again and again held calls up for 100 ms (the late ones in `make bench`).
                gc.collect()
                gc.freeze()
                await stop.wait()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncGenerator[Listening]:
        """Serve while the block runs; its end finishes the calls that run.

        Raises:
            ConfigurationError, StateError: as `run`.
        """
        async with self._listening(asyncio.Event()) as listening:
            yield listening

    @contextlib.asynccontextmanager
    async def _listening(self, at_once: asyncio.Event) -> AsyncGenerator[Listening]:
        settings = self._settings
        own = own_token(self._serving.place, settings.host)
        listener = listening_socket(settings.host, settings.port)
        with contextlib.closing(listener):
            app = Application(self._serving, settings.app, [own] if own else [])
            async with app, self._running(app, listener, at_once):
                yield Listening(_url(settings.host, listener), own)

    @contextlib.asynccontextmanager
    async def _running(self, app: Application, listener: socket.socket, at_once: asyncio.Event) -> AsyncGenerator[None]:
        server = _Server(_configuration(app, self._settings))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            begun = asyncio.create_task(server.begun.wait())
            await asyncio.wait((begun, task), return_when=asyncio.FIRST_COMPLETED)
            begun.cancel()
            if task.done():
                task.result()
            yield
        finally:
            await self._end(app, server, task, at_once)

    async def _end(self, app: Application, server: "_Server", task: asyncio.Task[None], at_once: asyncio.Event) -> None:
        """Not ready first; then nothing new is begun, what runs is finished or stopped, and connections are closed.

        However far it has come, it waits for nobody any more once it has to be `at_once`.
        """
        hurry = asyncio.create_task(at_once.wait())
        try:
            await _unless(hurry, self._drain(app))
            await _unless(hurry, app.stop(self._settings.close_s))
            if at_once.is_set():
                await app.stop(_HURRIED_S)
            server.should_exit = True
            await asyncio.wait((hurry, task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurry.cancel()
        server.force_exit = at_once.is_set()
        await task

    async def _drain(self, app: Application) -> None:
        await self._serving.calls.drain(0)  # not ready any more
        await asyncio.sleep(self._settings.notice_s)
        if not await app.finish(self._settings.drain_s):
            _LOG.warning("calls still ran after %g s, and are stopped", self._settings.drain_s)


async def _unless(hurry: asyncio.Task[Any], work: Coroutine[Any, Any, None]) -> None:
    """Does some work, which is cancelled once it has to be quick."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait((task, hurry), return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def serve_http(
    serving: Serving,
    *,
    told: Callable[..., None],
    host: str,
    port: int,
    hosts: Sequence[str] = (),
    origins: Sequence[str] = (),
    drain_s: float,
    notice_s: float,
    output_schemas: bool,
) -> None:
    """Serve a state until a signal comes: what the command line starts.

    Args:
        serving: the state being served; it is entered.
        told: hears `link, mcp_url, own_token=`, once requests are answered.
        host: address or name of the interface.
        port: 0 takes a free one.
        hosts: names that the server answers to, beside its addresses and `localhost`.
        origins: pages of other sites that may use it.
        drain_s: seconds in which the calls that run are finished at the end.
        notice_s: seconds between being no longer ready and taking no more calls.
        output_schemas: whether MCP describes what tools give.

    Raises:
        ConfigurationError, StateError: as `HttpServer.run`.
    """
    names = [*hosts, host, socket.gethostname()]
    settings = ServerSettings(
        host=host,
        port=port,
        app=AppSettings(hosts=Hosts.of(names, origins), output_schemas=output_schemas, page=Page),
        drain_s=drain_s,
        notice_s=notice_s,
        most_connections=places(MOST_CONNECTIONS),
    )

    def hear(listening: Listening) -> None:
        told(listening.link, listening.mcp_url, own_token=listening.own is not None)

    await HttpServer(serving, settings).run(hear)


class _Server(uvicorn.Server):
    """Signals are ours: they begin by no longer being ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def own_token(place: Place, host: str) -> MadeToken | None:
    """The token that a server on this machine makes for itself, as long as none is configured.

    Raises:
        ConfigurationError: none is configured, and others than programs of this machine would reach the server.
        StateError: the tokens can't be read.
    """
    now = datetime.now(UTC)
    with Tokens(place) as tokens:
        if any(stored.token.status(now) is TokenStatus.ACTIVE for stored in tokens.all()):
            return None
    if not is_loopback(host):
        raise ConfigurationError(
            f"{host} is reached by other machines, and no token is configured",
            hint="make one first: crucible token create; or listen on 127.0.0.1",
        )
    return make_token(NewToken(name=f"start-{secrets.token_hex(2)}", scopes=(Scope.ADMIN,)))


@contextlib.contextmanager
def _signals(stop: asyncio.Event, at_once: asyncio.Event) -> Generator[None]:
    loop = asyncio.get_running_loop()

    def came() -> None:
        (at_once if stop.is_set() else stop).set()

    taken: list[int] = []
    for number in _SIGNALS:
        with contextlib.suppress(NotImplementedError):  # Windows: there Ctrl-C cancels as asyncio has it
            loop.add_signal_handler(number, came)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ConfigurationError: nothing can listen there.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        made = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(
            f"nothing can listen on {host} port {port}: {error}", hint="name another --host or --port"
        ) from error
    # Accepted connections take it from here. The head and the body of an answer are written one after the other:
    # without this the body waits for the client to acknowledge the head, and clients take their 40 ms for that.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def _configuration(app: Application, settings: ServerSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=bounded_protocol(settings.head_s, settings.take_s, settings.rest_s, Room(settings.most_connections)),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,  # what is no HTTP is answered, and is no news
        access_log=False,  # the access layer tells of requests, without what may be secret
        proxy_headers=False,  # anybody can send them
        server_header=False,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=math.ceil(settings.close_s),
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )
