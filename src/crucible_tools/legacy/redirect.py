"""Calls of the original service that another service answers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.errors import ToolInactive, ToolNotFound

if TYPE_CHECKING:
    from crucible_tools.model.services import ToolService
    from crucible_tools.model.tools import ToolDefinition, ToolExecutionContext, ToolExecutionResult

GRACE_S: Final = 30.0
"""Longest time that a call may take at a level that limits it (contract.md, PRODUCTION)."""


class Redirect:
    """Another service that answers for some names.

    Args:
        service: the other one.
        names: of its tools.
    """

    def __init__(self, service: ToolService, names: set[str]) -> None:
        self.service = service
        self._names = names
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def definition(self, name: str) -> ToolDefinition | None:
        """The other service's tool, if it (still) has it."""
        if name not in self._names:
            return None
        try:
            return await self.service.get_tool(name)
        except ToolInactive:
            return None
        except ToolNotFound:
            self._names.discard(name)
            return None

    async def definitions(self) -> dict[str, ToolDefinition]:
        """All of them by name."""
        found = {definition.name: definition for definition in await self.service.list_tools()}
        return {name: definition for name, definition in found.items() if name in self._names}

    async def execute(
        self, name: str, parameters: dict[str, Any] | bytes, context: ToolExecutionContext | None
    ) -> ToolExecutionResult | None:
        """What the other service answers; None when it does not have the tool (any more)."""
        if name not in self._names:
            return None
        self._running += 1
        self._idle.clear()
        try:
            return await self.service.execute_tool(name, parameters, context)
        except (ToolNotFound, ToolInactive):
            # Only if it is this tool that is missing: a function of the application may raise the same.
            if await self.definition(name) is not None:
                raise
            return None
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def settled(self, grace_s: float) -> None:
        """Waits until the calls that have begun are over, or so many seconds have passed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), grace_s)
