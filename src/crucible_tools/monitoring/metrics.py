"""Counts and durations of calls, by tool and by stop reason: cheap to record, read as a snapshot."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crucible_tools.monitoring.durations import BUCKETS_S


@dataclass(slots=True)
class ToolMetrics:
    """What the calls of one tool came to. `reasons` has the closed set of stop reasons as keys."""

    calls: int = 0
    seconds: float = 0.0
    longest_s: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict[str, int])
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    peak_memory_bytes: int = 0
    host_calls: int = 0

    def record(self, reason: str, seconds: float, memory_bytes: int, host_calls: int) -> None:
        """Counts one call."""
        self.calls += 1
        self.seconds += seconds
        if seconds > self.longest_s:
            self.longest_s = seconds
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        self.buckets[bisect_left(BUCKETS_S, seconds)] += 1
        if memory_bytes > self.peak_memory_bytes:
            self.peak_memory_bytes = memory_bytes
        self.host_calls += host_calls

    def to_json(self) -> dict[str, Any]:
        """The figures as a JSON object; `buckets` is a list of [upper bound or null, calls]."""
        bounds: list[float | None] = [*BUCKETS_S, None]
        return {
            "calls": self.calls,
            "seconds": self.seconds,
            "longest_s": self.longest_s,
            "reasons": dict(sorted(self.reasons.items())),
            "buckets": [list(pair) for pair in zip(bounds, self.buckets, strict=True)],
            "peak_memory_bytes": self.peak_memory_bytes,
            "host_calls": self.host_calls,
        }


class CallMetrics:
    """The metrics of all tools of an engine."""

    def __init__(self) -> None:
        self._tools: dict[str, ToolMetrics] = {}

    def of(self, tool: str) -> ToolMetrics:
        """The tool's own metrics; kept by whoever calls the tool, so that recording looks nothing up."""
        found = self._tools.get(tool)
        if found is None:
            found = self._tools[tool] = ToolMetrics()
        return found

    def records(self) -> Iterator[tuple[str, ToolMetrics]]:
        """The tools' own records, by name."""
        for name in sorted(self._tools):
            yield name, self._tools[name]

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """All figures by tool, sorted by name."""
        return {name: record.to_json() for name, record in self.records()}

    def reset(self) -> None:
        """Starts all figures at zero again; the tools' records stay the same objects."""
        for record in self._tools.values():
            fresh = ToolMetrics()
            for name in ToolMetrics.__slots__:
                setattr(record, name, getattr(fresh, name))
