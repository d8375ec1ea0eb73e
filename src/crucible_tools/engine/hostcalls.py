"""The host's side of a host call: who may call what, how often and how much, and the answer."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine import protocol
from crucible_tools.engine.basic import LEVELS, PRINT
from crucible_tools.engine.host.effects import CallFacts, HostContext
from crucible_tools.engine.outcome import LogLine, Progress, Stop
from crucible_tools.engine.progress import PROGRESS, report
from crucible_tools.engine.registry import HostFunction, ToolFailure, WrongArguments
from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.registry import Registry
    from crucible_tools.model.policy import Policy

Reply = tuple[int, bytes]
"""Status (0: value, 1: the function's own error, 2: the script stops with this text) and JSON."""

OK: Final = 0
ERR: Final = 1
STOP: Final = 2
_NOTHING: Final = (OK, b"")
_LOGS: Final = {f"crucible::log_{level}": level for level in LEVELS} | {PRINT: "print"}
NAME_BYTES: Final = 200
"""Of a function's name at most so many are looked at."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A host call that the script waits for."""

    function: HostFunction
    arguments: list[Any]


class HostCalls:
    """Answers the host calls of one VM's calls, one call after the other, under its policy."""

    def __init__(self, registry: Registry, policy: Policy) -> None:
        self._registry = registry
        self._policy = policy
        self._pending: Pending | None = None
        self._call = CallFacts("")
        self._span: Context | None = None
        self._denied: tuple[str, str] | None = None
        self._log_bytes = 0
        self.count = 0
        self.by_capability: dict[str, int] = {}
        """How often the call used which capability."""
        self.logs: list[LogLine] = []
        self.host_error: Exception | None = None
        """What a function of the application raised: its fault, and not the sandbox's."""
        self.listener: Listener | None = None
        """Hears of each line of the log, on the thread that polls the script."""
        self._outside: contextvars.Context | None = None
        """The caller's context, while a worker's thread polls the script: it has none of its own."""

    def begin(self, call: CallFacts) -> None:
        """A new call: nothing was called or logged yet."""
        self._call = call
        tracing = self._registry.tracing
        self._span = tracing.context() if tracing is not None else None
        self._pending = None
        self._denied = None
        self._log_bytes = 0
        self.count = 0
        self.by_capability = {}
        self.logs = []

    @contextmanager
    def on_worker(self) -> Generator[None]:
        """While a worker's thread polls the script, only functions that are safe there run at once; in the caller's
        context all the same."""
        self._outside = contextvars.copy_context()
        try:
            yield
        finally:
            self._outside = None

    def take_pending(self) -> Pending | None:
        """The host call that `invoke` left to be run, once."""
        pending, self._pending = self._pending, None
        return pending

    def invoke(self, name_bytes: bytes, argument_bytes: bytes) -> Reply | None:
        """Called while the script runs, on whatever thread polls it: answers at once, or leaves the call pending.

        Raises:
            Stop: the script must not go on: denied, or a limit.
            BadGuestAnswer: the guest's request makes no sense.
        """
        name = name_bytes[:NAME_BYTES].decode("utf-8", "replace")
        level = self._log_level(name)
        if level is not None:
            self._log(level, argument_bytes)
            return _NOTHING
        self._count(name, len(argument_bytes))
        capability = self._registry.capability_of(name)
        if capability is None:
            raise BadGuestAnswer(f"the guest asks for {name!r}, which nobody knows")
        self.by_capability[capability] = self.by_capability.get(capability, 0) + 1
        if not self._policy.allows(capability):
            self._denied = (name, capability)
            raise Stop(
                StopReason.DENIED,
                f"{name} needs the capability {capability}, which this policy does not have",
                capability=capability,
                function=name,
            )
        function = self._registry.get(name)
        if function is None:
            return STOP, f"{name}: no module that does this is registered".encode()
        try:
            pending = Pending(function, function.check(protocol.parse_list(argument_bytes)))
            if function.call is report:
                fraction, message = pending.arguments
                self._progress(fraction, message, len(argument_bytes))
                return _NOTHING
        except WrongArguments as error:
            return STOP, error.message.encode()
        outside = self._outside
        # What is told of the call reports effects, and those who hear of them do so on the loop's thread.
        safe = outside is None or (function.inline and not function.contextual)
        if function.asynchronous or function.blocking or not safe:
            self._pending = pending
            return None
        return self.run_plain(pending) if outside is None else outside.run(self.run_plain, pending)

    def is_own(self, name: str) -> bool:
        """Whether this is the call's own log or its progress, which reaches nothing outside."""
        if name == PROGRESS:
            function = self._registry.get(name)
            return function is not None and function.call is report
        return self._log_level(name) is not None

    def _log_level(self, name: str) -> str | None:
        """The level of a line of the log; None for all else, and where an application has a log of its own."""
        level = _LOGS.get(name)
        return None if level is not None and self._registry.get(name) is not None else level

    def report_denial(self) -> None:
        """Reports that the policy lacks a capability, on the loop's thread: a script finds out on any."""
        if self._denied is not None:
            (name, capability), self._denied = self._denied, None
            why = f"the policy does not have the capability {capability}"
            self._registry.effects.report(self._call, name, capability, name, why)

    def _arguments(self, pending: Pending) -> list[Any]:
        function = pending.function
        if not function.contextual:
            return pending.arguments
        context = HostContext(self._policy, self._call, function.name, function.capability, self._registry.effects)
        return [context, *pending.arguments]

    def _traced(self, function: HostFunction) -> AbstractContextManager[None]:
        """A span of what reaches outside, where somebody collects them."""
        tracing = self._registry.tracing
        if tracing is None or function.pure:
            return nullcontext()
        return tracing.host_call(function.name, function.capability, self._span)

    def run_plain(self, pending: Pending) -> Reply:
        """Runs a plain function and encodes what it gives."""
        if self._registry.tracing is None:
            return self._run_plain(pending)  # most host calls come here, and take a microsecond
        with self._traced(pending.function):
            return self._run_plain(pending)

    def _run_plain(self, pending: Pending) -> Reply:
        function = pending.function
        try:
            return self._encode(function, function.call(*self._arguments(pending)))
        except ToolFailure as failure:
            return self._failure(function, failure)
        except Exception as error:
            self._blame(function, error)
            raise

    async def run(self, pending: Pending) -> Reply:
        """Runs a coroutine function, or a blocking one on a thread, and encodes what it gives."""
        function = pending.function
        try:
            with self._traced(function):
                if function.asynchronous:
                    value = await function.call(*self._arguments(pending))
                else:
                    value = await asyncio.to_thread(function.call, *self._arguments(pending))
        except ToolFailure as failure:
            return self._failure(function, failure)
        except Exception as error:
            self._blame(function, error)
            raise
        return self._encode(function, value)

    def _blame(self, function: HostFunction, error: Exception) -> None:
        if not isinstance(error, Stop) and self._registry.of_application(function.name) is function:
            self.host_error = error

    def _failure(self, function: HostFunction, failure: ToolFailure) -> Reply:
        status, text = self._encode(function, failure.data)
        return (ERR, text or b"null") if status == OK else (status, text)

    def _encode(self, function: HostFunction, value: Any) -> Reply:
        if value is None:
            return _NOTHING
        try:
            text = protocol.to_json(value)
        except (TypeError, ValueError, RecursionError) as error:
            return STOP, f"{function.name}: its value is no JSON: {error}".encode("utf-8", "replace")
        number = protocol.oversized_integer(text)
        if number is not None:
            return STOP, f"{function.name}: the integer {number} does not fit 64 bits".encode()
        if len(text) > self._policy.max_host_call_bytes:
            most = self._policy.max_host_call_bytes
            raise Stop(
                StopReason.LIMIT,
                f"{function.name} gave {len(text):,} bytes, the limit for a host call is {most:,}",
                limit="host_call_bytes",
                most=most,
            )
        return OK, text

    def _count(self, name: str, length: int) -> None:
        self.count += 1
        most = self._policy.max_host_calls
        if most is not None and self.count > most:
            raise Stop(StopReason.LIMIT, f"more than {most:,} host calls in one call", limit="host_calls", most=most)
        most_bytes = self._policy.max_host_call_bytes
        if length > most_bytes:
            raise Stop(
                StopReason.LIMIT,
                f"{name} was given {length:,} bytes of arguments, the limit for a host call is {most_bytes:,}",
                limit="host_call_bytes",
                most=most_bytes,
            )

    def _progress(self, fraction: float, message: str, length: int) -> None:
        """Tells the listener how far the call is; that counts as a line of its log."""
        if not 0 <= fraction <= 1:
            raise WrongArguments(f"{PROGRESS}: the fraction {fraction} is not between 0 and 1")
        self._count_line(length)
        if self.listener is not None:
            self.listener(Progress(fraction, message))

    def _count_line(self, length: int) -> None:
        # Each line is counted with a little more than its text, so that empty lines come to an end too.
        self._log_bytes += length + 16
        most = self._policy.max_log_bytes
        if self._log_bytes > most:
            raise Stop(StopReason.LIMIT, f"more than {most:,} bytes of log in one call", limit="log_bytes", most=most)

    def _log(self, level: str, argument_bytes: bytes) -> None:
        self._count_line(len(argument_bytes))
        arguments = protocol.parse_list(argument_bytes)
        if len(arguments) != 1:
            raise BadGuestAnswer("the guest logs something that is no text")
        value = arguments[0]
        line = LogLine(level, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        self.logs.append(line)
        if self.listener is not None:
            self.listener(line)
