"""The events: a closed set of types, each with what it tells, and events that an application makes up.

Texts that scripts choose (messages, targets) are bounded where they are published. Arguments and results of calls are
in no event: they may be secret.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from crucible_tools.errors import UsageError
from crucible_tools.model.enums import MigrationPhase, ServiceStatus, StopReason
from crucible_tools.model.hooks import HookEffect
from crucible_tools.model.json import JsonObject

_CUSTOM: Final = re.compile(r"[A-Za-z0-9_:.-]{1,64}")

_MOST_PAYLOAD_BYTES: Final = 64 * 1024
"""JSON text of a custom event's payload: a thousand waiting ones take 64 MiB at most."""


class EventType(StrEnum):
    """The types of events that this package publishes (legacy-tools.md, "Events and hooks")."""

    SCRIPT_COMPILED = "script_compiled"
    SCRIPT_EXECUTED = "script_executed"
    SCRIPT_CACHED = "script_cached"
    CACHE_CLEARED = "cache_cleared"
    SECURITY_POLICY_UPDATED = "security_policy_updated"
    ERROR = "error"
    TOOL_MIGRATED = "tool_migrated"
    TOOL_ROLLED_BACK = "tool_rolled_back"
    MIGRATION_STARTED = "migration_started"
    MIGRATION_COMPLETED = "migration_completed"
    TOOL_REGISTERED = "tool_registered"
    TOOL_REMOVED = "tool_removed"
    CAPABILITY_DENIED = "capability_denied"
    LIMIT_HIT = "limit_hit"
    HEALTH_CHANGED = "health_changed"
    HOOK_ACTED = "hook_acted"
    EVENTS_LOST = "events_lost"
    """Stands where a subscriber was too slow, and says how many events it missed there."""


