"""Calls on the page: those that run, the last ones that ended, and one of them as it goes on."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.model.access import Scope
from crucible_tools.operations.serving import CallView, Serving
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.page.rendering import Renderer
from crucible_tools.servers.page.streams import Streams
from crucible_tools.servers.refusals import CallNotFound, Forbidden

_SHOWN: Final = 100


class CallViews:
    """`/ui/calls` and what lies below. A token without the scope read sees its own calls.

    Args:
        renderer: of pages and parts.
        serving: has the calls.
        streams: keep parts up to date.
    """

    def __init__(self, renderer: Renderer, serving: Serving, streams: Streams) -> None:
        self._renderer = renderer
        self._serving = serving
        self._streams = streams

    async def list_calls(self, request: Request) -> Response:
        """`GET /ui/calls`."""
        return await self._renderer.page(request, "calls.html", self._all(caller_of(request.scope)))

    async def list_stream(self, request: Request) -> Response:
        """`GET /ui/live/calls`: the table, whenever it is another one."""
        caller = caller_of(request.scope)
        known: tuple[str, ...] | None = None
        html = ""

        def look() -> tuple[str, bool]:
            nonlocal known, html
            facts = self._all(caller)
            ended = tuple(view.id for view in facts["ended"])
            if facts["live"] or known != ended:  # else it is as it was: most of the time nothing runs
                html = self._renderer.fragment("calls_table.html", facts)
            known = None if facts["live"] else ended
            return html, False

        return self._streams.answer(request, look)

    async def show(self, request: Request) -> Response:
        """`GET /ui/calls/{id}`: what it logged and did outside; never its arguments or its result."""
        caller = caller_of(request.scope)
        return await self._renderer.page(request, "call.html", self._one(caller, self._visible(request)))

    async def show_stream(self, request: Request) -> Response:
        """`GET /ui/live/calls/{id}`: the same, until it has ended."""
        caller, found = caller_of(request.scope), self._visible(request)

        def look() -> tuple[str, bool]:
            view = self._serving.calls.find(found.id) or found
            return self._renderer.fragment("call_body.html", self._one(caller, view)), view.ended is not None

        return self._streams.answer(request, look)

    async def cancel(self, request: Request) -> Response:
        """`POST /ui/calls/{id}/cancel`: stops it, and shows how it ended."""
        caller, view = caller_of(request.scope), self._visible(request)
        caller.need(Scope.CALL)
        if not _may_stop(caller, view):
            raise Forbidden("the call is somebody else's", hint="a token with the scope admin stops any call")
        self._serving.calls.cancel(view.id)
        return Response(status_code=303, headers={"Location": f"/ui/calls/{quote(view.id, safe='')}"})

    def _all(self, caller: Caller) -> dict[str, Any]:
        sees = _sight(caller)
        live = [view for view in self._serving.calls.live(caller.allows) if sees(view)]
        ended = [view for view in self._serving.calls.recent(caller.allows, 500) if sees(view)]
        return {"live": live, "ended": ended[:_SHOWN], "may_stop": partial(_may_stop, caller)} | _form(caller)

    def _one(self, caller: Caller, view: CallView) -> dict[str, Any]:
        return {"call": view, "may_stop": partial(_may_stop, caller)} | _form(caller)

    def _visible(self, request: Request) -> CallView:
        caller, call_id = caller_of(request.scope), request.path_params["id"]
        view = self._serving.calls.find(call_id)
        if view is None or not caller.allows(view.tool) or not _sight(caller)(view):
            raise CallNotFound(f"no call {call_id[:128]!r} runs, or is remembered")
        return view


def _form(caller: Caller) -> dict[str, Any]:
    return {"csrf": caller.csrf, "may_read": caller.may(Scope.READ)}


def _sight(caller: Caller) -> Callable[[CallView], bool]:
    """Which calls a token sees."""
    return lambda view: caller.may(Scope.READ) or view.user == caller.user


def _may_stop(caller: Caller, view: CallView) -> bool:
    own = view.user == caller.user and caller.may(Scope.CALL)
    return view.ended is None and (own or caller.may(Scope.ADMIN))
