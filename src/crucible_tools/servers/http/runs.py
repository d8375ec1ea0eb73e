"""Runs as resources: what was migrated and rolled back, and the reports of migrations."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.migration.formats import render
from crucible_tools.model.access import Scope
from crucible_tools.model.enums import ReportFormat
from crucible_tools.operations.history import runs
from crucible_tools.operations.report import read_report
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.caller import caller_of
from crucible_tools.servers.http.queries import check_names, whole_number
from crucible_tools.servers.http.resource import json_answer
from crucible_tools.servers.refusals import MalformedRequest

_SHOWN: Final = 100
_MOST: Final = 1000

_MEDIA_TYPES: Final = {
    ReportFormat.JSON: "application/json",
    ReportFormat.HTML: "text/html",
    ReportFormat.JUNIT: "application/xml",
    ReportFormat.SARIF: "application/sarif+json",
    ReportFormat.TEXT: "text/plain",
    ReportFormat.GITHUB: "text/plain",
    ReportFormat.MARKDOWN: "text/markdown",
}

_REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox; "
    "frame-ancestors 'none'"
)
"""Of the page of a report, which has its style in it and does nothing."""


class RunRoutes:
    """`/runs` and what lies below. It tells of all tools.

    Args:
        serving: has the state.
    """

    def __init__(self, serving: Serving) -> None:
        self._place = serving.place

    async def list_runs(self, request: Request) -> Response:
        """`GET /runs`: the newest first."""
        caller_of(request.scope).need_everything(Scope.READ)
        check_names(request, ("limit",))
        limit = whole_number(request, "limit", _SHOWN, least=1, most=_MOST)
        found = await runs(self._place)
        return json_answer({"runs": [run.to_json() for run in found[:limit]], "total": len(found)})

    async def report(self, request: Request) -> Response:
        """`GET /runs/{id}?format=html`: the report of a migration; `last` is the newest."""
        caller_of(request.scope).need_everything(Scope.READ)
        check_names(request, ("format",))
        wanted = _format(request.query_params.get("format", ReportFormat.JSON.value))
        report = await read_report(self._place, request.path_params["id"])
        text = await asyncio.to_thread(render, report, wanted)
        headers = {"Content-Security-Policy": _REPORT_POLICY} if wanted is ReportFormat.HTML else None
        return Response(text.encode("utf-8", "backslashreplace"), 200, headers, _MEDIA_TYPES[wanted])


def _format(name: str) -> ReportFormat:
    try:
        return ReportFormat(name)
    except ValueError:
        known = ", ".join(wanted.value for wanted in ReportFormat)
        raise MalformedRequest(f"there is no format {name[:50]!r}", hint=f"there are {known}") from None
