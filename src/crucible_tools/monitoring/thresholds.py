"""What figures say about the health of an engine: a pure function of two snapshots, and the watch that remembers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from crucible_tools.model.enums import ServiceStatus, StopReason
from crucible_tools.model.health import HealthDetail, ServiceHealth
from crucible_tools.monitoring.snapshot import EngineSnapshot

FAULTS: Final = frozenset(
    reason.value
    for reason in (
        StopReason.SCRIPT_ERROR,
        StopReason.TIMED_OUT,
        StopReason.OUT_OF_MEMORY,
        StopReason.STACK_EXHAUSTED,
        StopReason.BAD_VALUE,
        StopReason.LIMIT,
        StopReason.CRASHED,
    )
)
"""Ends of calls that somebody has to look into: a tool's own `Err`, refused arguments, denials and cancelled calls are
answers as they should be."""

_STEPS: Final = 30
"""Snapshots that are kept of a window, however often health is asked for."""

_MOST_TOOLS: Final = 5
"""Tools that are named, those with the most faults first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From when on something is wrong. Parts are of the calls (or loads, or requests) of the window.

    Args:
        window: how far back is looked.
        least_calls: fewer calls than this say nothing about parts.
        faults: part that ends in a fault, of all calls, and of each tool's.
        all_faults: part of all calls from which on the engine is of no use.
        busy: part that is refused because too many wait.
        waiting: part of the places to wait that are taken.
        crashes: calls whose sandbox gave a bad answer.
        misses: part of the calls that had to compile their tool first.
    """

    window: timedelta = timedelta(minutes=5)
    least_calls: int = 20
    faults: float = 0.5
    all_faults: float = 0.95
    busy: float = 0.05
    waiting: float = 0.8
    crashes: int = 1
    misses: float = 0.5


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
    """What is wrong, judged by what happened between two snapshots and by what is held at the later one."""
    if not now.running:
        return (Trouble("engine", "the engine is not running", ServiceStatus.UNHEALTHY),)
    calls = _since(now.calls(), before.calls())
    return (
        *_of_calls(calls, thresholds),
        *_of_tools(now, before, thresholds),
        *_of_waiting(now, thresholds),
        *_of_misses(now, before, thresholds),
    )


def _of_calls(calls: Mapping[str, int], thresholds: Thresholds) -> Iterator[Trouble]:
    count, faults = sum(calls.values()), _faults(calls)
    crashes, busy = calls.get(StopReason.CRASHED.value, 0), calls.get("busy", 0)
    if crashes >= thresholds.crashes:
        yield Trouble("crashes", f"{crashes:,} of {count:,} calls crashed")
    if count < thresholds.least_calls:
        return
    if faults >= thresholds.faults * count:
        useless = faults >= thresholds.all_faults * count
        status = ServiceStatus.UNHEALTHY if useless else ServiceStatus.DEGRADED
        yield Trouble("faults", f"{faults:,} of {count:,} calls failed: {_told(calls)}", status)
    if busy >= thresholds.busy * count:
        yield Trouble("busy", f"{busy:,} of {count:,} calls were refused because too many wait")


def _of_tools(now: EngineSnapshot, before: EngineSnapshot, thresholds: Thresholds) -> Iterator[Trouble]:
    found: list[tuple[int, str, Mapping[str, int]]] = []
    for name, figures in now.tools.items():
        earlier = before.tools.get(name)
        calls = _since(figures.reasons, earlier.reasons if earlier is not None else {})
        count, faults = sum(calls.values()), _faults(calls)
        if count >= thresholds.least_calls and faults >= thresholds.faults * count:
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


def _of_misses(now: EngineSnapshot, before: EngineSnapshot, thresholds: Thresholds) -> Iterator[Trouble]:
    misses = _grown(now.usage.cache_misses, before.usage.cache_misses)
    count = misses + _grown(now.usage.cache_hits, before.usage.cache_hits)
    if count >= thresholds.least_calls and misses >= thresholds.misses * count:
        yield Trouble("misses", f"{misses:,} of {count:,} calls had to compile their tool: max_cache_size is small")


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
        """The health, by this snapshot and one from the window's begin. `since` is when a trouble was first seen.

        The first snapshot is judged by all that was counted since the engine began.
        """
        kept, window = self._snapshots, self._thresholds.window
        while len(kept) > 1 and now.at - kept[1].at >= window:
            kept.popleft()
        before = kept[0] if kept else EngineSnapshot(at=now.at)
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
