"""Replays: a recorded call is run again, and everything that it asks for is answered from the record."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.record import canonical, redaction_of
from crucible_tools.engine.replay_calls import RecordedFunctions, ReplayedCalls
from crucible_tools.engine.results import read
from crucible_tools.errors import InvalidArguments, RecordIncomplete
from crucible_tools.model.calls import CallRecord, Cut
from crucible_tools.model.enums import StopReason
from crucible_tools.model.replays import Difference, Replay, What
from crucible_tools.model.tools import ToolErrorInfo, ToolExecutionResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_tools.engine.record_redaction import Redaction
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.model.policy import Policy
    from crucible_tools.model.tools import ToolDefinition

_OUTSIDE: Final = frozenset({StopReason.TIMED_OUT, StopReason.CANCELLED})
"""Reasons whose message says when it was, not what the script did."""


async def replay(
    sandbox: Sandbox,
    registry: Registry,
    record: CallRecord,
    source: str | None = None,
    definition: ToolDefinition | None = None,
    policy: Policy | None = None,
    environment: Mapping[str, str] | None = None,
) -> Replay:
    """Runs a recorded call again, in a VM of its own. Nothing outside is touched: no host function is run.

    Args:
        sandbox: where the VM comes from.
        registry: whose modules another source may name.
        record: the call.
        source: another source than the recorded one.
        definition: the way into that source; the recorded one if not given.
        policy: other limits than the recorded ones.
        environment: has the values of secret headers, which the record does not have.

    Raises:
        RecordIncomplete: the record lacks the call's arguments, which were too long.
        RegistrationError: the definition's schema is not valid.
    """
    if record.arguments is None:
        raise RecordIncomplete(
            f"the arguments of the call {record.call_id} were too long to be recorded",
            hint="max_call_bytes in [record] says how much of a call is kept",
        )
    run = _Run(sandbox, registry, record, source, definition, policy, redaction_of(record.program, environment or {}))
    return await run.replayed()


class _Run:
    """One replay."""

    def __init__(
        self,
        sandbox: Sandbox,
        registry: Registry,
        record: CallRecord,
        source: str | None,
        definition: ToolDefinition | None,
        policy: Policy | None,
        redaction: Redaction,
    ) -> None:
        program = record.program
        self._sandbox = sandbox
        self._record = record
        self._source = program.source if source is None else source
        self._definition = definition or program.definition
        self._policy = policy or program.policy
        self._changed = self._source != program.source
        self._redaction = redaction
        self._functions = RecordedFunctions(record, registry if self._changed else None)
        self._calls = ReplayedCalls(self._functions, self._policy, record, self._redaction, same=not self._changed)
        self._began = time.perf_counter()

    async def replayed(self) -> Replay:
        arguments = Arguments(self._definition, self._policy)
        try:
            payload = self._payload(arguments)
        except InvalidArguments as error:
            return self._failed(What.ARGUMENTS, "invalid_arguments", error.message)
        except Stop as stop:
            return self._failed(What.ARGUMENTS, "limit_exceeded", stop.message)
        vm = self._sandbox.vm(self._functions, self._policy, self._definition.name)
        try:
            loaded = await vm.load(self._source)
            if not loaded.ok:
                return self._failed(What.COMPILE, "script", loaded.message, loaded)
            vm.serve_by(self._calls)
            outcome = await vm.call(arguments.head, payload, call_id=self._record.call_id)
        finally:
            vm.close()
        result = self._result(outcome)
        return self._replay(result, self._differences(outcome, result))

    def _payload(self, arguments: Arguments) -> bytes:
        """What the script is given: what it was given, or for another one what it makes of the arguments."""
        payload = (self._record.arguments or "").encode("utf-8", "replace")
        if not self._changed or self._record.redacted:
            return payload
        return arguments.encode(payload)

    def _result(self, outcome: Outcome) -> ToolExecutionResult:
        value, error = read(outcome)
        return ToolExecutionResult(
            error is None,
            value,
            error,
            timedelta(seconds=time.perf_counter() - self._began),
            self._definition.name,
            self._record.context_ref,
            {
                "call_id": self._record.call_id,
                "stop_reason": outcome.reason.value,
                "peak_memory_bytes": outcome.memory_bytes,
                "host_calls": outcome.host_calls,
                "logs": [{"level": line.level, "text": line.text} for line in outcome.logs],
            },
        )

    def _failed(self, what: What, kind: Any, message: str, outcome: Outcome | None = None) -> Replay:
        location = outcome.location if outcome is not None else None
        error = ToolErrorInfo(kind, message, location=location)
        seconds = timedelta(seconds=time.perf_counter() - self._began)
        result = ToolExecutionResult(False, None, error, seconds, self._definition.name)
        return self._replay(result, [Difference(what, message, got=error.to_json())])

    def _replay(self, result: ToolExecutionResult, differences: list[Difference]) -> Replay:
        return Replay(
            call_id=self._record.call_id,
            result=result,
            differences=tuple(differences),
            host_calls=self._calls.used,
            source_changed=self._changed,
            engine_changed=self._record.program.engine != self._sandbox.identity,
            redacted=self._record.redacted,
        )

    def _differences(self, outcome: Outcome, result: ToolExecutionResult) -> list[Difference]:
        """What is different, the first difference first."""
        if self._calls.difference is not None:
            return [self._calls.difference]
        record, found = self._record, list[Difference]()
        for number, left in enumerate(self._calls.left, self._calls.used + 1):
            found.append(
                Difference(
                    What.LEFT,
                    f"host call {number} is recorded and was not made",
                    expected=f"{left.function}{left.arguments or '(long arguments)'}",
                    number=number,
                )
            )
            break
        if outcome.reason is not record.stop_reason:
            message = f"it ended with {outcome.reason.value}, not with {record.stop_reason.value}"
            got, expected = _end(result), record.error or _value(record)
            return [*found, Difference(What.STOP_REASON, message, expected=expected, got=got)]
        if result.error is None:
            found += self._other_result(outcome)
        elif outcome.reason not in _OUTSIDE:
            found += self._other_error(result.error)
        return found

    def _other_result(self, outcome: Outcome) -> list[Difference]:
        record = self._record
        if Cut.RESULT in record.cut:
            return []
        clean, _ = self._redaction.of_json(outcome.value.decode("utf-8", "replace") or "null")
        got, expected = canonical(clean), canonical(record.result or "null")
        if got == expected:
            return []
        return [Difference(What.RESULT, "the result is another one", json.loads(expected), json.loads(got))]

    def _other_error(self, error: ToolErrorInfo) -> list[Difference]:
        """Messages and the data of `Err` count; places in the source, and what Rune says about its stack, do not."""
        expected = self._record.error or {}
        got, _ = self._redaction.of_value(error.to_json())
        names = ("kind", "message", "data") if error.kind == "tool" else ("kind", "message")
        told = [json.dumps([fields.get(name) for name in names], sort_keys=True) for fields in (got, expected)]
        if told[0] == told[1] or Cut.RESULT in self._record.cut:
            return []
        return [Difference(What.ERROR, "the error is another one", expected=expected, got=got)]


def _end(result: ToolExecutionResult) -> Any:
    return result.result if result.error is None else result.error.to_json()


def _value(record: CallRecord) -> Any:
    return None if record.result is None else json.loads(record.result)
