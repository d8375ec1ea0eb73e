"""Denials of an engine, on their way into the audit of a state."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import StateError
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import JsonObject
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import Effect

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


class DenialRecorder:
    """Hears of an engine's effects, and records those that were not allowed. Used on the event loop.

    Args:
        state: has the audit; without one, nothing is recorded.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._found: list[JsonObject] = []
        self._lost = 0
        self._later: asyncio.TimerHandle | None = None

    def effect(self, effect: "Effect") -> None:
        """Takes note of a denial; it is recorded a moment later."""
        if effect.allowed:
            return
        if len(self._found) < _MOST:
            self._found.append(facts_of(effect))
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
            found.append({"lost": self._lost})
            self._lost = 0
        try:
            if found and self._state.exists():
                self._state.audit.append((AuditKind.DENIAL, facts) for facts in found)
        except StateError as error:
            _log.warning("%d denials could not be recorded: %s", len(found), error.message)
