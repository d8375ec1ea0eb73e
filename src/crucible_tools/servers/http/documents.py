"""`/openapi.json`: one document, with an operation of its own for every tool that the token is for."""

import asyncio
from collections import OrderedDict
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.operations.openapi import openapi_document
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.caller import caller_of
from crucible_tools.servers.http.queries import check_names
from crucible_tools.servers.problems import json_bytes

_KEPT: Final = 8
"""Documents that are kept: of that many tokens for different tools."""


class DocumentRoutes:
    """Documents about the interface.

    Args:
        serving: has the tools.
    """

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._kept: OrderedDict[tuple[str, ...], tuple[int, bytes]] = OrderedDict()

    async def openapi(self, request: Request) -> Response:
        """`GET /openapi.json`."""
        caller = caller_of(request.scope)
        check_names(request, ())
        patterns, revision = caller.token.tools, self._serving.revision
        kept = self._kept.pop(patterns, None)
        if kept is None or kept[0] != revision:
            tools, aliases = self._serving.tools(caller.allows), self._serving.aliases()
            # Thousands of tools take a while, in which others want to be answered.
            kept = (revision, await asyncio.to_thread(lambda: json_bytes(openapi_document(tools, aliases))))
        self._kept[patterns] = kept
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return Response(kept[1], media_type="application/json")
