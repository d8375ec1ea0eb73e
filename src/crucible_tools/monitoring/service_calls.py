"""What a tool service answered, counted by tool and by reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crucible_tools.model.services import ServiceMetrics
from crucible_tools.monitoring.metrics import CallMetrics, average_time

if TYPE_CHECKING:
    from crucible_tools.model.tools import ToolExecutionResult


class ServiceCalls:
    """Counts the results that one service gives, whoever made them."""

    def __init__(self) -> None:
        self._since = datetime.now(UTC)
        self._calls = CallMetrics()
        self._succeeded = 0

    def record(self, result: ToolExecutionResult) -> ToolExecutionResult:
        """Counts a result and hands it back."""
        metadata = result.metadata
        reason = metadata.get("stop_reason") or (result.error.kind if result.error else "finished")
        self._succeeded += result.success
        self._calls.of(result.tool_name).record(
            reason,
            result.execution_time.total_seconds(),
            metadata.get("peak_memory_bytes", 0),
            metadata.get("host_calls", 0),
        )
        return result

    def snapshot(self, loaded_vms: int) -> ServiceMetrics:
        """The figures now."""
        tools = self._calls.snapshot()
        calls = sum(figures["calls"] for figures in tools.values())
        return ServiceMetrics(
            since=self._since,
            calls=calls,
            succeeded=self._succeeded,
            failed=calls - self._succeeded,
            average_time=average_time(self._calls.all()),
            loaded_vms=loaded_vms,
            tools=tools,
        )
