"""A hook script: a VM of its own, one run after the other, and what an answer of it means."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine import protocol
from crucible_tools.engine.calls import Execution
from crucible_tools.engine.host.effects import bounded
from crucible_tools.engine.protocol import Calling
from crucible_tools.engine.results import read
from crucible_tools.errors import CompileFailed, EngineClosed, ToolError, ToolInactive
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.hooks import TOOL_PREFIX, HookEffect, HookInfo, HookScope
from crucible_tools.model.policy import ALL

if TYPE_CHECKING:
    from crucible_tools.engine.hooks.context import Context
    from crucible_tools.engine.outcome import Outcome
    from crucible_tools.engine.pool import Pool
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.events import CustomEvent
    from crucible_tools.model.hooks import HookDefinition, HookEvent, HookHandler
    from crucible_tools.model.json import Json, JsonObject
    from crucible_tools.model.policy import Policy

_RANK: Final = {SecurityLevel.SAFE: 0, SecurityLevel.PRODUCTION: 1, SecurityLevel.DEVELOPMENT: 2}

_FIXED: Final = ("event_type", "identifier", "source", "timestamp_ms")
"""What a hook may not change of its event."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run came to.

    Args:
        effect: UNCHANGED, REWROTE, FAILED or IGNORED; whether a call is refused is not decided here.
        message: why, for the last two.
        payload: the event's payload after it.
        cancelled: whether the event is cancelled after it.
        emitted: what the run emitted; nothing of a run that failed.
    """

    effect: HookEffect
    message: str = ""
    payload: Json = None
    cancelled: bool = False
    emitted: tuple[CustomEvent, ...] = ()


class HookScript:
    """A registered hook script.

    Args:
        definition: its functions, and whom it may look at.
        pool: its VMs, of which one at a time is used.
        context: its `ctx`.
        own_policy: whether its policy was given with it; else it is the engine's, whatever that becomes.
    """

    def __init__(self, definition: HookDefinition, pool: Pool, context: Context, *, own_policy: bool) -> None:
        self.definition = definition
        self.pool = pool
        self.own_policy = own_policy
        self._context = context
        self._lock = asyncio.Lock()
        self.runs = dict.fromkeys(HookEffect, 0)

    @property
    def name(self) -> str:
        """What it was registered as."""
        return self.definition.name

    @property
    def context(self) -> Context:
        """What it keeps between its runs."""
        return self._context

    def move(self, pool: Pool) -> None:
        """Runs in another pool from now on, under its policy; what it keeps stays. A run finishes where it is."""
        old, self.pool = self.pool, pool
        old.retire()

    def info(self) -> HookInfo:
        """The facts of now."""
        return HookInfo(definition=self.definition, policy=self.pool.policy, runs=dict(self.runs))

    def sees(self, tool: LoadedTool) -> bool:
        """Whether it may look at calls of a tool: of its own folder unless configured, and of no more powers."""
        if self.definition.scope is HookScope.FOLDER and tool.folder != self.definition.folder:
            return False
        return _covers(self.pool.policy, tool.pool.policy)

    async def run(
        self, handler: HookHandler, event: HookEvent, limit_s: float, call_id: str = "", user: str | None = None
    ) -> Answer:
        """Runs one function when the script is free. However it ends, nothing is raised but cancellation.

        Args:
            handler: which function.
            event: what it is given.
            limit_s: longest time, waiting included.
            call_id: the call that the event is about.
            user: who called.
        """
        until = time.perf_counter() + min(limit_s, self.definition.time_limit_s)
        try:
            async with asyncio.timeout(until - time.perf_counter()):
                await self._lock.acquire()
        except TimeoutError:
            return Answer(HookEffect.FAILED, "it was busy for as long as it may take")
        try:
            try:
                request = protocol.to_json([event.payload if handler.form == "event" else event.to_json()])
            except (TypeError, ValueError, RecursionError) as error:
                return Answer(HookEffect.FAILED, f"the event has no JSON form: {bounded(str(error))}")
            outcome = await self._call(handler, request, until, Execution(call_id, user))
            if isinstance(outcome, str):
                return Answer(HookEffect.FAILED, outcome)
            return self._answer(handler, event, outcome)
        finally:
            self._lock.release()

    async def _call(self, handler: HookHandler, request: bytes, until: float, execution: Execution) -> Outcome | str:
        """The outcome of a call, or why there was none."""
        pool = self.pool
        try:
            async with asyncio.timeout(until - time.perf_counter()):
                vm = pool.take() or await pool.make(execution)
        except TimeoutError:
            return "loading it took longer than it may run"
        except (ToolInactive, EngineClosed, ToolError, CompileFailed) as error:
            return error.message
        calling = Calling.HOOK if handler.context else Calling.POSITIONAL
        policy = pool.policy
        # The event is one level around what a tool is given.
        depth = policy.max_depth + 1
        head = protocol.call_head(handler.function, calling, (), depth, policy.max_result_bytes)
        self._context.begin()
        memory = 0
        try:
            left = max(0.0, until - time.perf_counter())
            outcome = await vm.call(head, request, left, call_id=execution.call_id, user=execution.user)
            memory = outcome.memory_bytes
            return outcome
        finally:
            pool.put(vm, memory)

    def _answer(self, handler: HookHandler, event: HookEvent, outcome: Outcome) -> Answer:
        value, error = read(outcome)
        if error is not None:
            return Answer(HookEffect.FAILED, bounded(f"{error.kind}: {error.message}"))
        emitted = tuple(self._context.take())
        if value is None:
            return Answer(HookEffect.UNCHANGED, "", event.payload, event.cancelled, emitted)
        if handler.form == "event":
            return _told(event, value, emitted)
        wrong = _wrong(event, value)
        if wrong:
            return Answer(HookEffect.IGNORED, wrong, event.payload, event.cancelled, emitted)
        payload, cancelled = value["payload"], value.get("cancelled", False)
        same = canonical(payload) == canonical(event.payload)
        effect = HookEffect.UNCHANGED if same else HookEffect.REWROTE
        return Answer(effect, "", payload, cancelled, emitted)

    def close(self) -> None:
        """Frees its VM; a run of it is cancelled."""
        self.pool.close()


def _covers(own: Policy, other: Policy) -> bool:
    """Whether a policy is of a level at least as high as another, and has all its capabilities."""
    if _RANK[own.level] < _RANK[other.level]:
        return False
    if own.capabilities is ALL or other.capabilities is ALL:
        return own.capabilities is ALL
    return other.capabilities <= own.capabilities


def _wrong(event: HookEvent, value: Any) -> str:
    """Why an answer is no event that can take the place of the one that was given; empty if it can."""
    if not isinstance(value, dict) or "event_type" not in value or "payload" not in value:
        return "it gave neither an event nor null"
    answer, given = cast("dict[str, Any]", value), event.to_json()
    for name in _FIXED:
        if answer.get(name, given[name]) != given[name]:
            return f"it changed the event's {name}"
    if not isinstance(answer.get("cancelled", False), bool):
        return "the event's cancelled is neither true nor false"
    return ""


def _told(event: HookEvent, value: Any, emitted: tuple[CustomEvent, ...]) -> Answer:
    """What `on_<event>(x)` adds to what it was given; it changes no call."""
    payload, more = as_object(event.payload), as_object(value)
    if payload is None or more is None:
        message = "it gave neither an object to add nor null"
        return Answer(HookEffect.IGNORED, message, event.payload, event.cancelled, emitted)
    if event.event_type.startswith(TOOL_PREFIX):
        message = "a function on_… only adds to custom events; #[hook] changes calls"
        return Answer(HookEffect.IGNORED, message, event.payload, event.cancelled, emitted)
    return Answer(HookEffect.REWROTE, "", {**payload, **more}, event.cancelled, emitted)


def as_object(value: Json) -> JsonObject | None:
    """A JSON value if it is an object."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def canonical(value: Json) -> bytes:
    """The value's JSON, in one form: to Python, true is 1 and 1 is 1.0, and Rune's objects keep no order."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
