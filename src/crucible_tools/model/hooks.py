"""Hooks: what they listen to, what they are given, and what their answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.model.json import Json, JsonObject

if TYPE_CHECKING:
    from crucible_tools.model.policy import Policy

BEFORE: Final = "tool:before"
AFTER: Final = "tool:after"
ERROR: Final = "tool:error"
DISCOVERED: Final = "tool:discovered"
TOOL_EVENTS: Final = (BEFORE, AFTER, ERROR, DISCOVERED)
"""The events that the engine itself makes (legacy-tools.md, "Events and hooks"); all other names are custom."""

TOOL_PREFIX: Final = "tool:"
"""Events of these names are made by the engine alone: a hook that could emit one could fake a call."""


MOST_HANDLERS: Final = 100
"""Functions of one hook script."""


class HookScope(StrEnum):
    """Whose calls a hook sees."""

    FOLDER = "folder"
    """Those of tools of its own migration folder."""
    ALL = "all"


class HookFailure(StrEnum):
    """What a hook's failure does to the call that it should have looked at."""

    CONTINUE = "continue"
    """Nothing: it is logged and published."""
    DENY = "deny"
    """For a guard: in `tool:before` the call is refused, in `tool:after` its result is kept back."""


class HookEffect(StrEnum):
    """What one run of a hook came to."""

    UNCHANGED = "unchanged"
    REWROTE = "rewrote"
    """It replaced the event's payload: the arguments of a call, its result, or what an event tells."""
    REFUSED = "refused"
    """It cancelled the call, or failed and must not."""
    FAILED = "failed"
    IGNORED = "ignored"
    """It gave what is neither an event nor null, or changed what it may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookHandler:
    """One function of a hook script.

    Args:
        function: its path, `guard` or `hooks::guard`.
        event: the event's name; None for all events.
        pattern: which identifiers, with `*` for any characters, `/` too.
        priority: lower comes first.
        enabled: what the source says.
        form: how it was declared: `hook`, `manifest`, `handle`, or `event` for `on_<event>(x)`.
        context: whether it takes `ctx` before the event; one of the form `event` is given the payload alone.
    """

    function: str
    event: str | None
    pattern: str = "*"
    priority: int = 100
    enabled: bool = True
    form: str = "hook"
    context: bool = True

    def listens_to(self, event_type: str) -> bool:
        """Whether it wants events of this name. `on_note_created` means `note:created`, too."""
        if self.event is None or self.event == event_type:
            return True
        return self.form == "event" and self.event == event_type.replace(":", "_")

    def to_json(self) -> JsonObject:
        """The handler as a JSON object."""
        return {
            "function": self.function,
            "event": self.event,
            "pattern": self.pattern,
            "priority": self.priority,
            "enabled": self.enabled,
            "form": self.form,
            "context": self.context,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> HookHandler:
        """The handler that `to_json` wrote.

        Raises:
            KeyError, TypeError: the object is not one that `to_json` wrote.
        """
        texts = all(isinstance(data[name], str) for name in ("function", "pattern", "form"))
        flags = all(isinstance(data[name], bool) for name in ("enabled", "context"))
        event, priority = data["event"], data["priority"]
        number = isinstance(priority, int) and not isinstance(priority, bool)
        if not texts or not flags or not number or not isinstance(event, str | None):
            raise TypeError(f"{dict(data)!r:.100} is no function of a hook script")
        return HookHandler(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDefinition:
    """A hook script: its functions, and whom it may look at.

    Args:
        name: of the script, unique in an engine: `hooks/guard_paths.rn`.
        handlers: its functions.
        folder: the folder that it came from, as tools name theirs.
        scope: whose calls it sees.
        on_failure: what its failure does to a call.
        time_limit_s: longest run of one function, waiting included; the policy's holds where it is stricter.
    """

    name: str
    handlers: tuple[HookHandler, ...]
    folder: str | None = None
    scope: HookScope = HookScope.FOLDER
    on_failure: HookFailure = HookFailure.CONTINUE
    time_limit_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookInfo:
    """A registered hook script.

    Args:
        definition: what it was registered with.
        policy: what it runs under.
        runs: how often its functions ran, by what came of it.
    """

    definition: HookDefinition
    policy: Policy
    runs: Mapping[HookEffect, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEvent:
    """What hooks are given.

    Args:
        event_type: `tool:before` and so on, or a custom name.
        identifier: what it happened to: a tool's name, a note's path.
        payload: what it tells.
        timestamp_ms: when, in milliseconds since 1970, UTC.
        cancelled: whether a hook has refused the call.
        source: who tells: `rune` for tools, `hook` for what hooks emit, `application` for what it dispatches.
    """

    event_type: str
    identifier: str
    payload: Json = field(default_factory=dict[str, Json])
    timestamp_ms: int = 0
    cancelled: bool = False
    source: str = "application"

    def to_json(self) -> JsonObject:
        """The event as scripts see it."""
        return {
            "event_type": self.event_type,
            "identifier": self.identifier,
            "payload": self.payload,
            "timestamp_ms": self.timestamp_ms,
            "cancelled": self.cancelled,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAct:
    """What a hook did to a call, or failed to do: what the audit records.

    Args:
        hook: the script's name.
        function: its function.
        event_type: which event.
        identifier: of the event: the tool.
        effect: what came of it; never UNCHANGED.
        call_id: the call; empty for what is none.
        user: who called, if known.
        message: why, bounded; empty for a rewriting.
        before: SHA-256 of the arguments before a rewriting (JSON in ASCII, keys sorted, no spaces); empty if none.
        after: the same after it.
    """

    hook: str
    function: str
    event_type: str
    identifier: str
    effect: HookEffect
    call_id: str = ""
    user: str | None = None
    message: str = ""
    before: str = ""
    after: str = ""

    def to_json(self) -> JsonObject:
        """`{hook, function, event, effect, message}`, as the metadata of a result has it."""
        return {
            "hook": self.hook,
            "function": self.function,
            "event": self.event_type,
            "effect": self.effect.value,
            "message": self.message,
        }
