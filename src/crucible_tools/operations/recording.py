"""Calls on their way into the records of a state.

`crucible call` imports this: it must not need SQLAlchemy unless calls are recorded.
"""

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING

from crucible_tools.store.place import Place

if TYPE_CHECKING:
    from crucible_tools.config import RecordConfig
    from crucible_tools.store.call_writer import CallWriter


@contextlib.contextmanager
def calls_recorded(place: Place, keep: "RecordConfig") -> "Generator[CallWriter | None]":
    """Record the calls of an engine while the block runs; all of them are written at its end.

    Args:
        place: the state; without one nothing is recorded.
        keep: whether and how much is recorded; the engine's configuration has the same.

    Returns:
        What the engine takes as its `recorder`; None when nothing is to be recorded.
    """
    writer = calls_writer(place, keep)
    try:
        yield writer
    finally:
        if writer is not None:
            writer.close()


def calls_writer(place: Place, keep: "RecordConfig") -> "CallWriter | None":
    """What takes records for a state, to be closed at the end; None when nothing is to be recorded."""
    if not keep.enabled:
        return None
    from crucible_tools.store.call_writer import CallWriter

    return CallWriter(place, keep)
