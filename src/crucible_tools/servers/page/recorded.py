"""Recorded calls on the page: with all that a script was told, and running one again."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.model.access import Scope
from crucible_tools.model.calls import CallRecord
from crucible_tools.operations.replay import list_calls, read_call
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.http.calling import unless_gone
from crucible_tools.servers.page.rendering import Renderer
from crucible_tools.servers.refusals import CallNotFound

_SHOWN: Final = 200


class RecordedViews:
    """`/ui/recorded` and what lies below.

    Args:
        renderer: of pages.
        serving: has the state.
        doorman: counts what tokens call.
    """

    def __init__(self, renderer: Renderer, serving: Serving, doorman: Doorman) -> None:
        self._renderer = renderer
        self._serving = serving
        self._doorman = doorman
        self._place = serving.place.given

    async def list_calls(self, request: Request) -> Response:
        """`GET /ui/recorded`: the newest first."""
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        found = [call for call in await list_calls(self._place, limit=1000) if caller.allows(call.tool)]
        return await self._renderer.page(request, "recorded_calls.html", {"calls": found[:_SHOWN]})

    async def show(self, request: Request) -> Response:
        """`GET /ui/recorded/{id}`: one, with what it was given and gave."""
        record = await self._record(request)
        return await self._renderer.page(request, "recorded.html", {"record": record, "done": None})

    async def replay(self, request: Request) -> Response:
        """`POST /ui/recorded/{id}/replay`: runs it again, as a call of the token's; nothing outside is touched."""
        caller = caller_of(request.scope)
        caller.need(Scope.CALL)
        record = await self._record(request)
        self._doorman.call(caller)
        done = await unless_gone(request, self._serving.calls.replay(record, user=caller.user))
        return await self._renderer.page(request, "recorded.html", {"record": record, "done": done})

    async def _record(self, request: Request) -> CallRecord:
        caller: Caller = caller_of(request.scope)
        caller.need(Scope.READ)
        record = await read_call(self._place, request.path_params["id"])
        if not caller.allows(record.tool):
            raise CallNotFound("no call of this id is recorded")
        return record
