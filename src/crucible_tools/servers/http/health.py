"""How the server does: for those who start it, route to it and watch it."""

import asyncio
import time
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.errors import CrucibleError
from crucible_tools.model.access import Scope
from crucible_tools.monitoring.prometheus import CONTENT_TYPE
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.caller import CALLER, Caller, caller_of
from crucible_tools.servers.http.queries import check_names
from crucible_tools.servers.http.resource import json_answer
from crucible_tools.servers.problems import every_error, title_of

_FRESH_S: Final = 1.0
"""Seconds that an answer of the engine holds: anybody may ask, and asking compiles a script."""

_PAGE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Errors</title><h1>Errors</h1><p>The code of a problem '
    "is stable: programs compare it. docs/errors.md says more.</p><dl>{}</dl></html>"
)


class HealthRoutes:
    """`/livez`, `/readyz`, `/metrics`, `/errors`.

    Args:
        serving: what is asked.
    """

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")
        self._alive = True

    async def live(self, request: Request) -> Response:
        """`GET /livez`: 200 while the process can do its work at all."""
        async with self._looking:
            if time.monotonic() - self._looked_at > _FRESH_S:
                self._alive = (await self._serving.condition.liveness()).alive
                self._looked_at = time.monotonic()
        return json_answer({"alive": self._alive}, 200 if self._alive else 503)

    async def ready(self, request: Request) -> Response:
        """`GET /readyz`: 200 while calls are let in; what is wrong is told only to a token that may read."""
        found = self._serving.condition.readiness()
        caller: Caller | None = request.scope.get(CALLER)
        told = found.to_json() if caller and caller.may(Scope.READ) and caller.all_tools else {"ready": found.ready}
        return json_answer(told, 200 if found.ready else 503)

    async def health(self, request: Request) -> Response:
        """`GET /health`: HEALTHY, DEGRADED or UNHEALTHY, with what is wrong since when."""
        caller_of(request.scope).need_everything(Scope.READ)
        check_names(request, ())
        return json_answer((await self._serving.condition.health()).to_json())

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`: as Prometheus reads them."""
        caller_of(request.scope).need_everything(Scope.READ)
        return Response(await self._serving.metrics_text(), 200, {"Content-Type": CONTENT_TYPE})

    async def errors(self, request: Request) -> Response:
        """`GET /errors`: what each code means; the types of problems lead here."""
        items = "".join(_item(kind) for kind in every_error())
        return Response(_PAGE.format(items).encode(), 200, media_type="text/html")


def _item(kind: type[CrucibleError]) -> str:
    return f'<dt id="{escape(kind.code)}"><code>{escape(kind.code)}</code></dt><dd>{escape(title_of(kind))}</dd>'
