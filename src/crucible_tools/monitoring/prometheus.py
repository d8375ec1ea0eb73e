"""Metrics as Prometheus reads them: made of a snapshot when they are asked for, so that calls pay nothing for them.

The library is imported by this module alone: whoever exports no metrics does not wait for it.
"""

from __future__ import annotations

import itertools
import threading
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
from crucible_tools.monitoring.catalog import Metric
from crucible_tools.monitoring.durations import BUCKETS_S, Durations
from crucible_tools.monitoring.snapshot import EngineSnapshot
from crucible_tools.monitoring.tool_labels import ToolLabels

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


class Exposition(Collector):
    """The metrics of an engine, for a registry of Prometheus' client or as text.

    A counter's series are there from the start, at 0: of a series that begins with its first event, Prometheus sees no
    increase, and no alert would hear of that event.

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
        self._lock = threading.Lock()
        """Clients of Prometheus ask on threads of their own; labels have to see snapshots in their order."""

    def collect(self) -> Iterator[Family]:
        """Every metric with its values of now."""
        with self._lock:
            snapshot = self._snapshot()
            tools = self._labels.labelled(snapshot.tools)
        calls = {(name, reason): count for name, each in tools.items() for reason, count in each.reasons.items()}
        yield _counter(catalog.CALLS, calls, tool=tools)
        yield _histogram(catalog.CALL_SECONDS, [((name,), each.durations) for name, each in tools.items()])
        yield _gauge(catalog.PEAK_MEMORY, [((name,), each.peak_memory_bytes) for name, each in tools.items()])
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


def _of_work(snapshot: EngineSnapshot) -> Iterator[Family]:
    usage = snapshot.usage
    host_times = [
        ((label,), snapshot.host_times.get(label, Durations())) for label in catalog.HOST_SECONDS.labels["capability"]
    ]
    yield _counter(catalog.LOADS, _by_one(snapshot.loads))
    yield _histogram(catalog.LOAD_SECONDS, [((), snapshot.load_times)])
    yield _counter(catalog.HOST_CALLS, _by_one(snapshot.host_calls))
    yield _histogram(catalog.HOST_SECONDS, host_times)
    yield _counter(catalog.DENIALS, _by_one(snapshot.denials))
    yield _counter(catalog.HOOKS, snapshot.hooks)
    yield _counter(catalog.CACHE, {("hit",): usage.cache_hits, ("miss",): usage.cache_misses})
    yield _counter(catalog.EVICTIONS, {(): usage.cache_evictions})
    yield _counter(catalog.EVENTS, {(): usage.events})
    yield _counter(catalog.EVENTS_LOST, {(): usage.events_lost})


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
    ended: dict[tuple[str, ...], int] = {}
    running = dict.fromkeys(catalog.RUN_KINDS, 0)
    for (kind, status), count in recorded.runs.items():
        known = kind if kind in catalog.RUN_KINDS else "other"
        if status == "running":
            running[known] += count
        else:
            key = (known, status if status in catalog.RUN_STATUSES else "other")
            ended[key] = ended.get(key, 0) + count
    yield _counter(catalog.RUNS, ended)
    yield _gauge(catalog.RUNNING_RUNS, [((kind,), count) for kind, count in running.items()])
    yield _gauge(catalog.MIGRATED, [(("active",), recorded.active), (("inactive",), recorded.inactive)])


def _by_one(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(label,): count for label, count in counts.items()}


def _counter(metric: Metric, values: Mapping[tuple[str, ...], float], **labels: Iterable[str]) -> Family:
    """A counter with every combination of its labels' values; `labels` has the values that are there now, if known."""
    family = CounterMetricFamily(metric.name, metric.text, labels=list(metric.labels))
    for each in itertools.product(*(labels.get(name, known) for name, known in metric.labels.items())):
        family.add_metric(each, values.get(each, 0))
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
