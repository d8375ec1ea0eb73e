"""What concerns the whole state, on the page: events, runs, hooks and health."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.events import EVERYTHING, EventType, Pattern
from crucible_tools.model.access import Scope
from crucible_tools.operations.events import Wanted
from crucible_tools.operations.history import runs
from crucible_tools.operations.hooks import list_hooks
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.page.rendering import Renderer
from crucible_tools.store.event_log import EventLog, StoredEvent

_EVENTS: Final = 200
_LOOKED_AT: Final = 5000
"""Of the newest events, so many are looked at for those of a type or a tool."""
_RUNS: Final = 200


class OverviewViews:
    """`/ui/events`, `/ui/runs`, `/ui/hooks` and `/ui/health`.

    Args:
        renderer: of pages.
        serving: the state being served.
    """

    def __init__(self, renderer: Renderer, serving: Serving) -> None:
        self._renderer = renderer
        self._serving = serving
        self._log = EventLog(serving.place)

    async def events(self, request: Request) -> Response:
        """`GET /ui/events?type=&tool=`: the newest first; a script adds those that come."""
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        kind, tool = request.query_params.get("type", ""), request.query_params.get("tool", "")[:200]
        wanted = Wanted(types=frozenset([kind] if kind else []), pattern=Pattern(tool) if tool else EVERYTHING)
        found, newest = await asyncio.to_thread(self._newest, caller, wanted)
        facts = {
            "events": found,
            "newest": newest,
            "types": sorted({each.value for each in EventType} | ({kind} if kind else set[str]())),
            "type": kind,
            "tool": tool,
        }
        return await self._renderer.page(request, "events.html", facts)

    async def runs(self, request: Request) -> Response:
        """`GET /ui/runs`: the newest first, with their reports."""
        caller_of(request.scope).need_everything(Scope.READ)
        found = await runs(self._serving.place.given)
        return await self._renderer.page(request, "runs.html", {"runs": found[:_RUNS], "total": len(found)})

    async def hooks(self, request: Request) -> Response:
        """`GET /ui/hooks`: the recorded ones, and which are enabled."""
        caller_of(request.scope).need_everything(Scope.READ)
        report = await list_hooks(self._serving.place.given, self._serving.hooks_config)
        return await self._renderer.page(request, "hooks.html", {"report": report})

    async def health(self, request: Request) -> Response:
        """`GET /ui/health`: what is wrong, and since when."""
        caller_of(request.scope).need_everything(Scope.READ)
        facts = {
            "health": await self._serving.condition.health(),
            "readiness": self._serving.condition.readiness(),
            "broken": [tool for tool in self._serving.tools() if tool.last_good],
            "remarked": [tool for tool in self._serving.tools() if tool.problems][:_RUNS],
            "count": len(self._serving.tools()),
            "place": self._serving.place.given,
        }
        return await self._renderer.page(request, "health.html", facts)

    def _newest(self, caller: Caller, wanted: Wanted) -> tuple[list[StoredEvent], int]:
        """The newest of the events that are asked for, and the sequence of the newest of all. On a thread."""
        newest = self._log.bounds()[1]
        read = self._log.read(after=max(0, newest - _LOOKED_AT), limit=_LOOKED_AT)
        found = [
            event for event in read if wanted.holds(event) and (caller.all_tools or caller.allows(event.identifier))
        ]
        return found[-_EVENTS:][::-1], read[-1].sequence if read else newest
