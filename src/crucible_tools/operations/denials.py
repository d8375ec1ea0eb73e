"""What policies did not allow, on its way into the audit.

`crucible call` imports this: it must not need SQLAlchemy unless something was denied.
"""

import contextlib
from collections.abc import Generator

from crucible_tools.engine.host.effects import Denials


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
