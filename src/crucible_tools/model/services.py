"""What everything that runs tools offers: the original service, and the bridge to the migrated tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import ToolDefinition, ToolExecutionContext, ToolExecutionResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolValidation:
    """Whether one tool can be called; `errors` break it, `warnings` don't."""

    tool: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    def to_json(self) -> JsonObject:
        """`{tool, valid, errors, warnings}`."""
        return {
            "tool": self.tool,
            "valid": self.valid,
            "errors": list(self.errors),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceMetrics:
    """What the calls of a service came to. Counts are calls that gave a result, refused arguments included.

    Args:
        since: when counting began.
        calls: how many there were.
        succeeded: those that gave a value.
        failed: those that gave an error, the tool's own `Err` included.
        average_time: of a call that was not sent away (busy, or refused by a hook), waiting included; 0 without such.
        loaded_vms: VMs that are alive now.
        tools: the figures of each tool that was called, by name (`ToolMetrics.to_json`).
    """

    since: datetime
    calls: int = 0
    succeeded: int = 0
    failed: int = 0
    average_time: timedelta = timedelta(0)
    loaded_vms: int = 0
    tools: Mapping[str, JsonObject] = field(default_factory=dict[str, Any])

    def to_json(self) -> JsonObject:
        """The figures as a JSON object; `average_time` in seconds."""
        return {
            "since": self.since.isoformat(),
            "calls": self.calls,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "average_time": self.average_time.total_seconds(),
            "loaded_vms": self.loaded_vms,
            "tools": dict(self.tools),
        }


@runtime_checkable
class ToolService(Protocol):
    """Whoever lists, describes and runs tools: `RuneService` and `ToolMigrationBridge`."""

    async def execute_tool(
        self, name: str, parameters: dict[str, Any] | bytes, context: ToolExecutionContext | None = None
    ) -> ToolExecutionResult:
        """Call a tool. A script's failure is a result and never raised; a tool that can't be called is an error."""
        ...

    async def list_tools(self) -> list[ToolDefinition]:
        """Every tool that can be called, by name."""
        ...

    async def get_tool(self, name: str) -> ToolDefinition:
        """The tool of this name; raises `ToolError` when there is none that can be called."""
        ...

    async def validate_tool(self, name: str) -> ToolValidation:
        """Whether the tool of this name can be called, and what is wrong with it; runs no effect of it."""
        ...

    async def get_metrics(self) -> ServiceMetrics:
        """What the calls of this service came to."""
        ...
