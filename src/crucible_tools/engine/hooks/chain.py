"""Which hooks an event goes to, in which order, and what they make of it together."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from crucible_tools.engine.hooks.script import Answer, as_object, canonical
from crucible_tools.engine.host.effects import bounded
from crucible_tools.engine.outcome import Stop
from crucible_tools.engine.protocol import oversized_integer, to_json
from crucible_tools.errors import InvalidArguments
from crucible_tools.events import HookActed, Pattern
from crucible_tools.model.hooks import AFTER, BEFORE, TOOL_EVENTS, HookAct, HookEffect, HookFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crucible_tools.engine.hooks.script import HookScript
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.events import CustomEvent
    from crucible_tools.model.hooks import HookEvent, HookHandler

PHASE_S: Final = 5.0
"""Longest time that all hooks of one event take together: a call never waits longer for those before it."""

CUSTOM: Final = "custom"
"""Stands for all events that are not the engine's own, in metrics."""

_log: Final = logging.getLogger(__name__)


class HookSink(Protocol):
    """Who hears of what hooks did to calls. Called on the event loop's thread."""

    def acted(self, act: HookAct) -> None:
        """Takes note of it. Must not raise and must not block."""
        ...


@dataclass(frozen=True, slots=True)
class Listener:
    """One function of a script, and the pattern that it was registered with."""

    script: HookScript
    handler: HookHandler
    pattern: Pattern


@dataclass(slots=True)
class Passed:
    """What an event came to when all its hooks had it.

    Args:
        event: as the last one left it.
        acts: what they did, unless it is nothing.
        refusal: why the call is refused; None if it is not.
        emitted: custom events that they sent, with the scripts that led to each.
    """

    event: HookEvent
    acts: list[HookAct] = field(default_factory=list[HookAct])
    refusal: str | None = None
    emitted: list[tuple[CustomEvent, str]] = field(default_factory=list["tuple[CustomEvent, str]"])


