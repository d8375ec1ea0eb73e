"""The ScriptEngine: registered tools, each in VMs of its own, called by name.

This is the engine layer's public face. It validates arguments, bounds concurrency, measures, and turns every way in
which a script can end into a `ToolExecutionResult`: a script's failure is never an exception here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.calls import Execution, seconds_left
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.results import finished, result
from crucible_tools.engine.scripting import Scripting
from crucible_tools.engine.selftest import Check, run_self_test
from crucible_tools.engine.streaming import StreamEvent, stream
from crucible_tools.engine.telling import tell_call, tell_raised
from crucible_tools.engine.tool import LoadedTool
from crucible_tools.errors import (
    EngineBusy,
    EngineClosed,
    InvalidArguments,
    RegistrationError,
    ToolError,
    ToolNotFound,
)
from crucible_tools.events import SecurityPolicyUpdated, ToolRegistered, ToolRemoved
from crucible_tools.model.enums import StopReason
from crucible_tools.model.health import ServiceHealth
from crucible_tools.model.near import near
from crucible_tools.model.policy import Policy
from crucible_tools.model.scripts import CacheStats, ExecutionStats
from crucible_tools.model.services import ServiceMetrics
from crucible_tools.model.tools import (
    ToolDefinition,
    ToolErrorInfo,
    ToolExecutionContext,
    ToolExecutionResult,
)
from crucible_tools.monitoring.logs import CALLS, log_call

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.scripts import Script
    from crucible_tools.monitoring.snapshot import EngineSnapshot

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
"""What a tool may be called (legacy-tools.md)."""


class ScriptEngine(Scripting):
    """Runs tools and scripts in sandboxed VMs of the real Rune. An async context manager; used on one event loop.

    See `EngineCore` for the arguments.
    """

    # Tools

    async def register_tool(self, definition: ToolDefinition, source: str, *, policy: Policy | None = None) -> Outcome:
        """Loads a tool into a VM of its own; one of the same name is replaced when that worked.

        Calls that the replaced one has begun, waiting ones too, are finished by it.

        Returns:
            The outcome of loading, with the compiler's warnings.

        Raises:
            CompileFailed: it does not compile, or not within its limits.
            CallRefused: a limit of the policy is too small for it.
            RegistrationError: its schema or its name is not valid.
        """
        name = definition.name
        _check_name(name)
        pool = self._pool(name, source, policy or self.config.effective_policy())
        tool = LoadedTool(definition, pool, self.metrics.of(name), own_policy=policy is not None)
        outcome = await pool.load()
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
            self._events.publish(ToolRemoved(identifier=name))
        return tool is not None

    async def retire_tool(self, name: str) -> bool:
        """Removes a tool and lets the calls that it has begun finish; False when there is none of this name."""
        tool = self._tools.pop(name, None)
        if tool is not None:
            tool.retire()
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

    def _tool(self, name: str) -> LoadedTool:
        tool = self._tools.get(name)
        if tool is None:
            raise ToolNotFound(name, near=near(name, list(self._tools)))
        return tool

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
        return await self._execute(self._tool(name), arguments, context)

    def execute_tool_stream(
        self, name: str, arguments: dict[str, Any] | bytes, context: ToolExecutionContext | None = None
    ) -> AsyncGenerator[StreamEvent]:
        """Calls a tool and gives what it logs as it does, its progress, and its result last.

        Arguments and errors are those of `execute_tool`. Closing the iterator before its end cancels the call.
        """
        self._open()
        tool = self._tool(name)
        return stream(lambda listener: self._execute(tool, arguments, context, listener))

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
    ) -> ToolExecutionResult:
        """Makes a call, in a span of its own where somebody collects them."""
        spans = self._registry.tracing
        if spans is None:
            return await self._call(tool, arguments, context, listener)
        with spans.call(tool.name) as ended:
            made = await self._call(tool, arguments, context, listener)
            ended(made)
        return made

    async def _call(
        self,
        tool: LoadedTool,
        arguments: dict[str, Any] | bytes,
        context: ToolExecutionContext | None,
        listener: Listener | None,
    ) -> ToolExecutionResult:
        """Makes a call, and has it counted and told, however it ends."""
        call_id = (context and context.call_id) or f"{self._call_prefix}-{next(self._call_numbers)}"
        execution = Execution(call_id, context and context.user, listener)
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
            tool.metrics.record("invalid_arguments", seconds, 0, 0)
            refused = ToolErrorInfo("invalid_arguments", error.message, data=error.details()["violations"])
            made = result(tool, call_id, context, seconds, None, refused)
        except Stop as stop:
            outcome = Outcome(stop.reason, message=stop.message, details=stop.details)
            made = self._finished(tool, call_id, context, started, outcome)
        except BaseException as error:
            seconds = time.perf_counter() - started
            tool.metrics.record(_reason_of(error), seconds, 0, 0)
            if self._events.heard:
                tell_raised(self._events, tool.definition.name, call_id, execution.user, error, seconds)
            raise
        else:
            made = self._finished(tool, call_id, context, started, outcome)
        if CALLS.isEnabledFor(logging.DEBUG):
            log_call(made, context and context.user)
        return made

    def _finished(
        self,
        tool: LoadedTool,
        call_id: str,
        context: ToolExecutionContext | None,
        started: float,
        outcome: Outcome,
    ) -> ToolExecutionResult:
        seconds = time.perf_counter() - started
        made = finished(tool, call_id, context, seconds, outcome)
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

    # Policies

    def get_security_policy(self, name: str | None = None) -> Policy:
        """The policy of a tool or of a script; the one of all that have none of their own if no name is given.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
        """
        return self.config.effective_policy() if name is None else self._target(name).pool.policy

    async def set_security_policy(self, policy: Policy | None, name: str | None = None) -> None:
        """Puts another policy in force; calls that run finish under theirs.

        Args:
            policy: None stands for the engine's own (with a name), or for the security level's (without).
            name: of a tool, or id of a script; all that have no policy of their own if not given.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
            ConfigurationError: no VM can run under it; nothing was changed.
        """
        if name is None:
            await self.reload_config(replace(self.config, policy=policy))
            return
        target = self._target(name)
        held = policy or self.config.effective_policy()
        self._try_policy(held)
        target.move(self._pool(target.name, target.pool.source, held), self._queue)
        target.own_policy = policy is not None
        self._events.publish(SecurityPolicyUpdated(identifier=target.name, level=held.level.value))

    def _target(self, name: str) -> LoadedTool | Script:
        found = self._tools.get(name) or self._scripts.find(name)
        return found if found is not None else self._tool(name)

    # Cache

    async def precompile(self, names: Iterable[str] = ()) -> int:
        """Compiles what its next call would have to compile first.

        Args:
            names: of tools, and ids of scripts; all, as far as the cache has room, if empty.

        Returns:
            How many were compiled. What does not compile any more is left to its next call, which says why.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
        """
        self._open()
        chosen = [self._target(name) for name in names] or [*self._tools.values(), *self._scripts]
        done = 0
        for target in chosen:
            if not target.pool.bytes and self._pools.has_room:
                with contextlib.suppress(ToolError):
                    await target.pool.load()
                    done += 1
        return done

    def clear_cache(self, name: str | None = None) -> int:
        """Frees VMs that no call uses, and page images; the next call compiles again.

        Args:
            name: of a tool, or id of a script; everything if not given.

        Returns:
            How many VMs were freed.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
        """
        return self._pools.clear() if name is None else self._pools.clear_one(self._target(name).pool)

    def get_cache_stats(self) -> CacheStats:
        """How well compiled tools and scripts are kept, since the engine began."""
        return self._pools.stats()

    # Metrics

    def get_metrics(self) -> ServiceMetrics:
        """What the calls of each tool came to, since the engine began or `reset_metrics`."""
        stats = self.get_execution_stats()
        return ServiceMetrics(
            since=self._since,
            calls=stats.calls,
            succeeded=stats.succeeded,
            failed=stats.failed,
            average_time=stats.average_time,
            loaded_vms=self.instances,
            tools=self.metrics.snapshot(),
        )

    def reset_metrics(self) -> None:
        """Starts all figures at zero again."""
        self.metrics.reset()
        self._since = datetime.now(UTC)

    def get_execution_stats(self) -> ExecutionStats:
        """What all calls came to, tools and scripts together, since the engine began or `reset_metrics`."""
        calls = succeeded = refused = 0
        seconds = 0.0
        for _, record in self.metrics.records():
            calls += record.calls
            seconds += record.seconds
            succeeded += record.reasons.get(StopReason.FINISHED.value, 0)
            refused += record.reasons.get("busy", 0)
        return ExecutionStats(
            calls=calls,
            succeeded=succeeded,
            failed=calls - succeeded,
            refused=refused,
            average_time=timedelta(seconds=seconds / calls if calls else 0),
            running=self._queue.running,
            waiting=self._queue.waiting,
            cache=self._pools.stats(),
        )

    # Health

    async def health(self) -> ServiceHealth:
        """How the engine does, by the thresholds of `monitoring.thresholds` and what happened in the last minutes.

        Another status than the last time is published.
        """
        from crucible_tools.monitoring.thresholds import HealthWatch

        self._watch = self._watch or HealthWatch()
        return self._health.look(self._watch.judge(self.snapshot()))

    async def liveness(self) -> bool:
        """Whether the engine can do its work: a fresh VM compiles a script within a second."""
        try:
            async with asyncio.timeout(1):
                return (await self.check_source("pub fn main() { 1 }", "liveness")).ok
        except (TimeoutError, EngineClosed):
            return False

    def readiness(self) -> bool:
        """Whether a call would be let in now: the engine runs, and there is a place to run or to wait."""
        return self._sandbox is not None and not self._queue.full

    def snapshot(self) -> EngineSnapshot:
        """All figures of now: `monitoring.prometheus` shows them, `monitoring.thresholds` judges them."""
        from crucible_tools.monitoring.snapshot import snapshot_of

        return snapshot_of(self.metrics, self.get_resource_usage(), datetime.now(UTC), running=self.is_running)

    async def self_test(self) -> list[Check]:
        """Checks the engine on this machine: versions, cache, a call, each limit. For `crucible doctor`."""
        return await run_self_test(self._open(), self._registry)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RegistrationError(f"{name!r} is no tool name", hint="1 to 128 of A-Z a-z 0-9 _ . -")


def _reason_of(error: BaseException) -> str:
    """What a call counts as that gave no result."""
    if isinstance(error, EngineBusy):
        return "busy"
    return (StopReason.CANCELLED if isinstance(error, asyncio.CancelledError) else StopReason.CRASHED).value
