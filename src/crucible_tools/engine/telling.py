"""How the ends of calls are told; and counted, of those that raised and of those with hooks around them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.host.effects import bounded
from crucible_tools.errors import EngineBusy
from crucible_tools.events import ErrorHappened, LimitHit, ScriptExecuted
from crucible_tools.model.enums import StopReason
from crucible_tools.monitoring.engine_metrics import HOST_ERROR
from crucible_tools.monitoring.logs import CALLS, log_call

if TYPE_CHECKING:
    from crucible_tools.engine.calls import Execution
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.events import EventBus, Publisher
    from crucible_tools.model.tools import ToolExecutionResult

BUSY: Final = "busy"
INVALID_ARGUMENTS: Final = "invalid_arguments"
_NO_CALLS: Final = frozenset({INVALID_ARGUMENTS, StopReason.REFUSED.value})
"""What was refused before it began, which is counted and is no executed script (docs/events.md)."""

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


def ended_with_hooks(events: EventBus, tool: LoadedTool, made: ToolExecutionResult, execution: Execution) -> None:
    """Counts and tells a call with hooks around it: its end is the one that its caller sees, its time the whole.

    Args:
        events: where it is published.
        tool: what was called.
        made: what the caller is given.
        execution: of the call.
    """
    metadata, seconds = made.metadata, made.execution_time.total_seconds()
    reason = metadata.get("stop_reason") or (made.error.kind if made.error else StopReason.FINISHED.value)
    memory, host_calls = metadata.get("peak_memory_bytes", 0), metadata.get("host_calls", 0)
    tool.metrics.record(reason, seconds, memory, host_calls)
    if events.heard and reason not in _NO_CALLS:
        tell_call(
            events,
            tool.name,
            execution.call_id,
            execution.user,
            StopReason(reason),
            seconds,
            message=made.error.message if made.error else "",
            memory_bytes=memory,
            host_calls=host_calls,
        )
    if CALLS.isEnabledFor(logging.DEBUG):
        log_call(made, execution.user)


def raised(registry: Registry, tool: LoadedTool, execution: Execution, error: BaseException, seconds: float) -> None:
    """Counts and tells a call that gave no result: its caller went away, or something raised. Within the call's span.

    Args:
        registry: with the engine's events and spans.
        tool: what was called.
        execution: of the call.
        error: what its caller gets.
        seconds: how long the call took, waiting included.
    """
    reason = _reason_of(error, execution)
    tool.metrics.record(reason, seconds, 0, execution.host_calls)
    if registry.tracing is not None:
        registry.tracing.raised(execution.call_id, reason, execution.host_calls)
    if registry.events.heard and reason != BUSY:
        _tell_raised(registry.events, tool.name, execution, error, seconds)
    if CALLS.isEnabledFor(logging.DEBUG):
        # Not the exception's text: it may be about arguments.
        CALLS.debug(
            "%s: %s after %.6f s: %s",
            tool.name,
            reason,
            seconds,
            type(error).__name__,
            extra={
                "call_id": execution.call_id,
                "tool": tool.name,
                "user": execution.user,
                "reason": reason,
                "seconds": seconds,
                "host_calls": execution.host_calls,
            },
        )


def _reason_of(error: BaseException, execution: Execution) -> str:
    """What a call counts as that gave no result."""
    if isinstance(error, asyncio.CancelledError):
        return StopReason.CANCELLED.value
    # First: a host function may itself call a tool and find the engine busy.
    if error is execution.host_error:
        return HOST_ERROR
    return BUSY if isinstance(error, EngineBusy) else StopReason.CRASHED.value


def _tell_raised(publisher: Publisher, name: str, execution: Execution, error: BaseException, seconds: float) -> None:
    """Publishes the end of a call that gave no result, in the closed set of the contract: what raised is `crashed`."""
    cancelled = isinstance(error, asyncio.CancelledError)
    tell_call(
        publisher,
        name,
        execution.call_id,
        execution.user,
        StopReason.CANCELLED if cancelled else StopReason.CRASHED,
        seconds,
        message="" if cancelled else f"{type(error).__name__}: {error}",
        host_calls=execution.host_calls,
    )
