"""The calls of a server: those that run, and the last ones that ended."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from crucible_tools.engine.host.effects import Effect, bounded
from crucible_tools.engine.streaming import LogEvent, ProgressEvent
from crucible_tools.errors import EngineClosed, UsageError
from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import ToolErrorInfo, ToolExecutionResult

MOST_RECENT: Final = 500
"""Calls that have ended and are remembered: with all that each may hold below, some 10 MB."""

_MOST_LINES: Final = 100
_MOST_STEPS: Final = 100
"""Log lines and host calls of one call that are remembered; how many more there were is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStep:
    """Something that a call did outside of its sandbox, or wanted to do.

    Args:
        at: when, in UTC.
        function: the host function, `http::get`.
        target: on what, bounded and without secrets.
        allowed: whether it was allowed.
        reason: why not.
    """

    at: datetime
    function: str
    target: str
    allowed: bool
    reason: str = ""

    def to_json(self) -> JsonObject:
        """All of it."""
        return {
            "at": self.at.isoformat(),
            "function": self.function,
            "target": self.target,
            "allowed": self.allowed,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One call, as it is at the moment. Arguments and results are not in it: they may be secret.

    Args:
        id: by which it can be cancelled.
        tool: what is called.
        user: on whose behalf, if known.
        started: when, in UTC.
        ended: when; None while it runs.
        outcome: `running`, `finished`, an error kind of `ToolErrorInfo`, or the code of the error that was raised.
        stop_reason: why the script stopped, when it has.
        message: what went wrong, bounded.
        peak_memory_bytes: most linear memory of its VM, when it has ended.
        host_calls: how many host functions it called, when it has ended.
        steps: what it did outside; the first ones.
        more_steps: how many came after those.
        logs: what it logged, bounded; the first lines.
        more_logs: how many came after those.
        progress: how far it says that it is, 0 to 1.
        progress_message: what it says that it is doing.
    """

    id: str
    tool: str
    user: str | None
    started: datetime
    ended: datetime | None
    outcome: str
    stop_reason: str | None
    message: str
    peak_memory_bytes: int
    host_calls: int
    steps: tuple[HostStep, ...]
    more_steps: int
    logs: tuple[LogEvent, ...]
    more_logs: int
    progress: float | None
    progress_message: str

    @property
    def seconds(self) -> float:
        """How long it took, or runs already."""
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()

    def to_json(self) -> JsonObject:
        """All of it as JSON."""
        return {
            "id": self.id,
            "tool": self.tool,
            "user": self.user,
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "duration": self.seconds,
            "outcome": self.outcome,
            "stop_reason": self.stop_reason,
            "message": self.message,
            "peak_memory_bytes": self.peak_memory_bytes,
            "host_calls": self.host_calls,
            "steps": [step.to_json() for step in self.steps],
            "more_steps": self.more_steps,
            "logs": [{"level": line.level, "text": line.text} for line in self.logs],
            "more_logs": self.more_logs,
            "progress": self.progress,
            "progress_message": self.progress_message,
        }


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """A call while it runs; `view` is what others see of it."""

    id: str
    tool: str
    user: str | None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    outcome: str = "running"
    stop_reason: str | None = None
    message: str = ""
    peak_memory_bytes: int = 0
    host_calls: int = 0
    steps: list[HostStep] = field(default_factory=list[HostStep])
    more_steps: int = 0
    logs: list[LogEvent] = field(default_factory=list[LogEvent])
    more_logs: int = 0
    progress: float | None = None
    progress_message: str = ""
    cancelled: bool = False
    """Whether somebody cancelled it: it may not have reached the engine yet, which else knows."""

    def told(self, event: LogEvent | ProgressEvent) -> None:
        """Takes note of what the script tells."""
        if isinstance(event, ProgressEvent):
            self.progress, self.progress_message = event.fraction, bounded(event.message)
        elif len(self.logs) < _MOST_LINES:
            self.logs.append(LogEvent(event.level, bounded(event.text)))
        else:
            self.more_logs += 1

    def did(self, effect: Effect) -> None:
        """Takes note of what it did outside."""
        if len(self.steps) < _MOST_STEPS:
            self.steps.append(
                HostStep(
                    at=effect.at,
                    function=effect.function,
                    target=effect.target,
                    allowed=effect.allowed,
                    reason=effect.reason,
                )
            )
        else:
            self.more_steps += 1

    @property
    def has_result(self) -> bool:
        """Whether it has come to its end, well or not."""
        return self.outcome != "running"

    def finished(self, result: ToolExecutionResult) -> None:
        """Takes note of its result."""
        facts = result.metadata
        self.outcome = "finished" if result.error is None else result.error.kind
        self.message = "" if result.error is None else bounded(result.error.message)
        self.stop_reason = facts.get("stop_reason")
        self.peak_memory_bytes = int(facts.get("peak_memory_bytes") or 0)
        self.host_calls = int(facts.get("host_calls") or 0)

    def failed(self, code: str, message: str) -> None:
        """Takes note that it ended without a result."""
        self.outcome, self.message = code, bounded(message)

    def view(self) -> CallView:
        """The call as it is now."""
        return CallView(
            id=self.id,
            tool=self.tool,
            user=self.user,
            started=self.started,
            ended=self.ended,
            outcome=self.outcome,
            stop_reason=self.stop_reason,
            message=self.message,
            peak_memory_bytes=self.peak_memory_bytes,
            host_calls=self.host_calls,
            steps=tuple(self.steps),
            more_steps=self.more_steps,
            logs=tuple(self.logs),
            more_logs=self.more_logs,
            progress=self.progress,
            progress_message=self.progress_message,
        )


def cancelled_before(call: LiveCall) -> ToolExecutionResult:
    """The result of a call that was cancelled before the engine had it."""
    return ToolExecutionResult(
        success=False,
        result=None,
        error=ToolErrorInfo("cancelled", "the call was cancelled"),
        execution_time=datetime.now(UTC) - call.started,
        tool_name=call.tool,
        metadata={"call_id": call.id, "stop_reason": StopReason.CANCELLED.value},
    )


class CallBook:
    """All calls that run, and the last ones that ended. Hears of an engine's effects.

    Args:
        most: ended calls that are remembered.
    """

    def __init__(self, most: int = MOST_RECENT) -> None:
        self._live: dict[str, LiveCall] = {}
        self._recent: deque[LiveCall] = deque(maxlen=most)
        self._empty = asyncio.Event()
        self._empty.set()
        self._closed = False
        self._prefix = uuid.uuid4().hex[:12]
        self._numbers = itertools.count(1)

    def new_id(self) -> str:
        """An id that no other call has, here or in another process: `PREFIX-NUMBER`."""
        return f"{self._prefix}-{next(self._numbers)}"

    def close(self) -> None:
        """No call begins from now on."""
        self._closed = True

    def begin(self, call_id: str, tool: str, user: str | None) -> LiveCall:
        """A call begins.

        Raises:
            EngineClosed: no call begins any more.
            UsageError: one of this id runs already.
        """
        if self._closed:
            raise EngineClosed(
                "the server is being stopped", hint="ask again in a moment: another one may have started"
            )
        if call_id in self._live:
            raise UsageError(f"a call of the id {call_id!r} runs already", hint="choose another id, or leave it out")
        call = self._live[call_id] = LiveCall(id=call_id, tool=tool, user=user)
        self._empty.clear()
        return call

    def end(self, call: LiveCall) -> None:
        """A call has ended."""
        call.ended = datetime.now(UTC)
        self._live.pop(call.id, None)
        self._recent.append(call)
        if not self._live:
            self._empty.set()

    def effect(self, effect: Effect) -> None:
        """Takes note of what a call did outside."""
        call = self._live.get(effect.call_id)
        if call is not None:
            call.did(effect)

    def find(self, call_id: str) -> LiveCall | None:
        """The running call of this id, else the last one that ended."""
        live = self._live.get(call_id)
        return live or next((call for call in reversed(self._recent) if call.id == call_id), None)

    def live(self, wanted: Callable[[LiveCall], bool]) -> tuple[CallView, ...]:
        """Those that run, the oldest first."""
        return tuple(call.view() for call in self._live.values() if wanted(call))

    def recent(self, wanted: Callable[[LiveCall], bool], limit: int) -> tuple[CallView, ...]:
        """Those that ended, the newest first."""
        found: list[CallView] = []
        for call in reversed(self._recent):
            if len(found) >= limit:
                break
            if wanted(call):
                found.append(call.view())
        return tuple(found)

    async def until_none(self) -> None:
        """Waits until no call runs."""
        await self._empty.wait()
