"""Counts and durations of calls, by tool and by stop reason: cheap to record, read as a snapshot."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from crucible_tools.monitoring.durations import BUCKETS_S

_NOT_TIMED: Final = frozenset({"busy", "refused"})
"""Ends of calls that were sent away: the more of them, the faster all calls would seem to be."""


@dataclass(slots=True)
class ToolMetrics:
    """What the calls of one tool came to. `reasons` has the closed set of stop reasons as keys.

    Calls that were sent away (`busy`, `refused`) are counted, and have no part in `seconds`, `longest_s` and `buckets`.
    """

    calls: int = 0
    seconds: float = 0.0
    longest_s: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict[str, int])
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    peak_memory_bytes: int = 0
    host_calls: int = 0

    @property
    def timed(self) -> int:
        """How many of the calls have a part in `seconds`: all that were not sent away."""
        return sum(self.buckets)

    def record(self, reason: str, seconds: float, memory_bytes: int, host_calls: int) -> None:
        """Counts one call."""
        self.calls += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if reason not in _NOT_TIMED:
            self.seconds += seconds
            if seconds > self.longest_s:
                self.longest_s = seconds
            self.buckets[bisect_left(BUCKETS_S, seconds)] += 1
        if memory_bytes > self.peak_memory_bytes:
            self.peak_memory_bytes = memory_bytes
        self.host_calls += host_calls

    def add(self, other: ToolMetrics) -> None:
        """Counts the calls of another record, too."""
        self.calls += other.calls
        self.seconds += other.seconds
        self.longest_s = max(self.longest_s, other.longest_s)
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count
        self.buckets = [mine + more for mine, more in zip(self.buckets, other.buckets, strict=True)]
        self.peak_memory_bytes = max(self.peak_memory_bytes, other.peak_memory_bytes)
        self.host_calls += other.host_calls

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


def average_time(records: Iterable[ToolMetrics]) -> timedelta:
    """How long a call took, waiting included, of those that were not sent away; 0 when there were none."""
    calls, seconds = 0, 0.0
    for record in records:
        calls += record.timed
        seconds += record.seconds
    return timedelta(seconds=seconds / calls if calls else 0)


class CallMetrics:
    """The metrics of all tools of an engine."""

    def __init__(self) -> None:
        self._tools: dict[str, ToolMetrics] = {}
        self._removed = ToolMetrics()

    def of(self, tool: str) -> ToolMetrics:
        """The tool's own metrics; kept by whoever calls the tool, so that recording looks nothing up."""
        found = self._tools.get(tool)
        if found is None:
            found = self._tools[tool] = ToolMetrics()
        return found

    def remove(self, tool: str) -> ToolMetrics:
        """Frees a tool's record; its calls stay among `all`.

        Returns:
            Where to count the calls that it still has.
        """
        gone = self._tools.pop(tool, None)
        if gone is not None:
            self._removed.add(gone)
        return self._removed

    def all(self) -> Iterator[ToolMetrics]:
        """The records of all tools, and one that has what those that were removed came to."""
        yield from self._tools.values()
        yield self._removed

    def records(self) -> Iterator[tuple[str, ToolMetrics]]:
        """The tools' own records, by name."""
        for name in sorted(self._tools):
            yield name, self._tools[name]

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """All figures by tool, sorted by name."""
        return {name: record.to_json() for name, record in self.records()}

    def reset(self) -> None:
        """Starts all figures at zero again; the tools' records stay the same objects."""
        for record in self.all():
            fresh = ToolMetrics()
            for name in ToolMetrics.__slots__:
                setattr(record, name, getattr(fresh, name))
