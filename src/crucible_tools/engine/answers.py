"""What becomes of a guest's answer: its status and its fields, as an outcome."""

from __future__ import annotations

from typing import Final

from crucible_tools.engine import protocol
from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.protocol import Status
from crucible_tools.engine.wasm.traps import Trap
from crucible_tools.model.enums import StopReason

TRAPS: Final = {
    Trap.OUT_OF_MEMORY: StopReason.OUT_OF_MEMORY,
    Trap.STACK: StopReason.STACK_EXHAUSTED,
    Trap.CRASH: StopReason.CRASHED,
}
"""What the end of a guest that gives no answer means."""

_STATUSES: Final = {
    Status.VALUE: StopReason.FINISHED,
    Status.TOOL_ERROR: StopReason.TOOL_ERROR,
    Status.SCRIPT_ERROR: StopReason.SCRIPT_ERROR,
    Status.BAD_VALUE: StopReason.BAD_VALUE,
    Status.NOT_COMPILED: StopReason.SCRIPT_ERROR,
    Status.MISUSE: StopReason.BAD_VALUE,
}


def read_answer(status: Status, text: bytes, path: str) -> Outcome:
    """The outcome of a load, or of a call that gave no value.

    Args:
        status: the answer's first byte.
        text: the rest of it.
        path: name of the script in messages.

    Raises:
        BadGuestAnswer: the answer makes no sense.
    """
    outcome = Outcome(_STATUSES[status])
    if status is Status.VALUE:
        outcome.diagnostics = protocol.diagnostics(text, path)
    elif status is Status.TOOL_ERROR:
        outcome.value = text
    elif status is Status.NOT_COMPILED:
        outcome.diagnostics = protocol.diagnostics(text, path)
        errors = [d for d in outcome.diagnostics if d.severity == "error"]
        outcome.message = errors[0].message if errors else "the source does not compile"
        outcome.location = errors[0].location if errors else None
    else:
        fields = protocol.parse_object(text)
        outcome.message = protocol.text_of(fields.get("message"), "the script stopped")
        outcome.location = protocol.location(fields, path)
        details = {k: fields[k] for k in ("backtrace", "note", "path") if k in fields}
        if status is Status.BAD_VALUE and fields.get("limit") is True:
            outcome.reason = StopReason.LIMIT
            details["limit"] = "result"
        outcome.details = details
    return outcome
