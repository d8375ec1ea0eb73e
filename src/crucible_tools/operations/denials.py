"""What policies did not allow, on its way into the audit.

`crucible call` imports this: it must not need SQLAlchemy unless something was denied.
"""

import contextlib
from collections.abc import Generator

from crucible_tools.engine.host.effects import Denials
from crucible_tools.model.hooks import HookAct


class Acts:
    """Remembers what hooks did to one call, so that it can be recorded when the call has ended."""

    def __init__(self) -> None:
        self.found: list[HookAct] = []

    def acted(self, act: HookAct) -> None:
        """Takes note of it: one call has some hundred hooks at most."""
        self.found.append(act)


@contextlib.contextmanager
def acts_recorded(place: str) -> Generator[Acts]:
    """Record in the audit of a state what hooks do while the block runs, at its end.

    Args:
        place: the state's folder or URL.

    Returns:
        What the engine takes as a hook sink.
    """
    acts = Acts()
    try:
        yield acts
    finally:
        if acts.found:
            from crucible_tools.operations.audit import record_acts

            record_acts(place, acts.found)


@contextlib.contextmanager
def denials_recorded(place: str) -> Generator[Denials]:
    """Record in the audit of a state what an engine denies while the block runs, at its end.

    Args:
        place: the state's folder or URL; without a state nothing is recorded.

    Returns:
        What the engine takes as its `effects`.
    """
    denials = Denials()
    try:
        yield denials
    finally:
        if found := denials.take():
            from crucible_tools.operations.audit import record_denials

            record_denials(place, found, lost=denials.lost)
