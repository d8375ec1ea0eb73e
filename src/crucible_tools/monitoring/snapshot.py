"""An engine's figures at one moment: what is shown to Prometheus and judged for health is made of these alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from crucible_tools.monitoring.durations import Durations

if TYPE_CHECKING:
    from crucible_tools.monitoring.engine_metrics import EngineMetrics
    from crucible_tools.monitoring.metrics import ToolMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an engine holds now.

    Args:
        tools: registered ones.
        loaded_tools: those that are kept loaded.
        vms: VMs that are alive.
        pool_bytes: estimated memory of what is kept while no call runs.
        running_calls: calls that have a VM.
        waiting_calls: calls that wait for their turn.
        most_running: how many may run at the same time in the whole engine.
        most_waiting: how many may wait.
        cache_hits: calls that found a loaded VM, since the engine began.
        cache_misses: calls that had to load one.
        cache_evictions: tools whose VMs were freed to make room.
        events: published while somebody subscribed.
        events_lost: those that slow subscribers missed.
        subscribers: subscriptions that are open.
    """

    tools: int = 0
    loaded_tools: int = 0
    vms: int = 0
    pool_bytes: int = 0
    running_calls: int = 0
    waiting_calls: int = 0
    most_running: int = 0
    most_waiting: int = 0
    cache_hits: int = 0
    cache_misses: int = 0
    cache_evictions: int = 0
    events: int = 0
    events_lost: int = 0
    subscribers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFigures:
    """The calls of one tool, as `ToolMetrics` has them."""

    reasons: Mapping[str, int] = field(default_factory=dict[str, int])
    durations: Durations = field(default_factory=Durations)
    peak_memory_bytes: int = 0

    @property
    def calls(self) -> int:
        """How many there were, however they ended."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSnapshot:
    """All figures of an engine at one moment; counts began with the engine, or with its last reset.

    Args:
        at: when, in UTC.
        since: when counts began, in UTC; None for an unknown time.
        running: whether the engine is.
        usage: what it holds.
        tools: calls by tool.
        loads: loads by stop reason.
        load_times: how long they took.
        host_calls: by capability label.
        host_times: of those that were waited for.
        denials: by capability label.
        hooks: runs of hooks by event label and effect.
    """

    at: datetime
    since: datetime | None = None
    running: bool = True
    usage: Usage = field(default_factory=Usage)
    tools: Mapping[str, ToolFigures] = field(default_factory=dict[str, ToolFigures])
    loads: Mapping[str, int] = field(default_factory=dict[str, int])
    load_times: Durations = field(default_factory=Durations)
    host_calls: Mapping[str, int] = field(default_factory=dict[str, int])
    host_times: Mapping[str, Durations] = field(default_factory=dict[str, Durations])
    denials: Mapping[str, int] = field(default_factory=dict[str, int])
    hooks: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def calls(self) -> dict[str, int]:
        """Calls of all tools, by stop reason."""
        total: dict[str, int] = {}
        for figures in self.tools.values():
            for reason, count in figures.reasons.items():
                total[reason] = total.get(reason, 0) + count
        return total


def snapshot_of(
    metrics: EngineMetrics, usage: Usage, at: datetime, *, running: bool, since: datetime | None = None
) -> EngineSnapshot:
    """The figures of now; what is counted later does not change them."""
    return EngineSnapshot(
        at=at,
        since=since,
        running=running,
        usage=usage,
        tools={name: _figures(record) for name, record in metrics.records()},
        loads=dict(metrics.loads),
        load_times=metrics.load_times.copy(),
        host_calls=dict(metrics.host_calls),
        host_times={label: times.copy() for label, times in metrics.host_times.items()},
        denials=dict(metrics.denials),
        hooks=dict(metrics.hooks),
    )


def _figures(record: ToolMetrics) -> ToolFigures:
    return ToolFigures(
        reasons=dict(record.reasons),
        durations=Durations(record.seconds, [*record.buckets]),
        peak_memory_bytes=record.peak_memory_bytes,
    )
