"""The metrics of a running service, for who serves them to Prometheus."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from crucible_tools.model.health import ServiceHealth
from crucible_tools.monitoring.prometheus import Exposition, Recorded
from crucible_tools.monitoring.tool_labels import ToolLabels
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


class MetricsPage:
    """All metrics of an engine and of the state whose tools it runs, as the text that Prometheus reads.

    Args:
        engine: what runs the tools.
        state: where they are recorded.
        health: tells how the service is, as it tells everybody who asks.
    """

    def __init__(self, engine: "ScriptEngine", state: State, health: Callable[[], Awaitable[ServiceHealth]]) -> None:
        self._engine = engine
        self._state = state
        self._health = health
        self._labels = ToolLabels()

    async def text(self) -> bytes:
        """The text; its type is `monitoring.prometheus.CONTENT_TYPE`.

        Raises:
            StateError: the state can't be read.
        """
        health, recorded = await self._health(), recorded_in(self._state)
        return Exposition(
            self._engine.snapshot, recorded=lambda: recorded, health=lambda: health.status, labels=self._labels
        ).text()


def recorded_in(state: State) -> Recorded:
    """What a state has recorded, as metrics show it.

    Raises:
        StateError: the state can't be read.
    """
    active, tools = state.count_tools()
    return Recorded(runs=state.count_runs(), active=active, inactive=tools - active)
