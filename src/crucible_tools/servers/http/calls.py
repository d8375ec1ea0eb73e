"""Calls as resources: those that run, the last ones that ended, and stopping one."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.model.access import Scope
from crucible_tools.operations.serving import CallView, Serving
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.http.queries import check_names, whole_number
from crucible_tools.servers.http.resource import json_answer
from crucible_tools.servers.refusals import CallNotFound, Forbidden

_SHOWN: Final = 100
_MOST: Final = 500


def own_id(caller: Caller, name: str) -> str:
    """The id of a call that its caller has named: `TOKEN:NAME`, which is no other token's, and none that is made up."""
    return f"{caller.token.id}:{name}"


class CallRoutes:
    """`/calls` and what lies below. A token without the scope read sees its own calls.

    Args:
        serving: has the calls.
    """

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    async def list_calls(self, request: Request) -> Response:
        """`GET /calls`: those that run, and the last ones that ended, the newest first."""
        caller = caller_of(request.scope)
        check_names(request, ("limit",))
        limit = whole_number(request, "limit", _SHOWN, least=1, most=_MOST)
        live = [view for view in self._serving.calls.live(caller.allows) if _sees(caller, view)]
        ended = [view for view in self._serving.calls.recent(caller.allows, _MOST) if _sees(caller, view)]
        return json_answer(
            {"live": [view.to_json() for view in live], "recent": [view.to_json() for view in ended[:limit]]}
        )

    async def show(self, request: Request) -> Response:
        """`GET /calls/{id}`: with what it logged and did outside; never its arguments or its result."""
        check_names(request, ())
        return json_answer(self._visible(request).to_json())

    async def cancel(self, request: Request) -> Response:
        """`DELETE /calls/{id}`: stops it; whoever made it gets an error of the kind `cancelled`."""
        check_names(request, ())
        caller, view = caller_of(request.scope), self._visible(request)
        if view.user != caller.user and not caller.may(Scope.ADMIN):
            raise Forbidden("the call is somebody else's", hint="a token with the scope admin stops any call")
        if not self._serving.calls.cancel(view.id):
            raise CallNotFound(f"the call {view.id} has ended")
        return json_answer({"id": view.id, "cancelled": True}, 202)

    def _visible(self, request: Request) -> CallView:
        caller, call_id = caller_of(request.scope), request.path_params["id"]
        view = self._serving.calls.find(own_id(caller, call_id)) or self._serving.calls.find(call_id)
        if view is None or not caller.allows(view.tool) or not _sees(caller, view):
            raise CallNotFound(f"no call {call_id[:128]!r} runs, or is remembered", hint="GET /calls has all that are")
        return view


def _sees(caller: Caller, view: CallView) -> bool:
    return caller.may(Scope.READ) or view.user == caller.user
