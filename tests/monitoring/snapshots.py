"""Snapshots for the tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from crucible_tools.monitoring.snapshot import EngineSnapshot, ToolFigures, Usage

BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)


def snapshot(
    minute: float = 0, tools: Mapping[str, Mapping[str, int]] | None = None, *, running: bool = True, **usage: Any
) -> EngineSnapshot:
    """Figures of a minute: calls of tools by reason, and what the engine holds."""
    return EngineSnapshot(
        at=BEGIN + timedelta(minutes=minute),
        running=running,
        usage=Usage(**{"most_running": 10, "most_waiting": 100, **usage}),
        tools={name: ToolFigures(reasons=dict(reasons)) for name, reasons in (tools or {}).items()},
    )
