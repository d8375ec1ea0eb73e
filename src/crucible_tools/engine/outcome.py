"""What became of a load or a call: a closed set of reasons, and the facts that go with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crucible_tools.model.enums import StopReason
from crucible_tools.model.locations import Diagnostic, Location


@dataclass(slots=True)
class LogLine:
    """One line that a script logged (`debug info warn error`) or printed (`print`)."""

    level: str
    text: str


@dataclass(slots=True)
class Progress:
    """How far a call is: `fraction` is 0 to 1."""

    fraction: float
    message: str


Listener = Callable[[LogLine | Progress], None]
"""Hears of what a script tells as it does, on whatever thread runs it then. Must not raise and must not block."""


@dataclass(slots=True)
class Outcome:
    """How a load or a call ended.

    Args:
        reason: why the script stopped.
        value: JSON text of the result, or of the data of `Err`; empty otherwise.
        message: what is wrong, in one sentence; empty when nothing is.
        location: where in the source, when that is known.
        details: more facts, JSON: backtrace and note of a script error, path of a bad value, capability of a denial.
        diagnostics: what the compiler says (loads only).
        logs: what was logged and printed, in order.
        host_calls: number of host calls.
        memory_bytes: the VM's linear memory, which never shrinks: its peak so far.
    """

    reason: StopReason
    value: bytes = b""
    message: str = ""
    location: Location | None = None
    details: dict[str, Any] | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    logs: Sequence[LogLine] = ()
    host_calls: int = 0
    memory_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the script came to its end and gave a value."""
        return self.reason is StopReason.FINISHED


class Stop(Exception):  # noqa: N818 - a transfer of control inside of the engine, never seen by callers
    """The host stops a script: reason, message and details become the outcome's."""

    def __init__(self, reason: StopReason, message: str, **details: Any) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.details = details
