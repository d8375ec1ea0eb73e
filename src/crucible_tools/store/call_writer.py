"""Records of calls on their way into the state: on a thread of their own, so that no call waits for a disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import StateError

if TYPE_CHECKING:
    from crucible_tools.config import RecordConfig
    from crucible_tools.model.calls import CallRecord
    from crucible_tools.store.place import Place

_MOST_CALLS: Final = 1000
_MOST_BYTES: Final = 32 << 20
"""What waits to be written at most: more is lost, and counted."""
_TOGETHER: Final = 100
"""Records in one transaction."""

_LOG: Final = logging.getLogger("crucible_tools.calls")


class CallWriter:
    """Takes records of calls, and writes them into a state soon after. Used on any thread.

    A record that can't be written is lost and logged: no call fails for its record's sake.

    Args:
        place: the state; one that does not exist is not made.
        keep: how much is kept.
    """

    def __init__(self, place: Place, keep: RecordConfig) -> None:
        self._place = place
        self._keep = keep
        self._waiting: deque[tuple[CallRecord, int]] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.written = 0
        """How many records were written."""
        self.lost = 0
        """How many were not."""

    def recorded(self, record: CallRecord) -> None:
        """Takes a record; it is written a moment later."""
        size = _size(record)
        with self._changed:
            full = len(self._waiting) >= _MOST_CALLS or self._bytes + size > _MOST_BYTES
            if self._closed or full:
                self.lost += 1
                return
            self._waiting.append((record, size))
            self._bytes += size
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="crucible-calls", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Writes what waits, and takes nothing any more. May be called twice; waits for the disk."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self.lost:
            _LOG.warning("%d calls could not be recorded", self.lost)

    def _write(self) -> None:
        # Not at the top: a call that is not recorded must not wait for SQLAlchemy.
        from crucible_tools.store.calls import CallLog

        with CallLog(self._place) as log:
            while batch := self._take():
                try:
                    count = log.append(batch, self._keep)
                except StateError as error:
                    _LOG.warning("%d calls could not be recorded: %s", len(batch), error.message)
                    count = 0
                self.written += count
                self.lost += len(batch) - count

    def _take(self) -> list[CallRecord]:
        """What is to be written next; nothing at the end."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            batch: list[CallRecord] = []
            while self._waiting and len(batch) < _TOGETHER:
                record, size = self._waiting.popleft()
                self._bytes -= size
                batch.append(record)
            return batch


def _size(record: CallRecord) -> int:
    """About how much memory a record takes."""
    calls = sum(len(call.text) + len(call.arguments) + 300 for call in record.host_calls)
    return calls + len(record.arguments or "") + len(record.result or "") + 1000
