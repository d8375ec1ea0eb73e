"""What an engine publishes about its calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.host.effects import bounded
from crucible_tools.events import ErrorHappened, LimitHit, ScriptExecuted
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.events import Publisher

_LIMITS: Final = frozenset(
    {StopReason.TIMED_OUT, StopReason.OUT_OF_MEMORY, StopReason.STACK_EXHAUSTED, StopReason.LIMIT}
)
_FAULTS: Final = frozenset({StopReason.TOOL_ERROR, StopReason.SCRIPT_ERROR, StopReason.BAD_VALUE, StopReason.CRASHED})
"""The other failures are denials, which whoever denied tells, and cancelled calls."""


def tell_call(
    publisher: Publisher,
    name: str,
    call_id: str,
    user: str | None,
    reason: StopReason,
    seconds: float,
    *,
    message: str = "",
    memory_bytes: int = 0,
    host_calls: int = 0,
) -> None:
    """Publishes that a call ended, and what went wrong with it.

    Args:
        publisher: where to.
        name: of the tool or script.
        call_id: of the call.
        user: who called, if known.
        reason: how it ended.
        seconds: how long it took, waiting included.
        message: what was wrong.
        memory_bytes: most linear memory of its VM.
        host_calls: host functions that it called.
    """
    publisher.publish(
        ScriptExecuted(
            identifier=name,
            call_id=call_id,
            user=user,
            reason=reason,
            seconds=seconds,
            peak_memory_bytes=memory_bytes,
            host_calls=host_calls,
        )
    )
    if reason in _LIMITS:
        publisher.publish(LimitHit(identifier=name, call_id=call_id, reason=reason, message=bounded(message)))
    elif reason in _FAULTS:
        publisher.publish(ErrorHappened(identifier=name, call_id=call_id, reason=reason, message=bounded(message)))


def tell_raised(
    publisher: Publisher, name: str, call_id: str, user: str | None, error: BaseException, seconds: float
) -> None:
    """Publishes that a call gave no result, since its caller went away or a host function of the application raised."""
    if isinstance(error, asyncio.CancelledError):
        tell_call(publisher, name, call_id, user, StopReason.CANCELLED, seconds)
        return
    message = f"{type(error).__name__}: {error}"
    tell_call(publisher, name, call_id, user, StopReason.CRASHED, seconds, message=message)
