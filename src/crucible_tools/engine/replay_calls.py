"""The host's side of host calls that are answered from a record: nothing here can reach outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crucible_tools.engine.hostcalls import ERR, NAME_BYTES, OK, STOP, HostCalls, Reply
from crucible_tools.engine.outcome import Stop
from crucible_tools.engine.progress import PROGRESS
from crucible_tools.engine.record import noted
from crucible_tools.engine.registry import HostFunction, Registry
from crucible_tools.model.calls import Answer, CallRecord, Cut, HostCallRecord
from crucible_tools.model.enums import StopReason
from crucible_tools.model.policy import Capabilities
from crucible_tools.model.replays import Difference, What

if TYPE_CHECKING:
    from crucible_tools.engine.record_redaction import Redaction
    from crucible_tools.model.policy import Policy

_NOTHING = (OK, b"")


class RecordedFunctions(Registry):
    """What a recorded source was compiled with: names of functions, none of which can be run.

    Args:
        record: what was called.
        real: an engine's own, whose modules another source than the recorded one may name.
    """

    def __init__(self, record: CallRecord, real: Registry | None = None) -> None:
        super().__init__()
        self._record = record
        self._real = real

    def get(self, name: str) -> HostFunction | None:
        """Nothing: whoever asks is not the one who answers."""
        return None

    def declarations(self, source: str) -> list[dict[str, Any]]:
        """The modules that were declared; for another source also those that an engine has now."""
        found = {module["path"]: module for module in self._real.declarations(source)} if self._real else {}
        found.update({module["path"]: module for module in self._record.program.modules})
        return list(found.values())

    def routed(self, capabilities: Capabilities) -> tuple[str, ...]:
        """The functions of the guest that the host answered."""
        return self._record.program.routed


class ReplayedCalls(HostCalls):
    """Answers the host calls of one call as they were answered.

    Args:
        functions: what the source was compiled with.
        policy: its limits hold as they did.
        record: has the answers.
        redaction: what was replaced in it.
        same: whether the script is the recorded one.
    """

    def __init__(
        self, functions: Registry, policy: Policy, record: CallRecord, redaction: Redaction, *, same: bool
    ) -> None:
        super().__init__(functions, policy)
        self._record = record
        self._redaction = redaction
        self._same = same
        self.used = 0
        """How many host calls of the record were made."""
        self.difference: Difference | None = None
        """What ended the replay."""

    @property
    def left(self) -> Iterable[HostCallRecord]:
        """The recorded host calls that were not made."""
        return self._record.host_calls[self.used :]

    def invoke(self, name_bytes: bytes, argument_bytes: bytes) -> Reply | None:
        """The recorded answer to the recorded question.

        Raises:
            Stop: the engine stopped the script there, or it asks for something else.
        """
        name = name_bytes[:NAME_BYTES].decode("utf-8", "replace")
        recorded = self._record.host_calls[self.used] if self.used < len(self._record.host_calls) else None
        if recorded is None or recorded.function != name:
            # Where an application had a log of its own, its lines are in the record.
            level = self._log_level(name)
            if level is not None:
                self._log(level, argument_bytes)
                return _NOTHING
            if name == PROGRESS:
                self._count_line(len(argument_bytes))
                return _NOTHING
        self.count += 1  # limits stopped the script where the record says
        arguments, digest = noted(argument_bytes, self._redaction)
        if recorded is None:
            raise self._unrecorded(name, arguments)
        if (recorded.function, recorded.digest) != (name, digest):
            raise self._differs(
                Difference(
                    What.HOST_CALL,
                    f"host call {self.used + 1} is another one",
                    expected=_call(recorded.function, recorded.arguments),
                    got=_call(name, arguments),
                    number=self.used + 1,
                )
            )
        self.used += 1
        return self._answer(recorded)

    def _answer(self, recorded: HostCallRecord) -> Reply:
        text = recorded.text.encode("utf-8", "replace")
        match recorded.answer:
            case Answer.VALUE:
                return OK, text
            case Answer.ERROR:
                return ERR, text
            case Answer.REFUSED:
                return STOP, text
            case Answer.STOPPED:
                raise self._stopped(recorded)
            case Answer.RAISED:
                raise Stop(StopReason.CRASHED, f"{recorded.function} raised {recorded.text}")
            case Answer.NONE:
                raise self._ended()

    def _stopped(self, recorded: HostCallRecord) -> Stop:
        stop = Stop(recorded.reason or StopReason.CRASHED, recorded.text or "it was stopped")
        # Not as arguments: a record's names may be any.
        stop.details = recorded.details or {}
        return stop

    def _unrecorded(self, name: str, arguments: str) -> Stop:
        if self._same and self._record.stop_reason in (StopReason.CANCELLED, StopReason.TIMED_OUT):
            # It got further this time than it had time for: this is where the record ends.
            return self._ended()
        number = self.used + 1
        cut = Cut.HOST_CALLS in self._record.cut
        message = f"host call {number} is not recorded"
        return self._differs(
            Difference(
                What.CUT if cut else What.UNRECORDED,
                f"{message}: the record was full" if cut else message,
                expected=None,
                got=_call(name, arguments),
                number=number,
            )
        )

    def _ended(self) -> Stop:
        """The call ended here, for a reason that came from outside."""
        message = (self._record.error or {}).get("message")
        return Stop(self._record.stop_reason, message if isinstance(message, str) and message else "it was stopped")

    def _differs(self, difference: Difference) -> Stop:
        self.difference = difference
        return Stop(StopReason.CANCELLED, f"the replay ended: {difference.message}")


def _call(function: str, arguments: str) -> str:
    return f"{function}{arguments or '(long arguments)'}"
