"""The hooks of one engine: registered scripts, calls with hooks around them, and events that go to hooks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine.calls import Execution, seconds_left
from crucible_tools.engine.hooks.chain import PHASE_S, Chain, Passed
from crucible_tools.engine.host.effects import bounded
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.results import finished, result
from crucible_tools.errors import EngineBusy, InvalidArguments
from crucible_tools.events import CustomEvent
from crucible_tools.model.enums import StopReason
from crucible_tools.model.hooks import AFTER, BEFORE, DISCOVERED, ERROR, HookEffect, HookEvent
from crucible_tools.model.tools import ToolErrorInfo, ToolExecutionContext, ToolExecutionResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_tools.engine.calls import Calls
    from crucible_tools.engine.hooks.chain import HookSink, Listener
    from crucible_tools.engine.hooks.script import HookScript
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.model.hooks import HookAct
    from crucible_tools.model.json import JsonObject

MOST_DEPTH: Final = 4
"""How often an event may lead to another one that a hook emits."""

MOST_WAITING: Final = 256
"""Events that wait for their hooks; beyond it new ones are lost, counted and told in the log."""

_log: Final = logging.getLogger(__name__)

Execute = Callable[["dict[str, Any] | bytes", ToolExecutionContext], Awaitable[ToolExecutionResult]]
"""Makes a call, without hooks."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event on its way to hooks.

    Args:
        event: what they are given.
        through: the scripts whose hooks led to it: it does not go to those.
        context: of whoever published it: what its hooks do belongs to that request.
    """

    event: CustomEvent
    through: tuple[str, ...]
    context: Context


class Hooks:
    """What an engine does with hooks. Used on the engine's event loop.

    Args:
        registry: where runs are counted and traced, and what hooks did, and what they emit, is published.
        sinks: who hears of what they did.
        calls: where a call can be cancelled while its hooks run.
    """

    def __init__(self, registry: Registry, sinks: Callable[[], Iterable[HookSink]], calls: Calls) -> None:
        self._events = registry.events
        self._calls = calls
        self._scripts: dict[str, HookScript] = {}
        self._chain = Chain(registry, sinks)
        self._waiting: deque[_Waiting] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._looking = 0
        """How many calls hooks look at before they are made."""
        self.lost = 0
        """How many events were lost because too many waited."""
        self._told = 0
        """How many of them the log has: a storm of events must not become one of lines."""

    # Scripts

    def add(self, script: HookScript) -> None:
        """Takes a script; one of its name is replaced, at its place in the order."""
        old = self._scripts.get(script.name)
        self._scripts[script.name] = script
        self._chain.arrange(self._scripts.values())
        if old is not None:
            old.close()

    def remove(self, name: str) -> bool:
        """Forgets a script; False when there is none of this name."""
        script = self._scripts.pop(name, None)
        if script is not None:
            self._chain.arrange(self._scripts.values())
            script.close()
        return script is not None

    @property
    def scripts(self) -> list[HookScript]:
        """All of them, in the order of their registration."""
        return list(self._scripts.values())

    def close(self) -> None:
        """Frees all; what waits is lost."""
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None
        self._waiting.clear()
        for script in self._scripts.values():
            script.close()
        self._scripts.clear()
        self._chain.arrange(())

    # Calls

    async def around(
        self,
        tool: LoadedTool,
        arguments: dict[str, Any] | bytes,
        context: ToolExecutionContext | None,
        call_id: str,
        execute: Execute,
    ) -> ToolExecutionResult:
        """Makes a call, with hooks before and after it. Whoever wants it counts it, and sets its time.

        Args:
            tool: what is called.
            arguments: as `execute_tool` takes them; those that do not fit are refused before any hook sees them.
            context: what the caller says about the call.
            call_id: the caller's, or the engine's.
            execute: makes the call itself.

        Raises:
            EngineBusy: hooks look at as many calls as may run and wait.
        """
        held = replace(context or ToolExecutionContext(), call_id=call_id)
        acts: list[HookAct] = []
        before = self._chain.of(BEFORE, tool.name, tool)
        if before:
            try:
                given = tool.arguments.checked(arguments)
            except (InvalidArguments, Stop):
                return await execute(arguments, held)
            if self._looking >= self._calls.most:
                raise EngineBusy(f"{tool.name} cannot be called now: hooks look at {self._looking:,} calls already")
            self._looking += 1
            try:
                passed = await self._pass(before, tool, _event(BEFORE, tool.name, given), held)
            finally:
                self._looking -= 1
            if isinstance(passed, Outcome):
                return finished(tool, call_id, context, 0.0, passed)
            acts += passed.acts
            if passed.refusal is not None:
                return _refused(tool, held, passed)
            arguments = cast("dict[str, Any]", passed.event.payload)
        began = time.perf_counter()
        made = await execute(arguments, held)
        duration_ms = round((time.perf_counter() - began) * 1000)
        looked = await self._after(tool, made, duration_ms, held)
        if isinstance(looked, Outcome):
            # Not the result that the call gave: hooks that had not looked at it yet may be there to keep it back.
            looked.memory_bytes = made.metadata.get("peak_memory_bytes", 0)
            looked.host_calls = made.metadata.get("host_calls", 0)
            return finished(tool, call_id, context, 0.0, looked)
        made, after = looked
        acts += after
        if acts:
            made = replace(made, metadata={**made.metadata, "hooks": [act.to_json() for act in acts]})
        return made

    async def _after(
        self, tool: LoadedTool, made: ToolExecutionResult, duration_ms: int, context: ToolExecutionContext
    ) -> tuple[ToolExecutionResult, list[HookAct]] | Outcome:
        """Hooks after a call: a result may be another one afterwards, an error stays what it is."""
        name = AFTER if made.success else ERROR
        listeners = self._chain.of(name, tool.name, tool)
        if not listeners:
            return made, []
        told = {"result": made.result} if made.success else {"error": made.error.message if made.error else ""}
        event = _event(name, tool.name, {**told, "duration_ms": duration_ms})
        passed = await self._pass(listeners, tool, event, context)
        if isinstance(passed, Outcome):
            return passed
        if passed.refusal is not None:
            return _kept_back(tool, context, passed, made), passed.acts
        if made.success and passed.event is not event:
            payload = cast("dict[str, Any]", passed.event.payload)
            made = replace(made, result=payload["result"])
        return made, passed.acts

    async def discovered(self, tool: LoadedTool) -> None:
        """Tells hooks of a tool that can be called from now on."""
        listeners = self._chain.of(DISCOVERED, tool.name, tool)
        if listeners:
            definition = tool.definition
            told: JsonObject = {
                "name": definition.name,
                "description": definition.description,
                "input_schema": definition.input_schema,
                "category": definition.category,
                "tags": list(definition.tags),
            }
            passed = await self._chain.pass_on(listeners, _event(DISCOVERED, tool.name, told), tool=tool)
            self._emit(passed, ())

    async def _pass(
        self, listeners: list[Listener], tool: LoadedTool, event: HookEvent, context: ToolExecutionContext
    ) -> Passed | Outcome:
        """Gives an event of a call to hooks; the outcome when the call was cancelled, or its deadline passed, there."""
        left = seconds_left(context)
        execution = Execution(context.call_id or "", context.user)
        passing = self._chain.pass_on(
            listeners, event, tool=tool, call_id=execution.call_id, user=execution.user, limit_s=PHASE_S
        )
        with self._calls.preparing(execution):
            # A task of its own: whoever cancels the call ends it, and not the caller's task.
            execution.ticket = task = asyncio.ensure_future(passing)
            try:
                async with asyncio.timeout(left):
                    passed = await task
            except TimeoutError:
                return Outcome(StopReason.TIMED_OUT, message="the deadline passed while hooks looked at the call")
            except asyncio.CancelledError:
                caller = asyncio.current_task()
                if not execution.cancelled or (caller is not None and caller.cancelling()):
                    raise
                return Outcome(StopReason.CANCELLED, message="the call was cancelled while hooks looked at it")
        self._emit(passed, ())
        return passed

    # Events

    async def dispatch(self, event: HookEvent, through: tuple[str, ...] = ()) -> HookEvent:
        """Gives a custom event to hooks, and gives back what they made of it.

        Args:
            event: of a name of one's own.
            through: scripts that led to it, which do not get it.
        """
        listeners = [
            listener
            for listener in self._chain.of(event.event_type, event.identifier)
            if listener.script.name not in through
        ]
        passed = await self._chain.pass_on(listeners, event)
        self._emit(passed, through)
        return passed.event

    def offer(self, event: CustomEvent, through: tuple[str, ...] = ()) -> None:
        """Has a custom event given to hooks as soon as they are free; never waits."""
        if not self._chain.of(event.name, event.identifier):
            return
        if len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            return
        self._waiting.append(_Waiting(event, through, copy_context()))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.get_running_loop().create_task(self._drain(), context=Context())

    async def settle(self) -> None:
        """Waits until no event waits for hooks any more; bounded, since depth, number and time of each are."""
        while self._pump is not None and not self._pump.done():
            await asyncio.wait([self._pump])

    def _emit(self, passed: Passed, through: tuple[str, ...]) -> None:
        """Publishes what hooks emitted, and has it given to the other hooks."""
        for event, script in passed.emitted:
            self._events.publish(event)
            if len(through) + 1 < MOST_DEPTH:
                self.offer(event, (*through, script))

    async def _drain(self) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            source = "hook" if waiting.through else "application"
            event = _event(waiting.event.name, waiting.event.identifier, waiting.event.data(), source)
            dispatch = self.dispatch(event, waiting.through)
            await asyncio.get_running_loop().create_task(dispatch, context=waiting.context)
        if self.lost > self._told:
            lost, self._told = self.lost - self._told, self.lost
            _log.warning("%d events for hooks were lost: more than %d waited", lost, MOST_WAITING)


def _event(name: str, identifier: str, payload: JsonObject, source: str = "rune") -> HookEvent:
    return HookEvent(
        event_type=name,
        identifier=identifier,
        payload=payload,
        timestamp_ms=round(time.time() * 1000),
        source=source,
    )


def _refused(tool: LoadedTool, context: ToolExecutionContext, passed: Passed) -> ToolExecutionResult:
    """The result of a call that a hook refused."""
    act = next(act for act in passed.acts if act.effect is HookEffect.REFUSED)
    message = f"the hook {bounded(act.hook)} refused the call" + (f": {passed.refusal}" if passed.refusal else "")
    error = ToolErrorInfo("refused", message, data={"hook": act.hook, "function": act.function})
    made = result(tool, context.call_id or "", context, 0.0, None, error)
    told = {"stop_reason": StopReason.REFUSED.value, "hooks": [act.to_json() for act in passed.acts]}
    return replace(made, metadata={**made.metadata, **told})


def _kept_back(
    tool: LoadedTool, context: ToolExecutionContext, passed: Passed, made: ToolExecutionResult
) -> ToolExecutionResult:
    """What is given in place of a result that a guard could not look at: nothing of it, its log neither."""
    act = next(act for act in passed.acts if act.effect is HookEffect.REFUSED)
    outcome = Outcome(
        # Not `refused`: that says that the script did not run.
        StopReason.CANCELLED,
        message=f"the hook {bounded(act.hook)} kept the result back: {passed.refusal}",
        details={"hook": act.hook, "function": act.function},
        memory_bytes=made.metadata.get("peak_memory_bytes", 0),
        host_calls=made.metadata.get("host_calls", 0),
    )
    return finished(tool, context.call_id or "", context, 0.0, outcome)
