"""The page as an ASGI application: its paths, and its errors as people read them."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Router
from starlette.types import Receive, Scope, Send

from crucible_tools.errors import CrucibleError
from crucible_tools.servers.access.caller import CALLER, caller_of
from crucible_tools.servers.http.queries import takes
from crucible_tools.servers.http.resource import not_found, resource
from crucible_tools.servers.http.routes import ASSETS, SIGN_IN
from crucible_tools.servers.page.assets import Assets
from crucible_tools.servers.page.calls import CallViews
from crucible_tools.servers.page.overview import OverviewViews
from crucible_tools.servers.page.recorded import RecordedViews
from crucible_tools.servers.page.rendering import Renderer
from crucible_tools.servers.page.signing_in import SigningIn
from crucible_tools.servers.page.streams import Streams
from crucible_tools.servers.page.tools import ToolViews
from crucible_tools.servers.page.trying import Trying
from crucible_tools.servers.problems import status_of
from crucible_tools.servers.refusals import Refusal, Stopping

if TYPE_CHECKING:
    from crucible_tools.servers.app import Behind

_HTML: Final = "text/html"


class Page:
    """What people see: `/`, `/ui/…` and `/assets/…`. Made for `servers.app.AppSettings.page`.

    Args:
        behind: what stands behind the door.
    """

    def __init__(self, behind: "Behind") -> None:
        assets = Assets()
        self._renderer = Renderer(assets)
        self._signing_in = SigningIn(self._renderer, behind.doorman, behind.sessions)
        # Without a token nothing else is answered; who has none is sent to the form.
        self._open = Router(
            [
                resource(f"{ASSETS}{{name}}", GET=assets.show),
                resource(SIGN_IN, GET=self._signing_in.ask, POST=self._signing_in.begin),
            ],
            redirect_slashes=False,
            default=self._members(behind),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        begun = False

        async def sent(message: Mapping[str, object]) -> None:
            nonlocal begun
            begun = True
            await send(dict(message))

        try:
            await self._open(scope, receive, sent)
        except CrucibleError as error:
            request = Request(scope)
            if begun or not takes(request, _HTML):
                raise
            headers = dict(error.headers()) if isinstance(error, Refusal) else {}
            status = status_of(error)
            response = await self._renderer.page(
                request, "error.html", {"error": error, "status": status}, status, headers
            )
            await response(scope, receive, send)

    def _members(self, behind: "Behind") -> "_Members":
        serving, renderer = behind.serving, self._renderer
        streams = Streams(behind.ending)
        tools, calls = ToolViews(renderer, serving), CallViews(renderer, serving, streams)
        recorded, overview = RecordedViews(renderer, serving, behind.doorman), OverviewViews(renderer, serving)
        trying = Trying(renderer, serving, behind.doorman, tools.page)
        routes: list[BaseRoute] = [
            resource("/", GET=tools.list_tools),
            resource("/ui/inactive", GET=tools.inactive),
            resource("/ui/tools/{name}", GET=tools.show),
            resource("/ui/tools/{name}/diff", GET=tools.diff),
            resource("/ui/tools/{name}/call", GET=tools.show, POST=trying.call),
            resource("/ui/calls", GET=calls.list_calls),
            resource("/ui/calls/{id}", GET=calls.show),
            resource("/ui/calls/{id}/cancel", POST=calls.cancel),
            resource("/ui/live/calls", GET=calls.list_stream),
            resource("/ui/live/calls/{id}", GET=calls.show_stream),
            resource("/ui/recorded", GET=recorded.list_calls),
            resource("/ui/recorded/{id:path}/replay", POST=recorded.replay),
            resource("/ui/recorded/{id:path}", GET=recorded.show),
            resource("/ui/events", GET=overview.events),
            resource("/ui/runs", GET=overview.runs),
            resource("/ui/hooks", GET=overview.hooks),
            resource("/ui/health", GET=overview.health),
            resource("/ui/sign-out", POST=self._signing_in.end),
        ]
        return _Members(Router(routes, redirect_slashes=False, default=not_found), self._signing_in, behind.ending)


class _Members:
    """What is for those who are in."""

    def __init__(self, inside: Router, signing_in: SigningIn, ending: asyncio.Event) -> None:
        self._inside = inside
        self._signing_in = signing_in
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._ending.is_set():  # the door lets these paths in, since they also answer who has no token
            raise Stopping("the server is being stopped", hint="load the page again in a moment")
        request = Request(scope)
        if scope.get(CALLER) is None:
            if not takes(request, _HTML):
                caller_of(scope)  # which says that there is none
            response = await self._signing_in.without(request)
            await response(scope, receive, send)
            return
        await self._inside(scope, receive, send)
