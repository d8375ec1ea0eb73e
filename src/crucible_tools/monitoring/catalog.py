"""Every metric there is, with the closed set of values that each label can have.

Whatever is exported is declared here; docs/monitoring.md, the alert rules and the dashboard are checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from crucible_tools.model.enums import ServiceStatus, StopReason
from crucible_tools.model.hooks import TOOL_EVENTS, HookEffect
from crucible_tools.monitoring.engine_metrics import APPLICATION, CAPABILITIES, HOST_ERROR, SCRIPTS

MOST_TOOLS: Final = 100
"""Tools that metrics name; together with the reasons and buckets, some 3,200 series of each engine at most."""

OTHER: Final = "(other)"
"""Stands for the tools beyond `MOST_TOOLS`, together; no tool can have this name."""

TOOLS: Final = ("(tool)", SCRIPTS, OTHER)
"""The set of tool names: at most `MOST_TOOLS` registered names, `SCRIPTS`, and `OTHER`."""

REASONS: Final = (*(reason.value for reason in StopReason), HOST_ERROR, "invalid_arguments", "busy")
"""How a call ended: why its script stopped, that a host function of the application raised, or why it was refused."""

RUN_KINDS: Final = ("migrate", "rollback", "adopt", "cleanup", "validate", "remove", "other")
"""What runs are for."""

RUN_STATUSES: Final = ("completed", "failed", "interrupted", "other")
"""How runs ended; kinds and statuses that this version does not know are `other`."""

CUSTOM: Final = "custom"
"""Stands for all events of hooks that are not the engine's own."""

_CAPABILITY_LABELS: Final = (*CAPABILITIES, APPLICATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Args:
        name: as Prometheus shows it; a histogram's series add `_bucket`, `_count` and `_sum`.
        kind: what it is.
        text: one line for people.
        labels: each label's values; those of `tool` are bounded by `MOST_TOOLS`.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its series."""
        if self.kind == "histogram":
            return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))
        return (self.name,)


CALLS: Final = Metric(
    name="crucible_calls_total",
    kind="counter",
    text="Calls of tools, by how they ended.",
    labels={"tool": TOOLS, "reason": REASONS},
)
CALL_SECONDS: Final = Metric(
    name="crucible_call_duration_seconds",
    kind="histogram",
    text="How long calls took, waiting included.",
    labels={"tool": TOOLS},
)
PEAK_MEMORY: Final = Metric(
    name="crucible_tool_peak_memory_bytes",
    kind="gauge",
    text="Most linear memory that a call's VM had.",
    labels={"tool": TOOLS},
)
LOADS: Final = Metric(
    name="crucible_loads_total",
    kind="counter",
    text="Loads of tools into VMs, by how they ended.",
    labels={"reason": REASONS},
)
LOAD_SECONDS: Final = Metric(
    name="crucible_load_duration_seconds", kind="histogram", text="How long loading a tool into a VM took."
)
HOST_CALLS: Final = Metric(
    name="crucible_host_calls_total",
    kind="counter",
    text="Host functions that scripts called, by capability.",
    labels={"capability": _CAPABILITY_LABELS},
)
HOST_SECONDS: Final = Metric(
    name="crucible_host_call_duration_seconds",
    kind="histogram",
    text="How long scripts waited for host functions that do not answer at once.",
    labels={"capability": _CAPABILITY_LABELS},
)
DENIALS: Final = Metric(
    name="crucible_denials_total",
    kind="counter",
    text="What policies did not allow, by capability.",
    labels={"capability": _CAPABILITY_LABELS},
)
HOOKS: Final = Metric(
    name="crucible_hook_runs_total",
    kind="counter",
    text="Runs of hooks, by the event that they were given and what came of it.",
    labels={"event": (*TOOL_EVENTS, CUSTOM), "effect": tuple(effect.value for effect in HookEffect)},
)
RUNNING_CALLS: Final = Metric(name="crucible_running_calls", kind="gauge", text="Calls that have a VM now.")
WAITING_CALLS: Final = Metric(
    name="crucible_waiting_calls", kind="gauge", text="Calls that wait for their turn (the queue)."
)
MOST_RUNNING: Final = Metric(
    name="crucible_running_calls_limit", kind="gauge", text="Calls that may run at the same time."
)
MOST_WAITING: Final = Metric(name="crucible_waiting_calls_limit", kind="gauge", text="Calls that may wait.")
REGISTERED: Final = Metric(name="crucible_registered_tools", kind="gauge", text="Tools that can be called.")
LOADED: Final = Metric(name="crucible_loaded_tools", kind="gauge", text="Tools that are kept loaded.")
VMS: Final = Metric(name="crucible_vms", kind="gauge", text="VMs that are alive.")
POOL_MEMORY: Final = Metric(
    name="crucible_pool_memory_bytes", kind="gauge", text="Estimated memory of what is kept while no call runs."
)
CACHE: Final = Metric(
    name="crucible_cache_requests_total",
    kind="counter",
    text="Whether calls found a loaded VM (hit) or had to load one (miss).",
    labels={"outcome": ("hit", "miss")},
)
EVICTIONS: Final = Metric(
    name="crucible_cache_evictions_total", kind="counter", text="Tools whose VMs were freed to make room."
)
EVENTS: Final = Metric(
    name="crucible_events_total", kind="counter", text="Events that were published while somebody subscribed."
)
EVENTS_LOST: Final = Metric(
    name="crucible_events_lost_total", kind="counter", text="Events that slow subscribers have missed."
)
SUBSCRIBERS: Final = Metric(name="crucible_event_subscribers", kind="gauge", text="Subscriptions that are open.")
HEALTH: Final = Metric(
    name="crucible_health_status",
    kind="gauge",
    text="1 for the status that the service has, 0 for the others.",
    labels={"status": tuple(status.value for status in ServiceStatus)},
)
RUNS: Final = Metric(
    name="crucible_runs_total",
    kind="counter",
    text="Ended runs that the state has recorded (migrations, rollbacks and so on), by kind and status.",
    labels={"kind": RUN_KINDS, "status": RUN_STATUSES},
)
RUNNING_RUNS: Final = Metric(
    name="crucible_running_runs",
    kind="gauge",
    text="Runs that have not ended, by kind; those that died are among them until the next run.",
    labels={"kind": RUN_KINDS},
)
MIGRATED: Final = Metric(
    name="crucible_migrated_tools",
    kind="gauge",
    text="Migrated tools that the state has, by whether they can be called.",
    labels={"state": ("active", "inactive")},
)

METRICS: Final = (
    CALLS,
    CALL_SECONDS,
    PEAK_MEMORY,
    LOADS,
    LOAD_SECONDS,
    HOST_CALLS,
    HOST_SECONDS,
    DENIALS,
    HOOKS,
    RUNNING_CALLS,
    WAITING_CALLS,
    MOST_RUNNING,
    MOST_WAITING,
    REGISTERED,
    LOADED,
    VMS,
    POOL_MEMORY,
    CACHE,
    EVICTIONS,
    EVENTS,
    EVENTS_LOST,
    SUBSCRIBERS,
    HEALTH,
    RUNS,
    RUNNING_RUNS,
    MIGRATED,
)
