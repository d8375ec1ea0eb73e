"""What carries the ScriptEngine: its life, its configuration, its VMs, and reading sources in its sandbox."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import inspection
from crucible_tools.engine.basic import Clock, basic_module, system_clock
from crucible_tools.engine.calls import Calls
from crucible_tools.engine.host.effects import EffectLog, EffectSink, PolicySink
from crucible_tools.engine.host.modules import host_modules
from crucible_tools.engine.host.randomness import random_module
from crucible_tools.engine.host.world import World
from crucible_tools.engine.pool import Pool
from crucible_tools.engine.pools import Pools
from crucible_tools.engine.progress import progress_module
from crucible_tools.engine.queue import CallQueue, Line
from crucible_tools.engine.registry import HostModule, Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.scripts import Scripts
from crucible_tools.engine.sweep import Sweep
from crucible_tools.engine.tool import LoadedTool
from crucible_tools.errors import ConfigurationError, CrucibleError, EngineClosed, ToolInactive
from crucible_tools.events import Event, EventBus, HealthChanges, SecurityPolicyUpdated, Subscription
from crucible_tools.model.checks import from_mapping
from crucible_tools.monitoring.engine_metrics import EngineMetrics
from crucible_tools.monitoring.tracing import tracing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_tools.engine.record import Recorder, RecordSink
    from crucible_tools.model.json import Json
    from crucible_tools.model.policy import Policy
    from crucible_tools.monitoring.snapshot import Usage
    from crucible_tools.monitoring.thresholds import HealthWatch
    from crucible_tools.rune.check.rehearsal import Part, Rehearsal, Terms
    from crucible_tools.rune.inspection import Inspection

_MOST_REPLAYS: Final = 4
"""Replays that may run at the same time: each has a VM of its own, and compiles its script."""


class EngineCore:
    """Everything of the engine but tools and scripts. An async context manager; used on one event loop.

    Args:
        config: limits and level of tools that are registered without a policy of their own.
        modules: the application's own host modules.
        clock: gives the present time to scripts.
        world: what host functions touch; the real one if not given.
        effects: hears of everything that scripts do outside, or are not allowed to do.
        recorder: takes records of calls, if `config.record` wants any to be made.
        cache: folder of the compiled guest; the user's cache folder if not given.
        guest: another guest than the package's own, for tests of a rebuilt one.
        monotonic: seconds by which it is known how long a VM has been idle.
    """

    def __init__(
        self,
        config: ScriptEngineConfig | None = None,
        *,
        modules: Iterable[HostModule] = (),
        clock: Clock = system_clock,
        world: World | None = None,
        effects: EffectSink | None = None,
        recorder: RecordSink | None = None,
        cache: Path | None = None,
        guest: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config = config or ScriptEngineConfig()
        self.metrics = EngineMetrics()
        world = world or World()
        self._events = EventBus()
        self._registry = Registry(
            [basic_module(clock), progress_module(), random_module(world.entropy), *host_modules(world)],
            effects=EffectLog(effects, clock, self.metrics, self._events),
            metrics=self.metrics,
            events=self._events,
        )
        self._environment = world.environment
        self._sinks = () if recorder is None else (recorder,)
        self._recorder: Recorder | None = None
        """Makes records of calls, where somebody wants them."""
        self._configure_recorder()
        self._policy_sinks: tuple[PolicySink, ...] = ()
        self._has_own_modules = False
        for module in modules:
            self.register_module(module)
        self._cache = cache
        self._guest = guest
        self._changing = asyncio.Lock()
        """Held by whoever starts or stops the engine: each of these takes a while, and ends before the next one."""
        self._sandbox: Sandbox | None = None
        self._tools: dict[str, LoadedTool] = {}
        self._scripts = Scripts()
        self._pools = Pools(self.config, monotonic, self._events)
        self._sweep = Sweep(self._pools)
        self._queue = CallQueue(self.config.max_concurrent_operations, self.config.max_queued_calls)
        self._calls = Calls(self._queue)
        self._compiling = Line("compiling", None)
        self._replaying = Line("replaying", _MOST_REPLAYS)
        self._call_prefix = uuid.uuid4().hex[:8]
        self._call_numbers = itertools.count(1)
        self._since = datetime.now(UTC)
        self._watch: HealthWatch | None = None
        """Judges the engine's health, once somebody has asked for it."""
        self._health = HealthChanges(self._events, "engine")

    # Lifecycle

    async def start(self) -> None:
        """Loads the compiled guest: milliseconds, or seconds the first time on a machine. May be called twice.

        Starts, stops and restarts of several tasks are made one after the other, in the order in which they came.

        Raises:
            EngineUnavailable: it cannot run here.
        """
        async with self._changing:
            await self._start()

    async def _start(self) -> None:
        if self._sandbox is None:
            self._sandbox = await asyncio.to_thread(Sandbox, cache=self._cache, guest=self._guest)
            self._registry.tracing = tracing()
            self._sweep.start(self.config.idle_timeout)

    async def stop(self) -> None:
        """Cancels running calls, frees everything, and ends all subscriptions. May be called twice."""
        async with self._changing:
            await self._halt()
            self._events.close()

    async def _halt(self) -> None:
        self._sweep.stop()
        self._forget_all()
        # Replaced tools may have waiting calls, too.
        self._queue.expel_all(ToolInactive("the engine was stopped while the call waited for its turn"))
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.cancel()
            # On a thread: waiting for the workers must not stall the loop, which the cancelled calls need.
            await asyncio.to_thread(sandbox.close)

    async def restart(self) -> None:
        """Cancels running calls and starts afresh; what is registered stays, and is compiled at its next call.

        Raises:
            EngineUnavailable: it cannot run here any more; it is stopped then.
        """
        async with self._changing:
            await self._restart()

    async def _restart(self) -> None:
        tools, scripts = dict(self._tools), list(self._scripts)
        await self._halt()
        await self._start()
        for each in (*tools.values(), *scripts):
            each.move(self._pool(each.name, each.pool.source, each.pool.policy), self._queue)
        self._tools.update(tools)
        for script in scripts:
            self._scripts.add(script, self._queue)

    def _forget_all(self) -> None:
        for each in (*self._tools.values(), *self._scripts.clear()):
            each.close(self._queue)
        self._tools.clear()

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

    def add_effect_sink(self, sink: EffectSink) -> None:
        """One more who hears of what scripts do outside, or are not allowed to do, from now on."""
        self._registry.effects.add(sink)

    def add_policy_sink(self, sink: PolicySink) -> None:
        """One more who hears which policies are put in force while the engine runs, from now on."""
        self._policy_sinks = (*self._policy_sinks, sink)

    @property
    def has_own_modules(self) -> bool:
        """Whether the application registered modules: another process does not have them."""
        return self._has_own_modules

    def _configure_recorder(self) -> None:
        self._recorder = None
        if self.config.record.enabled and self._sinks:
            # Not at the top: a call of a tool must not wait for what only records are made of.
            from crucible_tools.engine.record import Recorder

            self._recorder = Recorder(
                self.config.record, self._registry, self._sinks, self._environment, lambda: self._open().identity
            )

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

    async def rehearse(self, text: str, path: str, parts: Sequence[Part], terms: Terms | None = None) -> Rehearsal:
        """Calls tools of a source, each at most a second and under SAFE's limits unless the terms are others.

        Functions that reach outside are answered by stand-ins and recorded: none of them is run.
        """
        # Not at the top: a call of a tool must not wait for what only rehearsals import.
        from crucible_tools.engine import rehearsal

        return await rehearsal.rehearse(self._open(), self._registry, text, path, parts, terms or rehearsal.TERMS)

    def _pool(self, name: str, source: str, policy: Policy) -> Pool:
        return Pool(self._open(), self._registry, name, source, policy, self._pools)

    # Configuration

    def get_config(self) -> ScriptEngineConfig:
        """The configuration that holds now."""
        return self.config

    def validate_config(self, values: Mapping[str, Json]) -> tuple[str, ...]:
        """What is wrong with these values of the configuration, a sentence each; nothing is changed.

        Args:
            values: by field, as a table of a file has them; fields that are left out stay as they are.
        """
        problems: list[str] = []
        for name, value in values.items():
            try:
                from_mapping(ScriptEngineConfig, {name: value})
            except ConfigurationError as error:
                problems.append(f"{error.message}; {error.hint}" if error.hint else error.message)
        if not problems:
            try:
                self._try_policy(replace(self.config, **dict[str, Any](values)).effective_policy())
            except CrucibleError as error:
                problems.append(error.message)
        return tuple(problems)

    async def update_config(self, **changes: Any) -> ScriptEngineConfig:
        """Changes some fields of the configuration; the rest is as for `reload_config`.

        Raises:
            ConfigurationError: a field is unknown, or a value is wrong; nothing was changed.
        """
        from_mapping(ScriptEngineConfig, changes)
        config = replace(self.config, **changes)
        await self.reload_config(config)
        return config

    async def reload_config(self, config: ScriptEngineConfig) -> None:
        """Puts another configuration in the place of this one, and drops no call.

        Calls that run finish as they began; those that wait come under the new bounds. Tools that were registered
        without a policy of their own get the new one's, and are compiled again at their next call.

        Raises:
            ConfigurationError: no VM can run under it; nothing was changed.
        """
        before, policy = self.config.effective_policy(), config.effective_policy()
        changed = policy != before
        if changed:
            self._try_policy(policy)
            for each in (*self._tools.values(), *self._scripts):
                if not each.own_policy:
                    each.move(self._pool(each.name, each.pool.source, policy), self._queue)
        if config.health != self.config.health:
            self._watch = None  # what the figures say is judged anew
        self.config = config
        self._configure_recorder()
        self._pools.configure(config)
        self._queue.resize(config.max_concurrent_operations, config.max_queued_calls)
        if self._sandbox is not None:
            self._sweep.start(config.idle_timeout)
        if changed:
            self._tell_policy(None, before, policy)

    def _tell_policy(self, name: str | None, before: Policy, after: Policy) -> None:
        self._events.publish(SecurityPolicyUpdated(identifier=name or "", level=after.level.value))
        for sink in self._policy_sinks:
            sink.policy_set(name, before, after)

    def _try_policy(self, policy: Policy) -> None:
        """Raises ConfigurationError when no VM can be started under it."""
        if self._sandbox is not None:
            self._sandbox.vm(self._registry, policy, "configuration").close()

    # Events

    def subscribe(self, *types: str, pattern: str = "*", capacity: int = 1024) -> Subscription:
        """Hears what happens from now on, until it is closed or the engine is stopped; a restart goes unnoticed.

        Args:
            types: members of `EventType` or an application's own types; all when none is given.
            pattern: of identifiers, such as tool names: `*` stands for any characters.
            capacity: events that wait for the subscriber at most; beyond it the oldest are lost, counted and told.

        Raises:
            UsageError: the capacity is no positive number.
        """
        return self._events.subscribe(types, pattern, capacity)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Hears nothing more; what waits can still be taken. `subscription.close()` does the same."""
        subscription.close()

    def publish(self, event: Event) -> None:
        """Tells all subscribers what happened: `CustomEvent.of` makes an application's own events.

        Never waits. On the engine's event loop: elsewhere use `loop.call_soon_threadsafe(engine.publish, event)`.
        """
        self._events.publish(event)

    # Resources

    def get_resource_usage(self) -> Usage:
        """What the engine holds now."""
        kept = self._pools.stats()
        # Not at the top, here and in `health`: a call of a tool must not wait for what only its watchers import.
        from crucible_tools.monitoring.snapshot import Usage

        return Usage(
            tools=len(self._tools),
            loaded_tools=kept.entries,
            vms=self.instances,
            pool_bytes=kept.bytes,
            running_calls=self._queue.running,
            waiting_calls=self._queue.waiting,
            most_running=self.config.max_concurrent_operations,
            most_waiting=self.config.max_queued_calls,
            cache_hits=kept.hits,
            cache_misses=kept.misses,
            cache_evictions=kept.evictions,
            events=self._events.published,
            events_lost=self._events.lost,
            subscribers=self._events.subscribers,
        )
