"""What figures say about the health of an engine: a pure function of two snapshots, and the watch that remembers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crucible_tools.model.enums import ServiceStatus, StopReason
from crucible_tools.model.health import HealthDetail, ServiceHealth
from crucible_tools.model.thresholds import Thresholds
from crucible_tools.monitoring.engine_metrics import HOST_ERROR
from crucible_tools.monitoring.snapshot import EngineSnapshot

FAULTS: Final = frozenset(
    {
        StopReason.SCRIPT_ERROR.value,
        StopReason.TIMED_OUT.value,
        StopReason.OUT_OF_MEMORY.value,
        StopReason.STACK_EXHAUSTED.value,
        StopReason.BAD_VALUE.value,
        StopReason.LIMIT.value,
        StopReason.CRASHED.value,
        HOST_ERROR,
    }
)
"""Ends of calls that somebody has to look into: a tool's own `Err`, refused arguments, denials and cancelled calls are
answers as they should be."""

_STEPS: Final = 30
"""Snapshots that are kept of a window, however often health is asked for."""

_MOST_TOOLS: Final = 5
"""Tools that are named, those with the most faults first."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong.

    Args:
        about: what it is about, whatever the figures are: the same trouble has the same.
        what: one sentence, with figures.
        status: what that makes of the service.
    """

    about: str
    what: str
    status: ServiceStatus = ServiceStatus.DEGRADED


def troubles(now: EngineSnapshot, before: EngineSnapshot, thresholds: Thresholds) -> tuple[Trouble, ...]:
    """What is wrong, judged by what happened between two snapshots and by what is held at the later one.

    When more than the window lies between them, nobody knows when it happened: then a window is judged that had its
    share of it, as if all had happened evenly.
    """
    if not now.running:
        return (Trouble("engine", "the engine is not running", ServiceStatus.UNHEALTHY),)
    span, window = now.at - before.at, thresholds.window
    share = window / span if span > window else 1.0
    tools = {name: _calls(name, now, before) for name in now.tools}
    return (
        *_of_calls(tools.values(), thresholds, share),
        *_of_tools(tools, thresholds, share),
        *_of_waiting(now, thresholds),
        *_of_misses(now, before, thresholds, share),
    )


def _calls(name: str, now: EngineSnapshot, before: EngineSnapshot) -> dict[str, int]:
    earlier = before.tools.get(name)
    return _since(now.tools[name].reasons, earlier.reasons if earlier is not None else {})


def _of_calls(tools: Iterable[Mapping[str, int]], thresholds: Thresholds, share: float) -> Iterator[Trouble]:
    calls: dict[str, int] = {}
    for each in tools:
        for reason, number in each.items():
            calls[reason] = calls.get(reason, 0) + number
    count, faults = sum(calls.values()), _faults(calls)
    crashes, busy = calls.get(StopReason.CRASHED.value, 0), calls.get("busy", 0)
    if crashes * share >= thresholds.crashes:
        yield Trouble("crashes", f"{crashes:,} of {count:,} calls crashed")
    if count * share < thresholds.least_calls:
        return
    if faults >= thresholds.faults * count:
        useless = faults >= thresholds.all_faults * count
        status = ServiceStatus.UNHEALTHY if useless else ServiceStatus.DEGRADED
        yield Trouble("faults", f"{faults:,} of {count:,} calls failed: {_told(calls)}", status)
    if busy >= thresholds.busy * count:
        yield Trouble("busy", f"{busy:,} of {count:,} calls were refused because too many wait")


def _of_tools(tools: Mapping[str, Mapping[str, int]], thresholds: Thresholds, share: float) -> Iterator[Trouble]:
    found: list[tuple[int, str, Mapping[str, int]]] = []
    for name, calls in tools.items():
        count, faults = sum(calls.values()), _faults(calls)
        if count * share >= thresholds.least_calls and faults >= thresholds.faults * count:
            found.append((faults, name, calls))
    found.sort(key=lambda each: (-each[0], each[1]))
    for faults, name, calls in found[:_MOST_TOOLS]:
        yield Trouble(f"tool {name}", f"{name}: {faults:,} of {sum(calls.values()):,} calls failed: {_told(calls)}")
    if len(found) > _MOST_TOOLS:
        yield Trouble("more tools", f"most calls of {len(found) - _MOST_TOOLS:,} more tools failed")


def _of_waiting(now: EngineSnapshot, thresholds: Thresholds) -> Iterator[Trouble]:
    usage = now.usage
    if usage.waiting_calls and usage.waiting_calls >= thresholds.waiting * usage.most_waiting:
        yield Trouble(
            "waiting",
            f"{usage.waiting_calls:,} of at most {usage.most_waiting:,} calls wait, {usage.running_calls:,} run",
        )


def _of_misses(now: EngineSnapshot, before: EngineSnapshot, thresholds: Thresholds, share: float) -> Iterator[Trouble]:
    misses = _grown(now.usage.cache_misses, before.usage.cache_misses)
    count = misses + _grown(now.usage.cache_hits, before.usage.cache_hits)
    # Without evictions nothing had to make room: a cleared cache and a first call miss as well.
    evicted = min(misses, _grown(now.usage.cache_evictions, before.usage.cache_evictions))
    if count * share >= thresholds.least_calls and evicted >= thresholds.misses * count:
        yield Trouble(
            "misses",
            f"{misses:,} of {count:,} calls had to compile their tool: max_cache_size or max_cache_bytes is small",
        )


def _since(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """What was counted in between; after a reset, what was counted since."""
    return {name: _grown(count, before.get(name, 0)) for name, count in now.items()}


def _grown(now: int, before: int) -> int:
    return now - before if now >= before else now


def _faults(calls: Mapping[str, int]) -> int:
    return sum(count for reason, count in calls.items() if reason in FAULTS)


def _told(calls: Mapping[str, int]) -> str:
    found = sorted(((count, reason) for reason, count in calls.items() if reason in FAULTS and count), reverse=True)
    return ", ".join(f"{count:,} {reason}" for count, reason in found)


class HealthWatch:
    """Judges one engine's snapshots as they come, and remembers since when something is wrong.

    Args:
        thresholds: from when on something is.
    """

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()
        self._snapshots: deque[EngineSnapshot] = deque()
        self._details: dict[str, HealthDetail] = {}

    def judge(self, now: EngineSnapshot) -> ServiceHealth:
        """The health, by this snapshot and the earliest of the window, or the last one when none is of the window.

        The first snapshot is judged by all that was counted since counts began. `since` of a detail is when the
        trouble was first seen.
        """
        kept, window = self._snapshots, self._thresholds.window
        while len(kept) > 1 and now.at - kept[0].at > window:
            kept.popleft()
        before = kept[0] if kept else EngineSnapshot(at=now.since or now.at)
        found = troubles(now, before, self._thresholds)
        if not kept or now.at - kept[-1].at >= window / _STEPS:
            kept.append(now)
        known = self._details
        self._details = {
            each.about: HealthDetail(each.what, known[each.about].since if each.about in known else now.at)
            for each in found
        }
        statuses = {each.status for each in found}
        worst = next((s for s in (ServiceStatus.UNHEALTHY, ServiceStatus.DEGRADED) if s in statuses), None)
        return ServiceHealth(worst or ServiceStatus.HEALTHY, tuple(self._details.values()))
