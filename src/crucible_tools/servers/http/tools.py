"""Tools as resources: the list, one tool, its versions, and what is different between two of them."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.model.access import Scope
from crucible_tools.model.json import JsonObject
from crucible_tools.operations.history import tool_history
from crucible_tools.operations.serving import ServedTool, Serving
from crucible_tools.operations.versions import version_diff
from crucible_tools.servers.access.caller import caller_of
from crucible_tools.servers.http.queries import check_names, whole_number
from crucible_tools.servers.http.resource import json_answer

_PAGE: Final = 200
_MOST: Final = 1000


class ToolRoutes:
    """`/tools` and what lies below, but for calls.

    Args:
        serving: has the tools.
    """

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    async def list_tools(self, request: Request) -> Response:
        """`GET /tools`: those that the token is for, by name, a page at a time."""
        caller = caller_of(request.scope)
        check_names(request, ("limit", "after"))
        limit = whole_number(request, "limit", _PAGE, least=1, most=_MOST)
        after = request.query_params.get("after", "")
        tools = [tool for tool in self._serving.tools(caller.allows) if tool.name > after]
        page = tools[:limit]
        return json_answer(
            {
                "tools": [summary(tool, self._serving.aliases().get(tool.name, tool.name)) for tool in page],
                "next": page[-1].name if len(tools) > len(page) else None,
                "revision": self._serving.revision,
            }
        )

    async def show(self, request: Request) -> Response:
        """`GET /tools/{name}`: its description and schemas; with the scope read its policy and its source, too."""
        caller = caller_of(request.scope)
        check_names(request, ())
        tool = await self._serving.tool(self._serving.named(request.path_params["name"]), caller.allows)
        told = summary(tool, self._serving.aliases().get(tool.name, tool.name))
        if caller.may(Scope.READ):
            told |= {
                "definition": tool.definition.to_json(),
                "policy": tool.policy.to_json(),
                "path": tool.path,
                "broken_edit": tool.broken_edit,
                "problems": [problem.to_json() for problem in tool.problems],
            }
        return json_answer(told)

    async def versions(self, request: Request) -> Response:
        """`GET /tools/{name}/versions`: every version and change, also of a tool that was forgotten."""
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        check_names(request, ())
        name = await self._known(request)
        return json_answer((await tool_history(self._serving.place, name)).to_json())

    async def diff(self, request: Request) -> Response:
        """`GET /tools/{name}/diff?from=1&to=2`: what is different between the sources of two versions, as run.

        Without `to` it is the present version; without `from` too, it is what repairs made of the original.
        """
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        check_names(request, ("from", "to"))
        name = await self._known(request)
        first, second = whole_number(request, "from", 0), whole_number(request, "to", 0)
        found = await asyncio.to_thread(version_diff, self._serving.place, name, first or None, second or None)
        caller.need_each(name, found.shows)
        return json_answer(found.to_json())

    async def _known(self, request: Request) -> str:
        """The name, if the token is for it: else there is no such tool, as for any other name."""
        name = self._serving.named(request.path_params["name"])
        if not caller_of(request.scope).allows(name):
            await self._serving.tool(name, caller_of(request.scope).allows)
        return name


def summary(tool: ServedTool, alias: str) -> JsonObject:
    """What callers need to know of a tool.

    Args:
        tool: which.
        alias: its name where some names are refused; calls take it, too.
    """
    definition = tool.definition
    return {
        "name": tool.name,
        "alias": alias,
        "description": definition.description,
        "category": definition.category,
        "tags": list(definition.tags),
        "author": definition.author,
        "tool_version": definition.version,
        "input_schema": definition.input_schema,
        "output_schema": definition.output_schema,
        "level": tool.level.value,
        "capabilities": list(tool.capabilities),
        "version": tool.version,
        "migrated_at": tool.migrated_at.isoformat(),
        "last_good": tool.last_good,
    }
