"""The ScriptEngine: registered tools, each in VMs of its own, called by name.

This is the engine layer's public face. It validates arguments, bounds concurrency, measures, and turns every way in
which a script can end into a `ToolExecutionResult`: a script's failure is never an exception here.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import inspection
from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.basic import Clock, basic_module, system_clock
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.registry import HostModule, Registry
from crucible_tools.engine.results import finished, result
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.selftest import Check, run_self_test
from crucible_tools.engine.tool import LoadedTool
from crucible_tools.engine.turns import Turns
from crucible_tools.engine.vm import VM
from crucible_tools.errors import (
    ConfigurationError,
    EngineClosed,
    InvalidArguments,
    RegistrationError,
    ToolError,
    ToolInactive,
    ToolNotFound,
)
from crucible_tools.model.enums import StopReason
from crucible_tools.model.near import near
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import (
    ToolDefinition,
    ToolErrorInfo,
    ToolExecutionContext,
    ToolExecutionResult,
)
from crucible_tools.monitoring.metrics import CallMetrics
from crucible_tools.rune.inspection import Inspection

if TYPE_CHECKING:
    from crucible_tools.rune.check.rehearsal import Part, Rehearsal

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
"""What a tool may be called (legacy-tools.md)."""


class ScriptEngine:
    """Runs tools in sandboxed VMs of the real Rune. An async context manager; used on one event loop.

    Args:
        config: limits and level of tools that are registered without a policy of their own.
        modules: the application's own host modules.
        clock: gives the present time to scripts.
        cache: folder of the compiled guest; the user's cache folder if not given.
        guest: another guest than the package's own, for tests of a rebuilt one.
    """

    def __init__(
        self,
        config: ScriptEngineConfig | None = None,
        *,
        modules: Iterable[HostModule] = (),
        clock: Clock = system_clock,
        cache: Path | None = None,
        guest: Path | None = None,
    ) -> None:
        self.config = config or ScriptEngineConfig()
        self.metrics = CallMetrics()
        self._registry = Registry([basic_module(clock)])
        self._has_own_modules = False
        for module in modules:
            self.register_module(module)
        self._cache = cache
        self._guest = guest
        self._sandbox: Sandbox | None = None
        # By last use, the least recent first: those beyond `max_cache_size` have no VM until they are called.
        self._tools: OrderedDict[str, LoadedTool] = OrderedDict()
        self._loaded: OrderedDict[str, LoadedTool] = OrderedDict()
        self._operations = Turns(self.config.max_concurrent_operations)
        self._keep = self.config.enable_caching and self.config.max_cache_size > 0
        self._call_prefix = uuid.uuid4().hex[:8]
        self._call_numbers = itertools.count(1)

    # Lifecycle

    async def start(self) -> None:
        """Loads the compiled guest: milliseconds, or seconds the first time on a machine. May be called twice.

        Raises:
            EngineUnavailable: it cannot run here.
        """
        if self._sandbox is None:
            self._sandbox = await asyncio.to_thread(Sandbox, cache=self._cache, guest=self._guest)

    async def stop(self) -> None:
        """Cancels running calls and frees everything. May be called twice."""
        for tool in self._tools.values():
            tool.close()
        self._tools.clear()
        self._loaded.clear()
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.cancel()
            # On a thread: waiting for the workers must not stall the loop, which the cancelled calls need.
            await asyncio.to_thread(sandbox.close)

    async def __aenter__(self) -> Self:
        """Starts the engine."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the engine."""
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._sandbox is not None

    @property
    def instances(self) -> int:
        """How many VMs are alive: those of loaded tools, and running inspections."""
        return self._sandbox.runtime.instances if self._sandbox is not None else 0

    def _open(self) -> Sandbox:
        if self._sandbox is None:
            raise EngineClosed("the engine is not running", hint="use it as: async with ScriptEngine() as engine")
        return self._sandbox

    # Host functions

    def register_module(self, module: HostModule) -> None:
        """Makes a module's functions available to tools that are registered from now on.

        Raises:
            RegistrationError: a function of it is registered already, or contradicts what scripts know it as.
        """
        self._registry.add(module)
        self._has_own_modules = True

    @property
    def has_own_modules(self) -> bool:
        """Whether the application registered modules: another process does not have them."""
        return self._has_own_modules

    def missing_functions(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that no registered module has: a script that calls one does not compile."""
        return tuple(sorted(name for name in set(names) if not self._registry.has(name)))

    def capability_of(self, name: str) -> str | None:
        """What a policy must allow for a registered host function; None for a name that no module has."""
        return self._registry.capability_of(name)

    # Reading

    async def inspect(self, text: str, path: str) -> Inspection:
        """Compiles and describes a source under SAFE; `rune.reader` makes a report of it. Close it afterwards."""
        return await inspection.inspect(self._open(), self._registry, text, path)

    async def inspect_alone(self, text: str, path: str) -> Inspection:
        """The same without the application: functions of its own that nobody registered have stand-ins."""
        # Not at the top: a call of a tool must not wait for what only rehearsals import.
        from crucible_tools.engine import rehearsal

        stage = rehearsal.stage_of(self._registry, text)
        return await inspection.inspect(self._open(), stage or self._registry, text, path)

    async def compile_script(self, text: str, name: str = "script") -> Outcome:
        """Compiles a source and forgets it: the outcome has all diagnostics, or the reason that it was stopped for."""
        vm = self._open().vm(self._registry, self.config.effective_policy(), name)
        try:
            return await vm.load(text)
        finally:
            vm.close()

    async def rehearse(self, text: str, path: str, parts: Sequence[Part]) -> Rehearsal:
        """Calls tools of a source with made-up arguments, each at most a second, under SAFE's limits.

        Functions that reach outside are answered by stand-ins and recorded: none of them is run.
        """
        # Not at the top: a call of a tool must not wait for what only rehearsals import.
        from crucible_tools.engine import rehearsal

        return await rehearsal.rehearse(self._open(), self._registry, text, path, parts)

    # Tools

    async def register_tool(self, definition: ToolDefinition, source: str, *, policy: Policy | None = None) -> Outcome:
        """Loads a tool into a VM of its own; one of the same name is replaced when that worked.

        Returns:
            The outcome of loading, with the compiler's warnings.

        Raises:
            CompileFailed: it does not compile, or not within its limits.
            CallRefused: a limit of the policy is too small for it.
            RegistrationError: its schema or its name is not valid.
        """
        name = definition.name
        _check_name(name)
        tool = LoadedTool(
            self._open(),
            self._registry,
            definition,
            source,
            policy or self.config.effective_policy(),
            self.metrics.of(name),
        )
        outcome = await tool.load()
        old = self._tools.pop(name, None)
        self._loaded.pop(name, None)
        if old is not None:
            old.close()
        self._tools[name] = tool
        self._used(name, tool)
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
        self._loaded.pop(name, None)
        if tool is not None:
            tool.close()
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

    def _used(self, name: str, tool: LoadedTool) -> None:
        """Notes a use, and frees the VMs of the least recently used tool when there are too many loaded."""
        loaded = self._loaded
        if name in loaded:
            loaded.move_to_end(name)
            return
        loaded[name] = tool
        if len(loaded) > self.config.max_cache_size:
            loaded.popitem(last=False)[1].free_idle()

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
            ConfigurationError: the context's deadline has no time zone.
            Exception: whatever a host function of the application raises, other than `ToolFailure`.
            asyncio.CancelledError: the waiting task was cancelled; the script was stopped.
        """
        self._open()
        tool = self._tool(name)
        call_id = (context and context.call_id) or f"{self._call_prefix}-{next(self._call_numbers)}"
        started = time.perf_counter()
        try:
            payload = tool.arguments.encode(arguments)
        except InvalidArguments as error:
            refused = ToolErrorInfo("invalid_arguments", error.message, data=error.details()["violations"])
            return result(tool, call_id, context, time.perf_counter() - started, None, refused)
        except Stop as stop:
            outcome = Outcome(stop.reason, message=stop.message, details=stop.details)
            return finished(tool, call_id, context, time.perf_counter() - started, outcome)
        left = _seconds_left(context)
        if left is not None and left <= 0:
            late = Outcome(StopReason.TIMED_OUT, message="the deadline had passed before the call began")
            return finished(tool, call_id, context, time.perf_counter() - started, late)
        outcome = await self._call(tool, payload, left, started)
        seconds = time.perf_counter() - started
        tool.metrics.record(outcome.reason.value, seconds, outcome.memory_bytes, outcome.host_calls)
        return finished(tool, call_id, context, seconds, outcome)

    async def _call(self, tool: LoadedTool, payload: bytes, left: float | None, started: float) -> Outcome:
        vm = None
        if self._operations.try_take():
            vm = tool.try_acquire()
            if vm is None:
                self._operations.give()
        if vm is None:
            try:
                vm = await asyncio.wait_for(self._wait_for_turn(tool), left)
            except TimeoutError:
                return Outcome(StopReason.TIMED_OUT, message="the deadline passed while the call waited for its turn")
            except ToolInactive as error:
                return Outcome(StopReason.CANCELLED, message=error.message)
            except ToolError as error:
                # It compiled when it was registered: a host module has changed since.
                return Outcome(StopReason.CRASHED, message=error.message)
        try:
            if left is not None:
                left -= time.perf_counter() - started
            return await vm.call(tool.arguments.head, payload, left)
        finally:
            self._operations.give()
            tool.release(vm, keep=self._keep)
            name = tool.definition.name
            if self._tools.get(name) is tool:
                self._used(name, tool)

    async def _wait_for_turn(self, tool: LoadedTool) -> VM:
        await self._operations.take()
        try:
            return await tool.acquire()
        except BaseException:
            self._operations.give()
            raise

    # Health

    async def self_test(self) -> list[Check]:
        """Checks the engine on this machine: versions, cache, a call, each limit. For `crucible doctor`."""
        return await run_self_test(self._open(), self._registry)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RegistrationError(f"{name!r} is no tool name", hint="1 to 128 of A-Z a-z 0-9 _ . -")


def _seconds_left(context: ToolExecutionContext | None) -> float | None:
    if context is None or context.deadline is None:
        return None
    if context.deadline.tzinfo is None:
        raise ConfigurationError("the deadline of a call has no time zone", hint="datetime.now(UTC) + timedelta(...)")
    return (context.deadline - datetime.now(UTC)).total_seconds()
