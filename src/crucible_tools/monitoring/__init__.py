"""Metrics of the running engine."""

from crucible_tools.monitoring.metrics import CallMetrics, ToolMetrics

__all__ = ["CallMetrics", "ToolMetrics"]