_OWN: Final = frozenset(kind.value for kind in EventType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. `match` on its class, or look at its `type`.

    Args:
        identifier: what it happened to, and what patterns are matched with: a tool's name, else a script's or a run's;
            empty for what concerns the engine as a whole.
    """

    kind: ClassVar[EventType]
    identifier: str = ""

    @property
    def type(self) -> str:
        """Its type's name: a member of `EventType`, or an application's own."""
        return self.kind.value

    def data(self) -> JsonObject:
        """All that it tells beside its type and its identifier, as JSON."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "identifier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptCompiled(Event):
    """A source was loaded into a VM, or could not be.

    Args:
        reason: FINISHED, or why not.
        seconds: how long it took.
    """

    kind: ClassVar = EventType.SCRIPT_COMPILED
    reason: StopReason
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptExecuted(Event):
    """A call ended, however it did; calls that were refused for their arguments are no such event.

    Args:
        call_id: which call.
        user: who called, if known.
        reason: FINISHED, or why the script stopped.
        seconds: how long it took, waiting included.
        peak_memory_bytes: most linear memory that its VM had.
        host_calls: host functions that it called.
    """

    kind: ClassVar = EventType.SCRIPT_EXECUTED
    call_id: str
    user: str | None
    reason: StopReason
    seconds: float
    peak_memory_bytes: int
    host_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptCached(Event):
    """A tool is kept loaded from now on, so that its calls need not compile it."""

    kind: ClassVar = EventType.SCRIPT_CACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCleared(Event):
    """Loaded scripts were thrown away.

    Args:
        count: how many tools are no longer loaded.
    """

    kind: ClassVar = EventType.CACHE_CLEARED
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityPolicyUpdated(Event):
    """What scripts may do was changed.

    Args:
        level: the security level that the new policy starts from.
    """

    kind: ClassVar = EventType.SECURITY_POLICY_UPDATED
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorHappened(Event):
    """A call failed by the tool's, the script's or the engine's fault; see `LimitHit` and `CapabilityDenied`.

    Args:
        call_id: which call.
        reason: how it failed.
        message: what was wrong, bounded.
    """

    kind: ClassVar = EventType.ERROR
    call_id: str
    reason: StopReason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolMigrated(Event):
    """A tool's new version was recorded, and can be called.

    Args:
        run_id: the migration that did it.
        file: its source, below the migration's directory.
        replaced: whether there was a version before.
        repairs: how many repairs its source got.
    """

    kind: ClassVar = EventType.TOOL_MIGRATED
    run_id: str
    file: str
    replaced: bool
    repairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRolledBack(Event):
    """A tool is again what it was before.

    Args:
        run_id: the rollback that did it.
        active: whether it can still be called.
    """

    kind: ClassVar = EventType.TOOL_ROLLED_BACK
    run_id: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationStarted(Event):
    """A migration holds the state and begins; its identifier is the run's. Dry runs are no such event."""

    kind: ClassVar = EventType.MIGRATION_STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationCompleted(Event):
    """A migration came to its end, or was stopped; its identifier is the run's.

    Args:
        phase: COMPLETED or FAILED.
        interrupted: whether it was stopped before its end.
        migrated: tools that are migrated now, unchanged ones too.
        failed: tools that could not be.
        seconds: how long it took.
    """

    kind: ClassVar = EventType.MIGRATION_COMPLETED
    phase: MigrationPhase
    interrupted: bool
    migrated: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRegistered(Event):
    """A tool can be called in this engine.

    Args:
        version: the tool's own version.
        level: the security level that its policy starts from.
        replaced: whether there was one of its name.
    """

    kind: ClassVar = EventType.TOOL_REGISTERED
    version: str
    level: str
    replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRemoved(Event):
    """A tool can no longer be called in this engine."""

    kind: ClassVar = EventType.TOOL_REMOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityDenied(Event):
    """A script wanted to do something that its policy does not allow.

    Args:
        call_id: which call; empty for what is no call of a tool.
        user: who called, if known.
        function: the host function, `http::get`.
        capability: what it belongs to.
        target: on what, bounded and without secrets.
        why: why not.
    """

    kind: ClassVar = EventType.CAPABILITY_DENIED
    call_id: str
    user: str | None
    function: str
    capability: str
    target: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitHit(Event):
    """A call was stopped at a limit of its policy.

    Args:
        call_id: which call.
        reason: which limit: TIMED_OUT, OUT_OF_MEMORY, STACK_EXHAUSTED, or LIMIT for sizes and counts.
        message: the limit, in words.
    """

    kind: ClassVar = EventType.LIMIT_HIT
    call_id: str
    reason: StopReason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged(Event):
    """The service's health is another one than when it was looked at before.

    Args:
        before: what it was; None when it was never looked at. The identifier says whose: `engine`, `service`, or
            `sources` that are watched.
        status: what it is now.
        details: what is wrong, in words.
    """

    kind: ClassVar = EventType.HEALTH_CHANGED
    before: ServiceStatus | None
    status: ServiceStatus
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookActed(Event):
    """A hook did something to a call or an event, or failed to.

    Args:
        hook: the hook script.
        function: its function.
        event: which event it was given; the identifier is that event's, a tool's name.
        call_id: which call; empty for what is no call.
        user: who called, if known.
        effect: REWROTE, REFUSED, FAILED or IGNORED.
        message: why, bounded.
    """

    kind: ClassVar = EventType.HOOK_ACTED
    hook: str
    function: str
    event: str
    call_id: str
    user: str | None
    effect: HookEffect
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsLost(Event):
    """A subscriber was too slow: so many events that it had asked for stood here, and are gone for it.

    Args:
        count: how many.
        first: sequence of the first one.
        last: sequence of the last one.
    """

    kind: ClassVar = EventType.EVENTS_LOST
    count: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomEvent(Event):
    """An application's own event; `CustomEvent.of` makes one.

    Args:
        name: its type.
        text: its payload as JSON text, so that no subscriber can change what others see.
    """

    name: str
    text: str

    @classmethod
    def of(cls, name: str, identifier: str = "", payload: JsonObject | None = None) -> Self:
        """An event of a type of one's own, `note:created`.

        Args:
            name: 1 to 64 of A-Z a-z 0-9 _ : . -, and none of this package's types.
            identifier: what it happened to; what patterns are matched with.
            payload: what it tells: JSON, at most 64 KiB.

        Raises:
            UsageError: the name, the identifier or the payload can't be used.
        """
        _check_kinds(name, identifier, payload)
        if not _CUSTOM.fullmatch(name):
            raise UsageError(f"{name!r:.100} is no event type", hint="1 to 64 of A-Z a-z 0-9 _ : . -")
        if name in _OWN:
            raise UsageError(f"the event type {name} is this package's own", hint="choose another name, app:started")
        try:
            text = json.dumps(payload or {}, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(f"the payload of {name} is not JSON: {error}") from None
        if len(text) > _MOST_PAYLOAD_BYTES:
            raise UsageError(f"the payload of {name} has more than {_MOST_PAYLOAD_BYTES} bytes of JSON")
        return cls(identifier=identifier, name=name, text=text)

    @property
    def type(self) -> str:
        """Its name."""
        return self.name

    def data(self) -> JsonObject:
        """Its payload; everybody who asks gets an own copy."""
        payload: JsonObject = json.loads(self.text)
        return payload


def _check_kinds(name: object, identifier: object, payload: object) -> None:
    """Raises UsageError where an event is made of what would fail at its subscribers only."""
    if not isinstance(name, str):
        raise UsageError(f"{name!r:.100} is no event type", hint="a text, such as note:created")
    if not isinstance(identifier, str):
        raise UsageError(f"the identifier of {name:.100} is no text", hint="what it happened to, such as notes/a.md")
    if payload is not None and not isinstance(payload, dict):
        raise UsageError(f"the payload of {name:.100} is no object", hint='{"value": …}')


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event, when it was published, and as the how-manieth.

    Args:
        sequence: counts the events of a bus from 1; higher means later, of all tools together.
        time: seconds since 1970, UTC.
        event: what happened.
    """

    sequence: int
    time: float
    event: Event

    @property
    def at(self) -> datetime:
        """When it was published."""
        return datetime.fromtimestamp(self.time, UTC)

    def to_json(self) -> dict[str, Any]:
        """`{sequence, at, type, identifier, data}`."""
        event = self.event
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(timespec="microseconds"),
            "type": event.type,
            "identifier": event.identifier,
            "data": event.data(),
        }
