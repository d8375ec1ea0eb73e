"""Something that can be called: its definition, the way into it, its place in the queue, and its VMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.queue import Line
from crucible_tools.errors import ToolInactive

if TYPE_CHECKING:
    from crucible_tools.engine.pool import Pool
    from crucible_tools.engine.queue import CallQueue
    from crucible_tools.model.tools import ToolDefinition
    from crucible_tools.monitoring.metrics import ToolMetrics


class LoadedTool:
    """A registered tool, or one function of a script.

    Args:
        definition: what it is called by and with.
        pool: its VMs.
        metrics: where its calls are counted.
        line: where its calls wait; one of its own if not given.
        own_policy: whether its policy was given with it; else it is the engine's, whatever that becomes.
        folder: where it came from, which hooks of the same folder look at.

    Raises:
        RegistrationError: the definition's schema is not valid.
    """

    def __init__(
        self,
        definition: ToolDefinition,
        pool: Pool,
        metrics: ToolMetrics,
        *,
        line: Line | None = None,
        own_policy: bool = True,
        folder: str | None = None,
    ) -> None:
        self.definition = definition
        self.pool = pool
        self.metrics = metrics
        self.own_policy = own_policy
        self.folder = folder
        self.arguments = Arguments(definition, pool.policy)
        self.line = line or Line(definition.name, pool.policy.concurrent_calls)

    @property
    def name(self) -> str:
        """What it is called by."""
        return self.definition.name

    def move(self, pool: Pool, queue: CallQueue) -> None:
        """Runs in another pool from now on, under its policy; calls that have a VM finish where they are."""
        arguments = Arguments(self.definition, pool.policy)
        old, self.pool, self.arguments = self.pool, pool, arguments
        old.retire()
        queue.widen(self.line, pool.policy.concurrent_calls)

    def retire(self) -> None:
        """Keeps no VM from now on: calls that have begun, waiting ones too, are the last ones."""
        self.pool.retire()

    def close(self, queue: CallQueue) -> None:
        """Frees all VMs; running and waiting calls are cancelled. May be called twice."""
        queue.expel(self.line, ToolInactive(f"{self.definition.name} was removed while the call waited for its turn"))
        self.pool.close()
