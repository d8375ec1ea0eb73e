"""The ScriptEngine: registered tools, each in VMs of its own, called by name.

This is the engine layer's public face. It validates arguments, bounds concurrency, measures, and turns every way in
which a script can end into a `ToolExecutionResult`: a script's failure is never an exception here.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.calls import Execution, seconds_left
from crucible_tools.engine.operating import Operating
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.results import finished, result
from crucible_tools.engine.streaming import StreamEvent, stream
from crucible_tools.engine.telling import INVALID_ARGUMENTS, ended_with_hooks, raised, tell_call
from crucible_tools.engine.tool import LoadedTool
from crucible_tools.errors import (
    InvalidArguments,
    RegistrationError,
)
from crucible_tools.events import ToolRegistered, ToolRemoved
from crucible_tools.model.enums import StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import (
    ToolDefinition,
    ToolErrorInfo,
    ToolExecutionContext,
    ToolExecutionResult,
)
from crucible_tools.monitoring.logs import CALLS, log_call
from crucible_tools.monitoring.metrics import ToolMetrics

if TYPE_CHECKING:
    from crucible_tools.engine.hooks.hooks import Hooks
    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.record import RecordSink
    from crucible_tools.model.calls import CallRecord
    from crucible_tools.model.replays import Replay

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
"""What a tool may be called (legacy-tools.md)."""


class ScriptEngine(Operating):
    """Runs tools and scripts in sandboxed VMs of the real Rune. An async context manager; used on one event loop.

    See `EngineCore` for the arguments.
    """

    # Tools

    async def register_tool(
        self, definition: ToolDefinition, source: str, *, policy: Policy | None = None, folder: str | None = None
    ) -> Outcome:
        """Loads a tool into a VM of its own; one of the same name is replaced when that worked.

        Calls that the replaced one has begun, waiting ones too, are finished by it.

        Args:
            definition: what it is called by and with.
            source: its text.
            policy: what it runs under; the engine's own if not given.
            folder: where it came from: hooks look at tools of their own folder.

        Returns:
            The outcome of loading, with the compiler's warnings.

        Raises:
            CompileFailed: it does not compile, or not within its limits.
            CallRefused: a limit of the policy is too small for it.
            RegistrationError: its schema or its name is not valid.
            EngineClosed: the engine is not running, or was stopped meanwhile.
        """
        name = definition.name
        _check_name(name)
        pool = self._pool(name, source, policy or self.config.effective_policy())
        tool = LoadedTool(definition, pool, ToolMetrics(), own_policy=policy is not None, folder=folder)
        outcome = await pool.load()
        tool.metrics = self.metrics.of(name)  # what does not load has no record that stays
        old = self._tools.pop(name, None)
        if old is not None:
            old.retire()
        self._tools[name] = tool
        self._events.publish(
            ToolRegistered(
                identifier=name,
                version=definition.version,
                level=tool.pool.policy.level.value,
                replaced=old is not None,
            )
        )
        if self._hooks is not None and old is None:
            await self._hooks.discovered(tool)
        return outcome

    def check_tool(self, definition: ToolDefinition, *, policy: Policy | None = None) -> None:
        """Whether a tool that was read could be registered, as far as its name and its schema say. Loads nothing.

        Raises:
            RegistrationError: its schema or its name is not valid.
        """
        _check_name(definition.name)
        Arguments(definition, policy or self.config.effective_policy())

    async def unregister_tool(self, name: str) -> bool:
        """Removes a tool and cancels its calls; False when there is none of this name."""
        tool = self._tools.pop(name, None)
        if tool is not None:
            tool.close(self._queue)
            tool.metrics = self.metrics.remove(name)
            self._events.publish(ToolRemoved(identifier=name))
        return tool is not None

    async def retire_tool(self, name: str) -> bool:
        """Removes a tool and lets the calls that it has begun finish; False when there is none of this name."""
        tool = self._tools.pop(name, None)
        if tool is not None:
            tool.retire()
            tool.metrics = self.metrics.remove(name)
            self._events.publish(ToolRemoved(identifier=name))
        return tool is not None

    def list_tools(self) -> list[ToolDefinition]:
        """All registered tools, by name."""
        return [self._tools[name].definition for name in sorted(self._tools)]

    def get_tool(self, name: str) -> ToolDefinition:
        """A registered tool.

        Raises:
            ToolNotFound: there is none; near names are in the hint.
        """
        return self._tool(name).definition

    # Calls

    async def execute_tool(
        self, name: str, arguments: dict[str, Any] | bytes, context: ToolExecutionContext | None = None
    ) -> ToolExecutionResult:
        """Calls a tool.

        Args:
            name: of a registered tool.
            arguments: an object by parameter names, or its JSON text in UTF-8.
            context: what the caller says about the call; its deadline includes waiting.

        Returns:
            The result, or the error of the closed set of kinds: a script's failure is never raised.

        Raises:
            ToolNotFound: there is no such tool.
            EngineClosed: the engine is not running.
            EngineBusy: as many calls as may run and wait do.
            ConfigurationError: the context's deadline has no time zone.
            Exception: whatever a host function of the application raises, other than `ToolFailure`.
            asyncio.CancelledError: the waiting task was cancelled; the script was stopped.
        """
        self._open()
        return await self._execute(self._tool(name), arguments, context, hooks=self._hooks)

    def execute_tool_stream(
        self, name: str, arguments: dict[str, Any] | bytes, context: ToolExecutionContext | None = None
    ) -> AsyncGenerator[StreamEvent]:
        """Calls a tool and gives what it logs as it does, its progress, and its result last.

        Arguments and errors are those of `execute_tool`. Closing the iterator before its end cancels the call.
        """
        self._open()
        tool = self._tool(name)
        return stream(lambda listener: self._execute(tool, arguments, context, listener, self._hooks))

    def cancel_execution(self, call_id: str) -> bool:
        """Cancels the calls of this id, whether they wait or run; False when there is none.

        The id is the caller's (`ToolExecutionContext.call_id`), or the one that the engine gave. Code of any kind is
        stopped within a few time slices of 2 ms, and the call's result has the error kind `cancelled`.
        """
        return self._calls.cancel(call_id)

    def list_executions(self) -> list[str]:
        """The ids of all calls that wait or run."""
        return self._calls.ids()

    async def _execute(
        self,
        tool: LoadedTool,
        arguments: dict[str, Any] | bytes,
        context: ToolExecutionContext | None,
        listener: Listener | None = None,
        hooks: Hooks | None = None,
    ) -> ToolExecutionResult:
        """Makes a call, with hooks around it where there are any, in a span of its own where somebody collects them."""
        spans = self._registry.tracing
        if hooks is None:
            making = self._call(tool, arguments, context, listener)
        else:
            making = self._call_with_hooks(hooks, tool, arguments, context, listener)
        if spans is None:
            return await making
        with spans.call(tool.name) as ended:
            made = await making
            ended(made)
        return made

    async def _call_with_hooks(
        self,
        hooks: Hooks,
        tool: LoadedTool,
        arguments: dict[str, Any] | bytes,
        context: ToolExecutionContext | None,
        listener: Listener | None,
    ) -> ToolExecutionResult:
        """Makes a call with hooks around it, and has both counted and told as one, however they end."""
        seconds_left(context)  # one without a time zone is no call yet
        call_id = (context and context.call_id) or f"{self._call_prefix}-{next(self._call_numbers)}"
        execution = Execution(call_id, context and context.user, listener)
        started = time.perf_counter()
        try:
            made = await hooks.around(
                tool,
                arguments,
                context,
                call_id,
                lambda given, held: self._call(tool, given, held, listener, execution),
            )
        except BaseException as error:
            raised(self._registry, tool, execution, error, time.perf_counter() - started)
            raise
        made = replace(made, execution_time=timedelta(seconds=time.perf_counter() - started))
        ended_with_hooks(self._events, tool, made, execution)
        return made

    async def _call(
        self,
        tool: LoadedTool,
        arguments: dict[str, Any] | bytes,
        context: ToolExecutionContext | None,
        listener: Listener | None,
        execution: Execution | None = None,
    ) -> ToolExecutionResult:
        """Makes a call, and has it counted and told, however it ends; but one that is given its execution is not."""
        recorder = self._recorder
        recording = recorder.begin() if recorder is not None else None
        counted = execution is None
        if execution is None:
            call_id = (context and context.call_id) or f"{self._call_prefix}-{next(self._call_numbers)}"
            execution = Execution(call_id, context and context.user, listener, recording)
        else:
            call_id, execution.recording = execution.call_id, recording
        left = seconds_left(context)
        started = time.perf_counter()
        spans = self._registry.tracing
        encode = tool.arguments.encode
        try:
            payload = encode(arguments) if spans is None else spans.validate(encode, arguments)
            if left is None or left > 0:
                outcome = await self._calls.run(tool, payload, left, started, execution)
            else:
                outcome = Outcome(StopReason.TIMED_OUT, message="the deadline had passed before the call began")
        except InvalidArguments as error:
            seconds = time.perf_counter() - started
            if counted:
                tool.metrics.record(INVALID_ARGUMENTS, seconds, 0, 0)
            refused = ToolErrorInfo("invalid_arguments", error.message, data=error.details()["violations"])
            made = result(tool, call_id, context, seconds, None, refused)
        except Stop as stop:
            outcome = Outcome(stop.reason, message=stop.message, details=stop.details)
            made = self._finished(tool, call_id, context, started, outcome, counted)
        except BaseException as error:
            seconds = time.perf_counter() - started
            if counted:
                raised(self._registry, tool, execution, error, seconds)
            if recorder is not None and recording is not None:
                recorder.raised(recording, tool.definition, call_id, context, error, seconds)
            raise
        else:
            made = self._finished(tool, call_id, context, started, outcome, counted)
            if recorder is not None and recording is not None:
                await recorder.finish(recording, tool.definition, call_id, context, outcome, made)
        if counted and CALLS.isEnabledFor(logging.DEBUG):
            log_call(made, context and context.user)
        return made

    def _finished(
        self,
        tool: LoadedTool,
        call_id: str,
        context: ToolExecutionContext | None,
        started: float,
        outcome: Outcome,
        counted: bool,
    ) -> ToolExecutionResult:
        seconds = time.perf_counter() - started
        made = finished(tool, call_id, context, seconds, outcome)
        if not counted:
            return made
        # After `finished`, which may find that the result is no result.
        tool.metrics.record(outcome.reason.value, seconds, outcome.memory_bytes, outcome.host_calls)
        if self._events.heard:
            tell_call(
                self._events,
                tool.definition.name,
                call_id,
                context and context.user,
                outcome.reason,
                seconds,
                message=made.error.message if made.error else "",
                memory_bytes=outcome.memory_bytes,
                host_calls=outcome.host_calls,
            )
        return made

    # Records

    def add_record_sink(self, sink: RecordSink) -> None:
        """One more who takes records of calls from now on, if the configuration wants any to be made."""
        self._sinks = (*self._sinks, sink)
        self._configure_recorder()

    async def replay(
        self,
        record: CallRecord,
        source: str | None = None,
        definition: ToolDefinition | None = None,
        *,
        policy: Policy | None = None,
    ) -> Replay:
        """Runs a recorded call again. What it asks for is answered from the record: nothing outside is touched.

        Args:
            record: the call, as a `RecordSink` was given it.
            source: another source than the recorded one.
            definition: the way into that source; the recorded one if not given.
            policy: other limits than the recorded ones.

        Returns:
            What it gave, and the first difference from what is recorded: a script's failure is never raised.

        Raises:
            RecordIncomplete: the record lacks the call's arguments, which were too long.
            RegistrationError: the definition's schema is not valid.
            EngineBusy: as many calls as may run and wait do.
            EngineClosed: the engine is not running.
        """
        # Not at the top: a call of a tool must not wait for what only replays import.
        from crucible_tools.engine.replay import replay

        sandbox, queue, line = self._open(), self._queue, self._replaying
        if not queue.try_enter(line):
            await queue.enter(line, queue.join(line))
        try:
            return await replay(sandbox, self._registry, record, source, definition, policy, self._environment)
        finally:
            queue.leave(line)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RegistrationError(f"{name!r} is no tool name", hint="1 to 128 of A-Z a-z 0-9 _ . -")
