"""Denials of an engine, and what its hooks did, on their way into the audit of a state."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import StateError
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import JsonObject
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import Effect
    from crucible_tools.model.hooks import HookAct

_GATHER_S: Final = 0.2
"""Seconds in which denials gather for one transaction: a flood of them must not keep the event loop."""

_MOST: Final = 1000
"""Denials that gather at most; how many more there were is recorded."""

_log: Final = logging.getLogger(__name__)


def facts_of(effect: "Effect") -> JsonObject:
    """What a record tells of a denial."""
    return {
        "tool": effect.tool,
        "call": effect.call_id,
        "user": effect.user,
        "function": effect.function,
        "capability": effect.capability,
        "target": effect.target,
        "reason": effect.reason,
    }


def facts_of_act(act: "HookAct") -> JsonObject:
    """What a record tells of what a hook did; of arguments it has digests, since they may be secret."""
    facts: JsonObject = {
        "tool": act.identifier,
        "call": act.call_id,
        "user": act.user,
        "hook": act.hook,
        "function": act.function,
        "event": act.event_type,
        "effect": act.effect.value,
        "reason": act.message,
    }
    return facts | ({"before": act.before, "after": act.after} if act.before else {})


class DenialRecorder:
    """Hears of an engine's effects, and records those that were not allowed, and of hooks. Used on the event loop.

    Args:
        state: has the audit; without one, nothing is recorded.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._found: list[tuple[AuditKind, JsonObject]] = []
        self._lost = 0
        self._later: asyncio.TimerHandle | None = None

    def effect(self, effect: "Effect") -> None:
        """Takes note of a denial; it is recorded a moment later."""
        if not effect.allowed:
            self._add(AuditKind.DENIAL, facts_of(effect))

    def acted(self, act: "HookAct") -> None:
        """Takes note of what a hook did."""
        self._add(AuditKind.HOOK_ACTED, facts_of_act(act))

    def _add(self, kind: AuditKind, facts: JsonObject) -> None:
        if len(self._found) < _MOST:
            self._found.append((kind, facts))
        else:
            self._lost += 1
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(_GATHER_S, self.write)

    def write(self) -> None:
        """Records what has gathered. A state that can't be written is told in the log."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        found, self._found = self._found, []
        if self._lost:
            found.append((AuditKind.DENIAL, {"lost": self._lost}))
            self._lost = 0
        try:
            if found and self._state.exists():
                self._state.audit.append(found)
        except StateError as error:
            _log.warning("%d denials could not be recorded: %s", len(found), error.message)