class Chain:
    """All functions of an engine's hooks, in their order.

    Args:
        registry: where runs are counted and traced, and what hooks did is published.
        sinks: who hears of it besides.
    """

    def __init__(self, registry: Registry, sinks: Callable[[], Iterable[HookSink]]) -> None:
        self._metrics = registry.metrics
        self._events = registry.events
        self._tracing = registry.tracing
        self._sinks = sinks
        self._listeners: list[Listener] = []

    def arrange(self, scripts: Iterable[HookScript]) -> None:
        """Takes these scripts' functions, by priority; equal ones stay in the order of registration."""
        found = [
            Listener(script, handler, Pattern(handler.pattern))
            for script in scripts
            for handler in script.definition.handlers
            if handler.enabled
        ]
        self._listeners = sorted(found, key=lambda listener: listener.handler.priority)

    def of(self, event_type: str, identifier: str, tool: LoadedTool | None = None) -> list[Listener]:
        """The functions that an event goes to.

        Args:
            event_type: its name.
            identifier: what it happened to.
            tool: the tool that it is about, if it is about one.
        """
        return [
            listener
            for listener in self._listeners
            if listener.handler.listens_to(event_type)
            and listener.pattern.matches(identifier)
            and (tool is None or listener.script.sees(tool))
        ]

    async def pass_on(
        self,
        listeners: Sequence[Listener],
        event: HookEvent,
        *,
        tool: LoadedTool | None = None,
        call_id: str = "",
        user: str | None = None,
        limit_s: float = PHASE_S,
    ) -> Passed:
        """Gives an event to functions, one after the other, each the event as the one before left it.

        Args:
            listeners: from `of`.
            event: what they are given.
            tool: whose arguments a rewriting in `tool:before` must fit.
            call_id: the call that it is about.
            user: who called.
            limit_s: longest time of all together.
        """
        passed = Passed(event)
        until = time.perf_counter() + min(limit_s, PHASE_S)
        for listener in listeners:
            script, handler = listener.script, listener.handler
            left = until - time.perf_counter()
            label = event.event_type if event.event_type in TOOL_EVENTS else CUSTOM
            with self._traced(listener, label) as ended:
                answer = await script.run(handler, passed.event, left, call_id, user) if left > 0 else _LATE
                act = self._judge(passed, listener, answer, tool, call_id, user)
                effect = act.effect if act is not None else HookEffect.UNCHANGED
                if ended is not None:
                    ended(effect.value)
            script.runs[effect] += 1
            self._metrics.record_hook(label, effect.value)
            if answer.effect is not HookEffect.FAILED:
                passed.emitted += [(emitted, script.name) for emitted in answer.emitted]
            if act is not None:
                passed.acts.append(act)
                self._tell(act)
            if passed.refusal is not None:
                break
        return passed

    def _traced(self, listener: Listener, label: str) -> AbstractContextManager[Callable[[str], None] | None]:
        """A span of one run, which is told the effect, where somebody collects them."""
        if self._tracing is None:
            return nullcontext()
        return self._tracing.hook(bounded(listener.script.name), bounded(listener.handler.function), label)

    def _judge(
        self,
        passed: Passed,
        listener: Listener,
        answer: Answer,
        tool: LoadedTool | None,
        call_id: str,
        user: str | None,
    ) -> HookAct | None:
        """Takes an answer over into the event, as far as it may change it; None when there is nothing to tell."""
        script, handler, event = listener.script, listener.handler, passed.event
        act = HookAct(
            hook=script.name,
            function=handler.function,
            event_type=event.event_type,
            identifier=event.identifier,
            effect=answer.effect,
            call_id=call_id,
            user=user,
            message=answer.message,
        )
        before = event.event_type == BEFORE
        if answer.effect is HookEffect.REWROTE and tool is not None:
            if not before and event.event_type != AFTER:
                act = replace(act, effect=HookEffect.IGNORED, message=f"{event.event_type} only tells")
            elif wrong := _why_unfit(answer, tool, before):
                act = replace(act, effect=HookEffect.FAILED, message=wrong)
            elif before:
                act = replace(act, before=_digest(event.payload), after=_digest(answer.payload))
        if before and answer.cancelled and act.effect in (HookEffect.REWROTE, HookEffect.UNCHANGED):
            passed.refusal = _reason(answer, event)
            return replace(act, effect=HookEffect.REFUSED, message=passed.refusal, before="", after="")
        guarded = before or event.event_type == AFTER
        if guarded and act.effect is HookEffect.FAILED and script.definition.on_failure is HookFailure.DENY:
            passed.refusal = f"a guard could not look at the {'call' if before else 'result'}: {act.message}"
            return replace(act, effect=HookEffect.REFUSED, message=passed.refusal)
        if act.effect is HookEffect.REWROTE:
            passed.event = replace(event, payload=answer.payload)
        return None if act.effect is HookEffect.UNCHANGED else act

    def _tell(self, act: HookAct) -> None:
        level = logging.WARNING if act.effect in (HookEffect.FAILED, HookEffect.IGNORED) else logging.INFO
        _log.log(
            level,
            "hook %s (%s) at %s of %s: %s%s",
            bounded(act.hook),
            bounded(act.function),
            act.event_type,
            act.identifier,
            act.effect.value,
            f": {act.message}" if act.message else "",
        )
        self._events.publish(
            HookActed(
                identifier=act.identifier,
                hook=bounded(act.hook),
                function=bounded(act.function),
                event=act.event_type,
                call_id=act.call_id,
                user=act.user,
                effect=act.effect,
                message=act.message,
            )
        )
        for sink in self._sinks():
            sink.acted(act)


_LATE: Final = Answer(HookEffect.FAILED, f"the hooks before it took the {PHASE_S:g} s that all of them may")


def _why_unfit(answer: Answer, tool: LoadedTool, before: bool) -> str:
    """Why what a hook made of a call's arguments, or of its result, can't take their place; empty if it can."""
    if before:
        return "" if answer.cancelled else _unfit(answer, tool)
    payload = as_object(answer.payload)
    if payload is None or "result" not in payload:
        return "it left the payload without a result"
    text = to_json(payload["result"])
    most = tool.pool.policy.max_result_bytes
    if len(text) > most:
        return f"it made a result of {len(text):,} bytes as JSON, the limit is {most:,}"
    number = oversized_integer(text)
    return "" if number is None else f"it made a result with the integer {number}, which does not fit 64 bits"


def _unfit(answer: Answer, tool: LoadedTool) -> str:
    """Why rewritten arguments can't be the tool's; empty if they can."""
    payload = as_object(answer.payload)
    if payload is None:
        return "it rewrote the arguments to what is no object"
    try:
        tool.arguments.checked(payload)
    except InvalidArguments as error:
        return bounded(f"it rewrote the arguments: {error.message}")
    except Stop as stop:
        return bounded(f"it rewrote the arguments: {stop.message}")
    return ""


def _reason(answer: Answer, event: HookEvent) -> str:
    """Why a hook cancelled, if it says so: the `reason` that it put into the payload."""
    payload, given = as_object(answer.payload) or {}, as_object(event.payload) or {}
    reason = payload.get("reason")
    return bounded(reason) if isinstance(reason, str) and reason != given.get("reason") else ""


def _digest(payload: object) -> str:
    """Of arguments: what they are may be secret."""
    return hashlib.sha256(canonical(payload)).hexdigest()
