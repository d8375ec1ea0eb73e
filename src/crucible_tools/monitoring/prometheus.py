"""Metrics as Prometheus reads them: made of a snapshot when they are asked for, so that calls pay nothing for them.

The library is imported by this module alone: whoever exports no metrics does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from crucible_tools.model.enums import ServiceStatus
from crucible_tools.monitoring import catalog
from crucible_tools.monitoring.catalog import MOST_TOOLS, OTHER, Metric
from crucible_tools.monitoring.durations import BUCKETS_S, Durations
from crucible_tools.monitoring.snapshot import EngineSnapshot, ToolFigures

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
"""Of what `Exposition.text` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a state has recorded.

    Args:
        runs: how many runs there are, by kind and status.
        active: tools that can be called.
        inactive: tools that can't.
    """

    runs: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    active: int = 0
    inactive: int = 0


class ToolLabels:
    """The tools that metrics name: the first ones that were seen, for good, so that no count ever falls.

    Args:
        most: how many.
    """

    def __init__(self, most: int = MOST_TOOLS) -> None:
        self._most = most
        self._named: set[str] = set()

    def label(self, tool: str) -> str:
        """The tool's name, or `OTHER`."""
        if tool not in self._named:
            if len(self._named) >= self._most:
                return OTHER
            self._named.add(tool)
        return tool


class Exposition(Collector):
    """The metrics of an engine, for a registry of Prometheus' client or as text.

    Args:
        snapshot: gives the engine's figures of now (`ScriptEngine.snapshot`).
        recorded: gives what the state has recorded; without it, those metrics are left out.
        health: gives the status of the service; without it, that metric is left out.
        labels: which tools are named.
    """

    def __init__(
        self,
        snapshot: Callable[[], EngineSnapshot],
        *,
        recorded: Callable[[], Recorded] | None = None,
        health: Callable[[], ServiceStatus] | None = None,
        labels: ToolLabels | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._recorded = recorded
        self._health = health
        self._labels = labels or ToolLabels()

    def collect(self) -> Iterator[Family]:
        """Every metric with its values of now."""
        snapshot = self._snapshot()
        yield from self._of_tools(snapshot.tools)
        yield from _of_work(snapshot)
        yield from _of_usage(snapshot)
        if self._health is not None:
            status = self._health()
            yield _gauge(catalog.HEALTH, [((each.value,), float(each is status)) for each in ServiceStatus])
        if self._recorded is not None:
            yield from _of_state(self._recorded())

    def text(self) -> bytes:
        """All metrics in the text format, and those of this process; of the type `CONTENT_TYPE`."""
        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    def _of_tools(self, tools: Mapping[str, ToolFigures]) -> Iterator[Family]:
        reasons: dict[tuple[str, str], int] = {}
        durations: dict[str, Durations] = {}
        peaks: dict[str, int] = {}
        for name, figures in tools.items():
            label = self._labels.label(name)
            for reason, count in figures.reasons.items():
                reasons[label, reason] = reasons.get((label, reason), 0) + count
            durations[label] = _sum(durations.get(label), figures.durations)
            peaks[label] = max(peaks.get(label, 0), figures.peak_memory_bytes)
        yield _counter(catalog.CALLS, reasons.items())
        yield _histogram(catalog.CALL_SECONDS, [((label,), each) for label, each in durations.items()])
        yield _gauge(catalog.PEAK_MEMORY, [((label,), peak) for label, peak in peaks.items()])


def _of_work(snapshot: EngineSnapshot) -> Iterator[Family]:
    usage = snapshot.usage
    yield _counter(catalog.LOADS, _by_one(snapshot.loads))
    yield _histogram(catalog.LOAD_SECONDS, [((), snapshot.load_times)])
    yield _counter(catalog.HOST_CALLS, _by_one(snapshot.host_calls))
    yield _histogram(catalog.HOST_SECONDS, [((label,), times) for label, times in snapshot.host_times.items()])
    yield _counter(catalog.DENIALS, _by_one(snapshot.denials))
    yield _counter(catalog.CACHE, [(("hit",), usage.cache_hits), (("miss",), usage.cache_misses)])
    yield _counter(catalog.EVICTIONS, [((), usage.cache_evictions)])
    yield _counter(catalog.EVENTS, [((), usage.events)])
    yield _counter(catalog.EVENTS_LOST, [((), usage.events_lost)])


def _of_usage(snapshot: EngineSnapshot) -> Iterator[Family]:
    usage = snapshot.usage
    for metric, value in (
        (catalog.RUNNING_CALLS, usage.running_calls),
        (catalog.WAITING_CALLS, usage.waiting_calls),
        (catalog.MOST_RUNNING, usage.most_running),
        (catalog.MOST_WAITING, usage.most_waiting),
        (catalog.REGISTERED, usage.tools),
        (catalog.LOADED, usage.loaded_tools),
        (catalog.VMS, usage.vms),
        (catalog.POOL_MEMORY, usage.pool_bytes),
        (catalog.SUBSCRIBERS, usage.subscribers),
    ):
        yield _gauge(metric, [((), value)])


def _of_state(recorded: Recorded) -> Iterator[Family]:
    runs: dict[tuple[str, str], int] = {}
    for (kind, status), count in recorded.runs.items():
        key = (
            kind if kind in catalog.RUN_KINDS else "other",
            status if status in catalog.RUN_STATUSES else "other",
        )
        runs[key] = runs.get(key, 0) + count
    yield _counter(catalog.RUNS, runs.items())
    yield _gauge(catalog.MIGRATED, [(("active",), recorded.active), (("inactive",), recorded.inactive)])


def _sum(one: Durations | None, other: Durations) -> Durations:
    if one is None:
        return other
    return Durations(one.seconds + other.seconds, [a + b for a, b in zip(one.buckets, other.buckets, strict=True)])


def _by_one(counts: Mapping[str, int]) -> list[tuple[tuple[str, ...], int]]:
    return [((label,), count) for label, count in sorted(counts.items())]


def _counter(metric: Metric, values: Iterable[tuple[Sequence[str], float]]) -> Family:
    family = CounterMetricFamily(metric.name, metric.text, labels=list(metric.labels))
    for labels, value in values:
        family.add_metric(labels, value)
    return family


def _gauge(metric: Metric, values: Iterable[tuple[Sequence[str], float]]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.text, labels=list(metric.labels))
    for labels, value in values:
        family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, values: Iterable[tuple[Sequence[str], Durations]]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.text, labels=list(metric.labels))
    for labels, durations in values:
        below, buckets = 0, list[tuple[str, float]]()
        for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), durations.buckets, strict=True):
            below += count
            buckets.append((bound, float(below)))
        family.add_metric(labels, buckets, durations.seconds)
    return family
