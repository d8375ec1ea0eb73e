"""The host's side of host calls that are recorded."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_tools.engine.hostcalls import ERR, NAME_BYTES, OK, HostCalls, Pending, Reply
from crucible_tools.engine.outcome import Stop
from crucible_tools.model.calls import Answer
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.engine.record import Recording
    from crucible_tools.engine.registry import Registry
    from crucible_tools.model.policy import Policy

_ANSWERS = {OK: Answer.VALUE, ERR: Answer.ERROR}


@dataclass(slots=True)
class Asked:
    """A host call, and what became of it so far.

    Args:
        function: as the script named it.
        arguments: their JSON text.
        began: when it was made, on `time.perf_counter`.
        answer: what became of it; `none` until it is answered.
        text: of the answer.
        reason: why the engine stopped the script, if it did.
        details: what it said about that.
        seconds: how long it took.
    """

    function: str
    arguments: bytes
    began: float
    answer: Answer = Answer.NONE
    text: bytes = b""
    reason: StopReason | None = None
    details: dict[str, Any] | None = None
    seconds: float = 0.0

    @property
    def texts(self) -> tuple[bytes, bytes]:
        """What was said, either way."""
        return self.arguments, self.text


class RecordedCalls(HostCalls):
    """Answers the host calls of one call, and keeps the answers.

    Args:
        registry: the host functions.
        policy: what they serve under.
        recording: keeps them.
    """

    def __init__(self, registry: Registry, policy: Policy, recording: Recording) -> None:
        super().__init__(registry, policy)
        self._recording = recording
        self._open: Asked | None = None

    def invoke(self, name_bytes: bytes, argument_bytes: bytes) -> Reply | None:
        """As for any call; the log and the progress of the call are not recorded as host calls."""
        name = name_bytes[:NAME_BYTES].decode("utf-8", "replace")
        self._open = None
        if not self.is_own(name):
            asked = Asked(name, argument_bytes, time.perf_counter())
            if self._recording.ask(asked):
                self._open = asked
        with self._heard():
            reply = super().invoke(name_bytes, argument_bytes)
            if reply is not None:
                self._answered(reply)
            return reply

    def run_plain(self, pending: Pending) -> Reply:
        """Runs a plain function."""
        with self._heard():
            reply = super().run_plain(pending)
            self._answered(reply)
            return reply

    async def run(self, pending: Pending) -> Reply:
        """Runs one that takes its time."""
        with self._heard():
            reply = await super().run(pending)
            self._answered(reply)
            return reply

    def _answered(self, reply: Reply) -> None:
        status, text = reply
        self._close(_ANSWERS.get(status, Answer.REFUSED), text)

    @contextmanager
    def _heard(self) -> Generator[None]:
        """Keeps how a function ended that gives no answer."""
        try:
            yield
        except Stop as stop:
            self._close(Answer.STOPPED, stop.message.encode("utf-8", "replace"), stop)
            raise
        except Exception as error:
            self._close(Answer.RAISED, type(error).__name__.encode("utf-8", "replace"))
            raise

    def _close(self, answer: Answer, text: bytes, stop: Stop | None = None) -> None:
        asked, self._open = self._open, None
        if asked is None or self._recording.over:
            return  # answered already, or not kept, or too late
        if not self._recording.has_room(len(text)):
            self._recording.drop_last()
            return
        asked.answer, asked.text = answer, text
        asked.seconds = time.perf_counter() - asked.began
        if stop is not None:
            asked.reason, asked.details = stop.reason, stop.details or None
