"""What callers are given: an outcome of the sandbox as a `ToolExecutionResult`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.protocol import parse_json
from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.enums import StopReason
from crucible_tools.model.tools import ErrorKind, ToolErrorInfo, ToolExecutionContext, ToolExecutionResult

if TYPE_CHECKING:
    from crucible_tools.engine.tool import LoadedTool

_KINDS: Final[dict[StopReason, ErrorKind]] = {
    StopReason.TOOL_ERROR: "tool",
    StopReason.SCRIPT_ERROR: "script",
    StopReason.BAD_VALUE: "bad_value",
    StopReason.TIMED_OUT: "timed_out",
    StopReason.OUT_OF_MEMORY: "out_of_memory",
    StopReason.STACK_EXHAUSTED: "stack_exhausted",
    StopReason.CANCELLED: "cancelled",
    StopReason.DENIED: "denied",
    StopReason.LIMIT: "limit_exceeded",
    StopReason.CRASHED: "crashed",
    StopReason.REFUSED: "refused",
}


def finished(
    tool: LoadedTool, call_id: str, context: ToolExecutionContext | None, seconds: float, outcome: Outcome
) -> ToolExecutionResult:
    """The result of a call that was made."""
    value, error = read(outcome)
    return result(tool, call_id, context, seconds, outcome, error, value)


def read(outcome: Outcome) -> tuple[Any, ToolErrorInfo | None]:
    """The value of a call that was made, or why it gave none."""
    value: Any = None
    if outcome.value:
        try:
            value = parse_json(outcome.value)
        except BadGuestAnswer as error:
            outcome.reason, outcome.message = StopReason.CRASHED, error.message
    if outcome.reason is StopReason.FINISHED:
        return value, None
    if outcome.reason is StopReason.TOOL_ERROR:
        return None, ToolErrorInfo("tool", _told(value), data=value)
    message = outcome.message
    if outcome.details and "path" in outcome.details:
        message = f"{message} (at {outcome.details['path']} of the result)"
    return None, ToolErrorInfo(_KINDS[outcome.reason], message, outcome.details, outcome.location)


def _told(data: Any) -> str:
    """What a tool's own error says: a text, the message in an object, or its JSON."""
    if isinstance(data, str):
        return data
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        for key in ("message", "error"):
            if isinstance(fields.get(key), str):
                return fields[key]
    return f"the tool failed: {json.dumps(data, ensure_ascii=False)[:500]}"


def result(
    tool: LoadedTool,
    call_id: str,
    context: ToolExecutionContext | None,
    seconds: float,
    outcome: Outcome | None,
    error: ToolErrorInfo | None,
    value: Any = None,
) -> ToolExecutionResult:
    """The result of a call that was made (with its outcome) or refused before (without one)."""
    metadata: dict[str, Any] = {"call_id": call_id}
    if outcome is not None:
        metadata["stop_reason"] = outcome.reason.value
        metadata["peak_memory_bytes"] = outcome.memory_bytes
        metadata["host_calls"] = outcome.host_calls
        logs = outcome.logs
        metadata["logs"] = [{"level": line.level, "text": line.text} for line in logs] if logs else []
    return ToolExecutionResult(
        error is None,
        value,
        error,
        timedelta(seconds=seconds),
        tool.definition.name,
        context.context_ref if context is not None else None,
        metadata,
    )
