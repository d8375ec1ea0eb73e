"""Log lines about calls, each with its call's id; as text, or as one JSON object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from crucible_tools.model.tools import ToolErrorInfo, ToolExecutionResult

CALLS: Final = logging.getLogger("crucible_tools.calls")
"""What is told of calls and loads, at the level DEBUG; failures of ours at higher ones."""

EFFECTS: Final = logging.getLogger("crucible_tools.effects")
"""What scripts do outside, or are not allowed to do, at the level DEBUG."""

FIELDS: Final = (
    "call_id",
    "tool",
    "user",
    "reason",
    "seconds",
    "peak_memory_bytes",
    "host_calls",
    "function",
    "capability",
    "target",
    "allowed",
    "method",
    "path",
    "status",
)
"""Fields that a line may have beside time, level, logger and message."""


_MOST_TEXT: Final = 300
"""Characters of places that one line tells: callers choose how long keys are."""


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time level logger message`, those of `FIELDS` that the line has, and `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in FIELDS if record.__dict__.get(name) is not None}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)  # ASCII: no character of a script can end a line or repaint a terminal


class TextFormatter(logging.Formatter):
    """`LEVEL logger: message`, with the call's id in brackets where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        text = super().format(record)
        call_id = record.__dict__.get("call_id")
        return f"{record.levelname} {record.name}: {f'[{call_id}] ' if call_id else ''}{text}"


def log_call(result: ToolExecutionResult, user: str | None) -> None:
    """Tells how a call ended, and that its script logged something.

    Neither arguments nor results are told, nor any text that a script gave or that quotes what it was given: its
    `Err`, what it logs, the messages of violations. Those may hold secrets.

    Args:
        result: of the call.
        user: who called, if known.
    """
    metadata = result.metadata
    known = {"call_id": metadata.get("call_id"), "tool": result.tool_name, "user": user}
    for entry in metadata.get("logs", ()):
        CALLS.debug("%s logged a line of the level %s", result.tool_name, entry["level"], extra=known)
    reason = metadata.get("stop_reason") or (result.error.kind if result.error else "finished")
    seconds = result.execution_time.total_seconds()
    CALLS.debug(
        "%s: %s after %.6f s%s",
        result.tool_name,
        reason,
        seconds,
        _violations(result.error) if result.error else "",
        extra={
            **known,
            "reason": reason,
            "seconds": seconds,
            "peak_memory_bytes": metadata.get("peak_memory_bytes"),
            "host_calls": metadata.get("host_calls"),
        },
    )


def _violations(error: ToolErrorInfo) -> str:
    """Where refused arguments break the schema and which keyword of it, without their values: `: $.password (type)`."""
    if error.kind != "invalid_arguments" or not error.data:
        return ""
    places = (f"{each['path']} ({each.get('kind') or 'schema'})" for each in error.data)
    # ASCII: callers choose keys, and no character of one can end a line or repaint a terminal.
    return f": {ascii(', '.join(places))[1:-1][:_MOST_TEXT]}"


def log_load(tool: str, reason: str, seconds: float, call_id: str | None = None) -> None:
    """Tells that a tool was loaded into a VM, or why not; for which call, if one needed it."""
    known = {"call_id": call_id or None, "tool": tool, "reason": reason, "seconds": seconds}
    CALLS.debug("%s: loading: %s after %.6f s", tool, reason, seconds, extra=known)
