"""Calls as they are recorded: all that a script was told from outside, so that it can be told the same again."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from crucible_tools.model import recorded
from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition

MARKER: Final = "[redacted]"
"""What stands in a record where something was that must not be in it."""


class Answer(StrEnum):
    """What became of a host call."""

    VALUE = "value"
    """The function gave a value."""
    ERROR = "error"
    """The function gave its own error."""
    REFUSED = "refused"
    """The script used the function wrongly, or there was none: Rune stopped it with a message."""
    STOPPED = "stopped"
    """The engine stopped the script: a denial or a limit."""
    RAISED = "raised"
    """A function of the application raised an exception."""
    NONE = "none"
    """The call was over before the function was: its time was up, or it was cancelled."""


class Cut(StrEnum):
    """What of a call did not fit into its record any more."""

    ARGUMENTS = "arguments"
    HOST_CALLS = "host_calls"
    RESULT = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCallRecord:
    """One host call of a recorded call.

    Args:
        function: canonical name, `http::get`.
        arguments: their JSON text, redacted; of long ones only the beginning.
        digest: SHA-256 of the whole of it, by which arguments are compared.
        answer: what became of it.
        text: JSON text of the value or the error; a message of the other answers.
        reason: why the engine stopped the script, if it did.
        details: what it said about that.
        seconds: how long it took.
        redacted: whether something was replaced in the answer.
    """

    function: str
    arguments: str
    digest: str
    answer: Answer
    text: str = ""
    reason: StopReason | None = None
    details: JsonObject | None = None
    seconds: float = 0.0
    redacted: bool = False

    def to_json(self) -> JsonObject:
        """All of it."""
        return {
            "function": self.function,
            "arguments": self.arguments,
            "digest": self.digest,
            "answer": self.answer.value,
            "text": self.text,
            "reason": self.reason.value if self.reason else None,
            "details": self.details,
            "seconds": self.seconds,
            "redacted": self.redacted,
        }

    @staticmethod
    def from_json(data: object) -> "HostCallRecord":
        """What `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        row = recorded.json_object(data)
        answer = Answer(recorded.of(str, row["answer"]))
        call = HostCallRecord(
            function=recorded.of(str, row["function"]),
            arguments=recorded.of(str, row["arguments"]),
            digest=recorded.of(str, row["digest"]),
            answer=answer,
            text=recorded.of(str, row["text"]),
            reason=None if row["reason"] is None else StopReason(recorded.of(str, row["reason"])),
            details=None if row["details"] is None else recorded.json_object(row["details"]),
            seconds=recorded.seconds(row["seconds"]),
            redacted=recorded.of(bool, row["redacted"]),
        )
        if (answer is Answer.STOPPED) is not (call.reason not in (None, StopReason.FINISHED)):
            raise ValueError("a host call has a stop reason that stopped nothing, or stopped without one")
        if call.text and answer in (Answer.VALUE, Answer.ERROR):
            json.loads(call.text)
        return call


@dataclass(frozen=True, kw_only=True)
class Program:
    """What was called: the same for all calls of one version of a tool under one policy.

    Args:
        definition: of the tool, with its way in.
        source: the text that was loaded.
        policy: what it ran under.
        modules: the modules beside those of the guest that the source may use, as the guest's loader wants them.
        routed: functions of the guest that the host answered.
        engine: which engine it was.
        names: of values that are never recorded (`RecordConfig.redact`).
        prefixes: of words that are never recorded.
    """

    definition: ToolDefinition
    source: str
    policy: Policy
    modules: tuple[JsonObject, ...] = ()
    routed: tuple[str, ...] = ()
    engine: str = ""
    names: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    @cached_property
    def source_hash(self) -> str:
        """SHA-256 of the source, which is that of the migrated source in the tool's history."""
        return hashlib.sha256(self.source.encode(errors="replace")).hexdigest()

    @cached_property
    def text(self) -> str:
        """All of it as JSON text in ASCII, always the same."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of that text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def to_json(self) -> JsonObject:
        """All of it."""
        return {
            "definition": self.definition.to_json(),
            "source": self.source,
            "policy": self.policy.to_json(),
            "modules": list(self.modules),
            "routed": list(self.routed),
            "engine": self.engine,
            "names": list(self.names),
            "prefixes": list(self.prefixes),
        }

    @staticmethod
    def from_json(data: object) -> "Program":
        """What `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is something else.
        """
        row = recorded.json_object(data)
        recorded.check_texts(row)
        return Program(
            definition=ToolDefinition.from_json(recorded.definition(row["definition"])),
            source=recorded.of(str, row["source"]),
            policy=Policy.from_json(recorded.policy(row["policy"])),
            modules=tuple(recorded.module(item) for item in recorded.array(row["modules"])),
            routed=recorded.texts(row["routed"]),
            engine=recorded.of(str, row["engine"]),
            names=recorded.texts(row["names"]),
            prefixes=recorded.texts(row["prefixes"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call of a tool, as it was.

    Args:
        call_id: of the call.
        program: what was called.
        at: when it began, in UTC.
        seconds: how long it took, waiting included.
        arguments: JSON text of what the tool was given, defaults filled in; None when it was too long to be kept.
        stop_reason: how it ended.
        result: JSON text of what it gave; None when it gave none, or one that was too long to be kept.
        error: why it gave none, as results have it.
        host_calls: in the order in which the script made them: it makes one at a time.
        user: who called, if the caller said so.
        context_ref: the caller's own.
        metadata: what else the caller said.
        logs: what the script logged, level and text, as far as it was kept.
        peak_memory_bytes: of its VM.
        cut: what was too long to be kept.
        redacted: whether something was replaced.
    """

    call_id: str
    program: Program
    at: datetime
    seconds: float
    arguments: str | None
    stop_reason: StopReason
    result: str | None = None
    error: JsonObject | None = None
    host_calls: tuple[HostCallRecord, ...] = ()
    user: str | None = None
    context_ref: str | None = None
    metadata: JsonObject = field(default_factory=dict[str, Any])
    logs: tuple[tuple[str, str], ...] = ()
    peak_memory_bytes: int = 0
    cut: frozenset[Cut] = frozenset()
    redacted: bool = False

    @property
    def tool(self) -> str:
        """The tool's name."""
        return self.program.definition.name

    def body(self) -> JsonObject:
        """All of it but what was called: that is kept once for many calls."""
        return {
            "call_id": self.call_id,
            "at": self.at.isoformat(),
            "seconds": self.seconds,
            "arguments": self.arguments,
            "stop_reason": self.stop_reason.value,
            "result": self.result,
            "error": self.error,
            "host_calls": [call.to_json() for call in self.host_calls],
            "user": self.user,
            "context_ref": self.context_ref,
            "metadata": self.metadata,
            "logs": [list(line) for line in self.logs],
            "peak_memory_bytes": self.peak_memory_bytes,
            "cut": sorted(part.value for part in self.cut),
            "redacted": self.redacted,
        }

    def to_json(self) -> JsonObject:
        """All of it."""
        return {**self.body(), "program": self.program.to_json()}

    @staticmethod
    def from_json(data: object, program: Program | None = None) -> "CallRecord":
        """What `to_json` wrote; with a program, what `body` wrote.

        Raises:
            KeyError, TypeError, ValueError, AttributeError, RecursionError: it is something else.
        """
        row = recorded.json_object(data)
        recorded.check_texts(row)
        at = datetime.fromisoformat(recorded.of(str, row["at"]))
        if at.tzinfo is None:
            raise ValueError("the time of a call has no time zone")
        record = CallRecord(
            call_id=recorded.of(str, row["call_id"]),
            program=program or Program.from_json(row["program"]),
            at=at,
            seconds=recorded.seconds(row["seconds"]),
            arguments=recorded.text(row["arguments"]),
            stop_reason=StopReason(recorded.of(str, row["stop_reason"])),
            result=recorded.text(row["result"]),
            error=None if row["error"] is None else recorded.error(row["error"]),
            host_calls=tuple(HostCallRecord.from_json(item) for item in recorded.array(row["host_calls"])),
            user=recorded.text(row["user"]),
            context_ref=recorded.text(row["context_ref"]),
            metadata=recorded.json_object(row["metadata"]),
            logs=tuple(recorded.log(item) for item in recorded.array(row["logs"])),
            peak_memory_bytes=recorded.whole(row["peak_memory_bytes"]),
            cut=frozenset(Cut(part) for part in recorded.texts(row["cut"])),
            redacted=recorded.of(bool, row["redacted"]),
        )
        for text in (record.arguments, record.result):
            if text:
                json.loads(text)
        if record.arguments is None and Cut.ARGUMENTS not in record.cut:
            raise ValueError("a call has no arguments")
        return record
