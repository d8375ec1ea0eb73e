"""What a host function is told about the call that it serves, and who hears what it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from crucible_tools.engine.outcome import Stop
from crucible_tools.events import CapabilityDenied, EventBus
from crucible_tools.model.enums import StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.monitoring.engine_metrics import EngineMetrics
from crucible_tools.monitoring.logs import EFFECTS

if TYPE_CHECKING:
    from crucible_tools.model.policy import Policy

_MOST_DENIALS: Final = 1000
"""Denials that are remembered until they are taken: a flood of them is counted."""

_MOST_TEXT: Final = 300
"""Characters of a target or of a reason that are reported: scripts choose both."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a script did outside of its sandbox, or wanted to do and was not allowed.

    Args:
        tool: the tool.
        call_id: its call.
        user: who called it, if the caller said so.
        function: the host function, `http::get`.
        capability: what it belongs to.
        target: on what: `GET https://host/path`, `read /folder/file`, `run git`. Bounded, without secrets.
        allowed: whether it was allowed.
        reason: why not; empty when it was.
        at: when, in UTC.
    """

    tool: str
    call_id: str
    user: str | None
    function: str
    capability: str
    target: str
    allowed: bool
    reason: str
    at: datetime


class EffectSink(Protocol):
    """Who hears of effects: of requests and programs before they begin, of files when it is known what became of them.

    Called on the event loop's thread.
    """

    def effect(self, effect: Effect) -> None:
        """Takes note of an effect. Must not raise and must not block."""
        ...


class PolicySink(Protocol):
    """Who hears which policies are put in force. Called on the event loop's thread."""

    def policy_set(self, name: str | None, before: Policy, after: Policy) -> None:
        """Takes note of another policy, of a tool or a script, or of all without one of their own (None)."""
        ...


class Denials:
    """Remembers what was not allowed, so that it can be recorded when the call has ended."""

    def __init__(self) -> None:
        self._found: list[Effect] = []
        self.lost = 0
        """How many there were beyond those that are remembered."""

    def effect(self, effect: Effect) -> None:
        """Takes note of a denial."""
        if effect.allowed:
            return
        if len(self._found) < _MOST_DENIALS:
            self._found.append(effect)
        else:
            self.lost += 1

    def take(self) -> list[Effect]:
        """What was not allowed since the last time."""
        found, self._found = self._found, []
        return found


class EffectLog:
    """Where an engine's effects are reported: the sink, and the clock that dates them.

    Args:
        sink: hears of effects.
        clock: gives the present time.
        metrics: where denials are counted.
        events: where denials are published.
    """

    def __init__(
        self,
        sink: EffectSink | None = None,
        clock: Callable[[], datetime] | None = None,
        metrics: EngineMetrics | None = None,
        events: EventBus | None = None,
    ) -> None:
        self._events = events or EventBus()
        self._sinks = [sink] if sink is not None else []
        self._clock = clock or (lambda: datetime.now(UTC))
        self._metrics = metrics or EngineMetrics()

    def add(self, sink: EffectSink) -> None:
        """One more who hears of effects from now on."""
        self._sinks = [*self._sinks, sink]

    def report(self, call: CallFacts, function: str, capability: str, target: str, why_not: str | None) -> None:
        """Reports an effect; `why_not` is None for an allowed one."""
        if why_not is not None:
            self._metrics.record_denial(capability)
            self._events.publish(
                CapabilityDenied(
                    identifier=call.tool,
                    call_id=call.call_id,
                    user=call.user,
                    function=function,
                    capability=capability,
                    target=bounded(target),
                    why=bounded(why_not),
                )
            )
        effect = Effect(
            tool=call.tool,
            call_id=call.call_id,
            user=call.user,
            function=function,
            capability=capability,
            target=bounded(target),
            allowed=why_not is None,
            reason=bounded(why_not or ""),
            at=self._clock(),
        )
        _log(effect)
        for sink in self._sinks:
            sink.effect(effect)


def _log(effect: Effect) -> None:
    EFFECTS.debug(
        "%s: %s: %s %s%s",
        effect.tool,
        effect.function,
        "allowed" if effect.allowed else "denied",
        effect.target,
        f": {effect.reason}" if effect.reason else "",
        extra={
            "call_id": effect.call_id,
            "tool": effect.tool,
            "user": effect.user,
            "function": effect.function,
            "capability": effect.capability,
            "target": effect.target,
            "allowed": effect.allowed,
        },
    )


class CallFacts(NamedTuple):
    """Which call it is, for whoever has to know. Made for every call, so a tuple: a dataclass takes 1 µs longer.

    Args:
        tool: name of the tool.
        call_id: of the call; empty for what is no call of a tool.
        user: who called, if known.
        deadline: end of the call on `time.perf_counter`'s scale, in seconds; None when it has none.
    """

    tool: str
    call_id: str = ""
    user: str | None = None
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class HostContext:
    """What one run of a host function is told: the policy that it serves under, and the call.

    Args:
        policy: of the tool.
        call: which call it is.
        function: the host function's own name.
        capability: what it belongs to.
        log: where effects are reported.
    """

    policy: Policy
    call: CallFacts
    function: str
    capability: str
    log: EffectLog

    def allowed(self, target: str) -> None:
        """Reports that something is about to be done."""
        self.log.report(self.call, self.function, self.capability, target, None)

    def denied(self, target: str, why: str, setting: str | None = None) -> Stop:
        """Reports that something is not done; the caller raises what this gives, and the script stops.

        Args:
            target: on what.
            why: why not.
            setting: the policy's setting (docs/policy.md) that would allow it, if one would.
        """
        self.log.report(self.call, self.function, self.capability, target, why)
        return Stop(
            StopReason.DENIED,
            f"{self.function}: {bounded(why)}" + (f" in {setting}" if setting else ""),
            capability=self.capability,
            function=self.function,
            target=bounded(target),
            **({"setting": setting} if setting else {}),
        )

    def seconds_left(self, most: float) -> float:
        """How long something may take: `most` seconds, less when the call ends before."""
        if self.call.deadline is None:
            return most
        return max(0.0, min(most, self.call.deadline - time.perf_counter()))


def bounded(text: str) -> str:
    """A text of a script as it may stand in a log: of bounded length, without control characters, valid Unicode."""
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text[:_MOST_TEXT])
    return shown if len(text) <= _MOST_TEXT else f"{shown}…"
