"""What an engine counts beside its calls: loads, host calls, denials, and how often a loaded VM was there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crucible_tools.monitoring.durations import Durations
from crucible_tools.monitoring.metrics import CallMetrics

CAPABILITIES: Final = ("basic", "json", "http", "file", "process")
"""The capabilities of this package's own host functions (contract.md, "Security levels")."""

APPLICATION: Final = "application"
"""Stands for every capability that an application made up: those are as many as it likes."""

SCRIPTS: Final = "(scripts)"
"""Under what the calls of all scripts are counted: their names are as many as callers like. No tool can have it."""

HOST_ERROR: Final = "host_error"
"""Why a call ended in which a host function of the application raised: `crashed` is the sandbox's fault."""

_LABELS: Final = {name: name for name in CAPABILITIES}


def capability_label(capability: str) -> str:
    """The capability as metrics name it: one of `CAPABILITIES`, or `APPLICATION`."""
    return _LABELS.get(capability, APPLICATION)


class EngineMetrics(CallMetrics):
    """The figures of an engine: all its tools' calls, and what they needed. Used on the event loop's thread."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: dict[str, int] = {}
        """VMs that were loaded with a tool, or could not be, by stop reason."""
        self.load_times = Durations()
        self.host_calls: dict[str, int] = {}
        """By capability label."""
        self.host_times: dict[str, Durations] = {}
        """Of host calls that were waited for, by capability label."""
        self.denials: dict[str, int] = {}
        """By capability label."""

        self.hooks: dict[tuple[str, str], int] = {}
        """Runs of hooks, by event label and effect."""

    def record_hook(self, event: str, effect: str) -> None:
        """Counts one run of a hook.

        Args:
            event: one of the engine's own events, or `custom`.
            effect: what came of it.
        """
        self.hooks[event, effect] = self.hooks.get((event, effect), 0) + 1

    def record_load(self, reason: str, seconds: float) -> None:
        """Counts one load of a tool into a VM."""
        self.loads[reason] = self.loads.get(reason, 0) + 1
        self.load_times.record(seconds)

    def record_host_calls(self, by_capability: Mapping[str, int]) -> None:
        """Counts the host calls that one call made, by capability."""
        for capability, count in by_capability.items():
            label = capability_label(capability)
            self.host_calls[label] = self.host_calls.get(label, 0) + count

    def record_wait(self, capability: str, seconds: float) -> None:
        """Counts a host call that a script waited for."""
        label = capability_label(capability)
        times = self.host_times.get(label)
        if times is None:
            times = self.host_times[label] = Durations()
        times.record(seconds)

    def record_denial(self, capability: str) -> None:
        """Counts something that a policy did not allow."""
        label = capability_label(capability)
        self.denials[label] = self.denials.get(label, 0) + 1

    def reset(self) -> None:
        """Starts all figures at zero again."""
        super().reset()
        self.loads, self.load_times = {}, Durations()
        self.host_calls, self.host_times, self.denials = {}, {}, {}
        self.hooks = {}
