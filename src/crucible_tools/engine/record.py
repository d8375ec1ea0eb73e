"""Recording: what a call is told from outside is kept, so that it can be told the same again (`replay`).

A recorded call has a VM of its own, as its replay has: in one that had calls before, Rune's hash maps have other keys
and what is left of the memory is another. Whoever does not record pays nothing: the VM of a recorded call is served by
another `HostCalls`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakKeyDictionary

from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.record_calls import RecordedCalls
from crucible_tools.engine.record_redaction import Redaction
from crucible_tools.model.calls import CallRecord, Cut, HostCallRecord, Program
from crucible_tools.model.enums import StopReason
from crucible_tools.model.tools import ToolErrorInfo, ToolExecutionContext

if TYPE_CHECKING:
    from crucible_tools.config import RecordConfig
    from crucible_tools.engine.pool import Pool
    from crucible_tools.engine.record_calls import Asked
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.vm import VM
    from crucible_tools.model.json import JsonObject
    from crucible_tools.model.tools import ToolDefinition, ToolExecutionResult

_AT_ONCE: Final = 16 << 10
"""Bytes that are redacted on the event loop; more than that on a thread."""
_WHOLE: Final = 64 << 10
"""Arguments of a host call up to this length are kept, and of longer ones only their digest."""
_MOST_ID: Final = 128
"""Characters of an id that are kept: callers choose them."""
_LEAST_SECRET: Final = 4
"""Shorter values of secret headers would be found in anything."""


class RecordSink(Protocol):
    """Who takes records of calls. Called when a call has ended, on any thread."""

    def recorded(self, record: CallRecord) -> None:
        """Takes a record. Must not raise and must not block."""
        ...


class Recording:
    """What is kept of one call while it runs.

    Args:
        registry: the host functions.
        most_bytes: of all that is kept.
    """

    def __init__(self, registry: Registry, most_bytes: int) -> None:
        self._registry = registry
        self._left = most_bytes
        self.over = False
        """Whether the call has ended: what a function answers now is no part of it."""
        self.most_bytes = most_bytes
        self.asked: list[Asked] = []
        self.cut: set[Cut] = set()
        self.pool: Pool | None = None
        """Whose VM it runs in; None while it has not begun to run."""
        self.arguments: bytes | None = None
        self.at = datetime.now(UTC)

    @property
    def bytes(self) -> int:
        """How much is kept."""
        return self.most_bytes - self._left

    def start(self, vm: VM, pool: Pool, arguments: bytes) -> None:
        """The call begins to run in a VM, which no other call had before."""
        self.pool = pool
        if self.has_room(len(arguments)):
            self.arguments = arguments
        else:
            self.cut.add(Cut.ARGUMENTS)
        vm.serve_by(RecordedCalls(self._registry, vm.policy, self))

    def has_room(self, length: int) -> bool:
        """Whether so many bytes can be kept; they are counted then."""
        if length > self._left:
            return False
        self._left -= length
        return True

    def ask(self, call: Asked) -> bool:
        """Keeps a host call; False when the record is full, which then has no further ones."""
        if Cut.HOST_CALLS in self.cut or not self.has_room(min(len(call.arguments), _WHOLE) + len(call.function)):
            self.cut.add(Cut.HOST_CALLS)
            return False
        self.asked.append(call)
        return True

    def drop_last(self) -> None:
        """The answer of the last host call does not fit any more."""
        self.asked.pop()
        self.cut.add(Cut.HOST_CALLS)


class Recorder:
    """Makes the records of an engine's calls.

    Args:
        config: how much is recorded, and what never is.
        registry: the host functions of the engine.
        sinks: take the records.
        environment: has the values of secret headers.
        identity: gives what tells this engine from others.
    """

    def __init__(
        self,
        config: RecordConfig,
        registry: Registry,
        sinks: Iterable[RecordSink],
        environment: Mapping[str, str],
        identity: Callable[[], str],
    ) -> None:
        self._config = config
        self._registry = registry
        self._sinks = tuple(sinks)
        self._environment = environment
        self._identity = identity
        self._engine = ""
        self._programs: WeakKeyDictionary[Pool, Program] = WeakKeyDictionary()

    def begin(self) -> Recording:
        """For a call that may begin to run."""
        # The engine may be closed when the call ends.
        self._engine = self._engine or self._identity()
        return Recording(self._registry, self._config.max_call_bytes)

    async def finish(
        self,
        recording: Recording,
        definition: ToolDefinition,
        call_id: str,
        context: ToolExecutionContext | None,
        outcome: Outcome,
        made: ToolExecutionResult,
    ) -> None:
        """The call has ended: its record is made, and handed to the sinks.

        Args:
            recording: what was kept while it ran.
            definition: of the tool.
            call_id: of the call.
            context: what the caller said.
            outcome: how it ended.
            made: what its caller is told.
        """
        ended = self._ended(recording, definition, call_id, context)
        if ended is None:
            return
        seconds = made.execution_time.total_seconds()
        if recording.bytes + len(outcome.value) <= _AT_ONCE:
            self._hand_over(ended.record(outcome, made.error, seconds))
        else:
            self._hand_over(await asyncio.to_thread(ended.record, outcome, made.error, seconds))

    def raised(
        self,
        recording: Recording,
        definition: ToolDefinition,
        call_id: str,
        context: ToolExecutionContext | None,
        error: BaseException,
        seconds: float,
    ) -> None:
        """The call has ended with an exception, or its caller went away: nothing can be waited for any more."""
        ended = self._ended(recording, definition, call_id, context)
        if ended is None:
            return
        if isinstance(error, asyncio.CancelledError):
            reason, told = StopReason.CANCELLED, ToolErrorInfo("cancelled", "the call was cancelled")
        else:
            reason = StopReason.CRASHED
            told = ToolErrorInfo("crashed", f"a host function raised {type(error).__name__}")
        self._hand_over(ended.record(Outcome(reason), told, seconds))

    def _ended(
        self, recording: Recording, definition: ToolDefinition, call_id: str, context: ToolExecutionContext | None
    ) -> _Ended | None:
        """What a record is made of; None when the call never ran."""
        if recording.pool is None:
            return None
        recording.over = True
        program = self._program(recording.pool, definition)
        redaction = redaction_of(program, self._environment)
        return _Ended(recording, program, redaction, call_id, context)

    def _hand_over(self, record: CallRecord) -> None:
        for sink in self._sinks:
            sink.recorded(record)

    def _program(self, pool: Pool, definition: ToolDefinition) -> Program:
        program = self._programs.get(pool)
        if program is None or program.definition is not definition:
            registry, policy = self._registry, pool.policy
            program = self._programs[pool] = Program(
                definition=definition,
                source=pool.source,
                policy=policy,
                modules=tuple(registry.declarations(pool.source)),
                routed=registry.routed(policy.capabilities),
                engine=self._engine,
                names=self._config.redact,
                prefixes=self._config.redact_prefixes,
            )
        return program


class _Ended:
    """A call that has ended, on its way into a record."""

    def __init__(
        self,
        recording: Recording,
        program: Program,
        redaction: Redaction,
        call_id: str,
        context: ToolExecutionContext | None,
    ) -> None:
        self._recording = recording
        self._program = program
        self._redaction = redaction
        self._call_id = call_id
        self._context = context or ToolExecutionContext()
        self._redacted = False

    def record(self, outcome: Outcome, error: ToolErrorInfo | None, seconds: float) -> CallRecord:
        """The record, without what must not be in it; what does not fit any more is left out."""
        recording, context = self._recording, self._context
        told = (recording.arguments or b"", outcome.value, *(part for call in recording.asked for part in call.texts))
        self._redaction = self._redaction.knowing(text.decode("utf-8", "replace") for text in told)
        calls = tuple(self._host_call(call) for call in recording.asked)
        result, failure = self._result(outcome), self._error(error)
        logs, metadata = self._logs(outcome), self._metadata()
        return CallRecord(
            call_id=self._call_id[:_MOST_ID],
            program=self._program,
            at=recording.at,
            seconds=seconds,
            arguments=None if recording.arguments is None else self._text(recording.arguments),
            stop_reason=outcome.reason,
            result=result,
            error=failure,
            host_calls=calls,
            user=context.user and context.user[:_MOST_ID],
            context_ref=context.context_ref and context.context_ref[:_MOST_ID],
            metadata=metadata,
            logs=logs,
            peak_memory_bytes=outcome.memory_bytes,
            cut=frozenset(recording.cut),
            redacted=self._redacted,
        )

    def _text(self, data: bytes) -> str:
        clean, replaced = self._redaction.of_json(data.decode("utf-8", "replace"))
        self._redacted |= replaced
        return clean

    def _value(self, data: Any) -> Any:
        clean, replaced = self._redaction.of_value(data)
        self._redacted |= replaced
        return clean

    def _result(self, outcome: Outcome) -> str | None:
        if outcome.reason is not StopReason.FINISHED:
            return None
        if self._recording.has_room(len(outcome.value)):
            return self._text(outcome.value or b"null")
        self._recording.cut.add(Cut.RESULT)
        return None

    def _error(self, error: ToolErrorInfo | None) -> JsonObject | None:
        if error is None:
            return None
        told = error.to_json()
        if self._recording.has_room(len(_plain(told))):
            return self._value(told)
        self._recording.cut.add(Cut.RESULT)
        return {"kind": error.kind, "message": "(too long to be kept)", "data": None, "location": None}

    def _logs(self, outcome: Outcome) -> tuple[tuple[str, str], ...]:
        kept: list[tuple[str, str]] = []
        for line in outcome.logs:
            if not self._recording.has_room(len(line.text) + len(line.level)):
                break
            kept.append((line.level, self._value(line.text)))
        return tuple(kept)

    def _metadata(self) -> JsonObject:
        """What the caller said besides; its own, so it may be anything."""
        try:
            text = _plain(self._context.metadata)
        except (ValueError, RecursionError):
            return {}
        return self._value(json.loads(text)) if self._recording.has_room(len(text)) else {}

    def _host_call(self, call: Asked) -> HostCallRecord:
        arguments, digest = noted(call.arguments, self._redaction)
        text, redacted = self._redaction.of_json(call.text.decode("utf-8", "replace"))
        details, more = (None, False)
        if call.details is not None:
            details, more = self._redaction.of_value(json.loads(_plain(call.details)))
        self._redacted |= redacted or more
        return HostCallRecord(
            function=call.function,
            arguments=arguments,
            digest=digest,
            answer=call.answer,
            text=text,
            reason=call.reason,
            details=details,
            seconds=call.seconds,
            redacted=redacted or more,
        )


def _plain(value: Any) -> str:
    """A value as JSON text; what is no JSON as Python shows it."""
    return json.dumps(value, default=repr, skipkeys=True)


def redaction_of(program: Program, environment: Mapping[str, str]) -> Redaction:
    """What is replaced in the records of a program's calls.

    Args:
        program: with the names and prefixes.
        environment: has the values of its policy's secret headers.
    """
    values = (environment.get(header.variable, "").strip() for header in program.policy.http.headers)
    secrets = [value for value in values if len(value) >= _LEAST_SECRET]
    return Redaction(program.names, program.prefixes, secrets)


def noted(arguments: bytes, redaction: Redaction) -> tuple[str, str]:
    """The arguments of a host call as a record has them: their text, and the digest by which they are compared.

    Args:
        arguments: their JSON text; of a long one no text is kept.
        redaction: what is replaced before the digest is made.
    """
    if len(arguments) > _WHOLE:
        return "", hashlib.sha256(arguments).hexdigest()
    text, _ = redaction.of_json(arguments.decode("utf-8", "replace"))
    text = canonical(text)
    return text, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def canonical(text: str) -> str:
    """A JSON text, however its objects were ordered; one that is no JSON as it is."""
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text
