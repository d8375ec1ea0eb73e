"""Tools on the page: the list, one tool, and what is different between two of its versions."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.model.access import Scope
from crucible_tools.operations.history import tool_history
from crucible_tools.operations.inspect import list_tools
from crucible_tools.operations.serving import ServedTool, Serving
from crucible_tools.operations.versions import version_diff
from crucible_tools.servers.access.caller import caller_of
from crucible_tools.servers.http.queries import whole_number
from crucible_tools.servers.page.fields import arguments_text, fields_of
from crucible_tools.servers.page.rendering import Renderer, clip
from crucible_tools.servers.page.trying import Trial

_PAGE: Final = 100

_MOST_VERSIONS: Final = 50
_MOST_DIFF_LINES: Final = 5000


@dataclass(frozen=True, slots=True)
class _Inactive:
    """A tool that is known and can't be called."""

    name: str
    description: str
    why: str


class ToolViews:
    """`/` and what lies below `/ui/tools/`.

    Args:
        renderer: of pages.
        serving: has the tools.
    """

    def __init__(self, renderer: Renderer, serving: Serving) -> None:
        self._renderer = renderer
        self._serving = serving

    async def list_tools(self, request: Request) -> Response:
        """`GET /`: those that the token is for, a page at a time; `q` looks for words."""
        caller = caller_of(request.scope)
        wanted = request.query_params.get("q", "")[:200]
        tools = [tool for tool in self._serving.tools(caller.allows) if _holds(tool, wanted)]
        first = whole_number(request, "from", 0)
        facts = {
            "tools": tools[first : first + _PAGE],
            "first": first,
            "step": _PAGE,
            "total": len(tools),
            "all": len(self._serving.tools(caller.allows)),
            "q": wanted,
            "broken": [tool for tool in self._serving.tools(caller.allows) if tool.last_good],
        }
        return await self._renderer.page(request, "tools.html", facts)

    async def inactive(self, request: Request) -> Response:
        """`GET /ui/inactive`: tools that vanished or were rolled back."""
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        known = await list_tools(self._serving.place.given)
        found = [
            _Inactive(tool.original_name, tool.definition.description, str(tool.metadata.get("inactive_reason") or ""))
            for tool in known
            if not tool.active and caller.allows(tool.original_name)
        ]
        return await self._renderer.page(request, "inactive.html", {"tools": found})

    async def show(self, request: Request) -> Response:
        """`GET /ui/tools/{name}`: all about one, and a form to try it."""
        caller = caller_of(request.scope)
        tool = await self._serving.tool(request.path_params["name"], caller.allows)
        fields = fields_of(tool.definition.input_schema)
        trial = Trial(fields, arguments_text(fields, tool.definition.input_schema))
        return await self.page(request, tool, trial)

    async def page(self, request: Request, tool: ServedTool, trial: Trial, status: int = 200) -> Response:
        """The page of a tool.

        Args:
            request: for it.
            tool: which.
            trial: the form to try it, and what came of it.
            status: of the answer.
        """
        caller = caller_of(request.scope)
        facts: dict[str, Any] = {
            "tool": tool,
            "alias": self._serving.aliases().get(tool.name, tool.name),
            "trial": trial,
            "versions": [],
            "changes": [],
        }
        if caller.may(Scope.READ):
            history = await tool_history(self._serving.place.given, tool.name)
            facts |= {"versions": history.versions[:_MOST_VERSIONS], "changes": history.changes[:_MOST_VERSIONS]}
        return await self._renderer.page(request, "tool.html", facts, status)

    async def diff(self, request: Request) -> Response:
        """`GET /ui/tools/{name}/diff?from=1&to=2`: without `from`, what repairs made of the original."""
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        name = request.path_params["name"]
        if not caller.allows(name):
            await self._serving.tool(name, caller.allows)  # which says that it is not there
        first, second = whole_number(request, "from", 0), whole_number(request, "to", 0)
        found = await asyncio.to_thread(version_diff, self._serving.place, name, first or None, second or None)
        caller.need_each(name, found.shows)
        rows = [(_tone(row), clip(row, 2000)) for row in found.diff.splitlines()[:_MOST_DIFF_LINES]]
        more = max(0, found.diff.count("\n") - len(rows))
        return await self._renderer.page(request, "diff.html", {"diff": found, "rows": rows, "more": more})


def _holds(tool: ServedTool, wanted: str) -> bool:
    """Whether all words that are looked for are in a tool."""
    words = wanted.casefold().split()
    if not words:
        return True
    definition = tool.definition
    text = "\n".join(
        (tool.name, definition.description, definition.category, tool.level.value, *definition.tags, *tool.capabilities)
    ).casefold()
    return all(word in text for word in words)


def _tone(row: str) -> str:
    if row.startswith(("---", "+++", "@@", "\\")):
        return "head"
    return {"+": "added", "-": "removed"}.get(row[:1], "same")
