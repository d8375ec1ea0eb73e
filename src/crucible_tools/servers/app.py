"""Everything that is served over HTTP, behind one door: the HTTP interface, MCP at /mcp, and the page at /."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from starlette.requests import Request
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from crucible_tools.model.access import Scope as ToolScope
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.tokens import MadeToken
from crucible_tools.servers.access.bodies import RequestLimits
from crucible_tools.servers.access.caller import caller_of
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.access.hosts import Hosts
from crucible_tools.servers.access.layer import AccessLayer
from crucible_tools.servers.access.sessions import Sessions
from crucible_tools.servers.http.answers import Answers
from crucible_tools.servers.http.routes import OPENINGS, interface
from crucible_tools.servers.http.sessions import Links, no_page

if TYPE_CHECKING:
    from crucible_tools.servers.mcp.caller import Access

MCP_PATH: Final = "/mcp"

_STOP_S: Final = 5.0
"""Seconds in which calls that are stopped have to end: milliseconds, unless what runs can't be interrupted."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a page may use; it stands behind the door, as everything does.

    Args:
        serving: the state being served.
        doorman: knows the tokens; `caller_of(scope)` gives a request's.
        sessions: of browsers.
        ending: is set when the server is being stopped: what streams ends then.
    """

    serving: Serving
    doorman: Doorman
    sessions: Sessions
    ending: asyncio.Event


Page: TypeAlias = Callable[[Behind], ASGIApp]
"""Makes the page: it answers `/`, what is below `/assets/` without a token, and every path that nothing else has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """How the application is served.

    Args:
        hosts: names that it answers to, beside its addresses and `localhost`, and pages of other sites that may use it.
        limits: how much of a request is read.
        output_schemas: whether MCP describes what tools give.
        page: makes the page; without one, `/` says where everything is.
    """

    hosts: Hosts = Hosts()  # noqa: RUF009 - frozen
    limits: RequestLimits = RequestLimits()  # noqa: RUF009 - frozen
    output_schemas: bool = True
    page: Page | None = None


class Application:
    """The ASGI application. An async context manager: it answers inside.

    Args:
        serving: the state being served; it is entered.
        settings: how.
        own: tokens that hold as long as the process.
    """

    def __init__(self, serving: Serving, settings: AppSettings, own: Iterable[MadeToken] = ()) -> None:
        # Late: whoever makes no application need not wait for what reads MCP.
        from crucible_tools.servers.mcp.answering import Answering
        from crucible_tools.servers.mcp.http import mcp_app

        self._serving = serving
        self._ending = asyncio.Event()
        self._mcp_ends = asyncio.Event()
        self._doorman = Doorman(serving.place, own)
        self._answers = Answers(serving.place)
        sessions = Sessions()
        self._interface = interface(serving, self._doorman, sessions, self._answers, self._ending)
        self._mcp = mcp_app(serving, mcp_access(self._doorman), output_schemas=settings.output_schemas)
        behind = Behind(serving, self._doorman, sessions, self._ending)
        page = no_page if settings.page is None else settings.page(behind)
        self._answering = Answering(self._mcp)
        routes = [Route(MCP_PATH, self._answering), *self._interface.routes]
        self._layer = AccessLayer(
            Router(routes, redirect_slashes=False, default=Links(self._interface.sessions, page)),
            doorman=self._doorman,
            sessions=sessions,
            hosts=settings.hosts,
            openings=OPENINGS,
            limits=settings.limits,
        )
        self._stack = contextlib.AsyncExitStack()
        self._mcp_runs: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begins to answer."""
        await self._stack.enter_async_context(self._doorman)
        self._stack.push_async_callback(self._answers.close)
        begun = asyncio.Event()
        self._mcp_runs = asyncio.create_task(self._run_mcp(begun))
        begins = asyncio.create_task(begun.wait())
        await asyncio.wait((begins, self._mcp_runs), return_when=asyncio.FIRST_COMPLETED)
        begins.cancel()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops what still runs, ends every stream, and records what is left to be recorded."""
        await self.stop(0)
        await self._interface.calling.settle()
        await self._stack.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self._layer(scope, receive, send)

    async def finish(self, seconds: float) -> bool:
        """Begins nothing new, ends what is streamed of the state, and finishes the calls that run.

        Args:
            seconds: how long calls are waited for.

        Returns:
            Whether all calls have ended.
        """
        self._layer.stop()
        self._ending.set()
        return await self._serving.calls.drain(seconds)

    async def stop(self, seconds: float) -> None:
        """Stops the calls that still run, and ends MCP once it has answered its own.

        Args:
            seconds: how long for calls and those answers; whoever serves the application waits for the others.
        """
        self._layer.stop()
        self._ending.set()
        await self._serving.calls.stop(min(_STOP_S, seconds))
        await self._answering.until_none(seconds)
        await self._end_mcp()

    async def _run_mcp(self, begun: asyncio.Event) -> None:
        """Runs MCP in a task of its own, which alone may end what it began."""
        async with self._mcp.run():
            begun.set()
            await self._mcp_ends.wait()

    async def _end_mcp(self) -> None:
        self._mcp_ends.set()
        if self._mcp_runs is not None:
            # Not awaited itself: whoever is cancelled here must not cancel it, too, which has to be able to end.
            await asyncio.wait((self._mcp_runs,))
            self._mcp_runs.result()


def mcp_access(doorman: Doorman) -> "Access":
    """What MCP asks about a request that the door has let in.

    Args:
        doorman: counts what tokens call.
    """
    from crucible_tools.servers.mcp.answering import makes_call
    from crucible_tools.servers.mcp.caller import ANYBODY
    from crucible_tools.servers.mcp.caller import Caller as McpCaller

    def access(request: Request | None) -> McpCaller:
        if request is None:
            return ANYBODY
        caller = caller_of(request.scope)
        caller.need(ToolScope.CALL)

        def admit() -> None:
            doorman.call(caller)
            makes_call(request.scope)

        return McpCaller(user=caller.user, allowed=caller.allows, admit=admit)

    return access
