"""Policies that an application puts in force while an engine runs, on their way into the audit of a state."""

import logging
from typing import Final

from crucible_tools.errors import StateError
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.policy import Policy
from crucible_tools.store.state import State

_log: Final = logging.getLogger(__name__)


class PolicyRecorder:
    """Hears which policies an engine is given, and records each at once: there are few of them.

    Args:
        state: has the audit; without one, nothing is recorded.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def policy_set(self, name: str | None, before: Policy, after: Policy) -> None:
        """Records what differs. A state that can't be written is told in the log."""
        old, new = before.to_json(), after.to_json()
        names = sorted(field for field in new if old[field] != new[field])
        if not names:
            return
        facts = {
            "tool": name,
            "before": {field: old[field] for field in names},
            "after": {field: new[field] for field in names},
        }
        try:
            if self._state.exists():
                self._state.audit.append([(AuditKind.POLICY_CHANGED, facts)])
        except StateError as error:
            _log.warning("that the policy of %s changed could not be recorded: %s", name or "all tools", error.message)
