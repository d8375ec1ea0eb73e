"""The hook side of the ScriptEngine: scripts that look at calls of tools, and may rewrite or refuse them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.host.effects import bounded
from crucible_tools.engine.scripting import Scripting
from crucible_tools.errors import RegistrationError, UsageError
from crucible_tools.events import CustomEvent, Event
from crucible_tools.model.hooks import MOST_HANDLERS, TOOL_PREFIX

if TYPE_CHECKING:
    from crucible_tools.config import ScriptEngineConfig
    from crucible_tools.engine.hooks.chain import HookSink
    from crucible_tools.engine.hooks.context import Context
    from crucible_tools.engine.hooks.hooks import Hooks
    from crucible_tools.engine.hooks.script import HookScript
    from crucible_tools.engine.outcome import Outcome
    from crucible_tools.engine.pool import Pool
    from crucible_tools.model.hooks import HookDefinition, HookEvent, HookInfo
    from crucible_tools.model.policy import Policy
    from crucible_tools.monitoring.snapshot import Usage

_MOST_NAME: Final = 300


class Hooking(Scripting):
    """What the engine does with hooks. See `EngineCore` for the arguments."""

    _hooks: Hooks | None = None
    """None until the first one is registered: calls then pay nothing for them."""
    _hook_sinks: tuple[HookSink, ...] = ()

    async def register_hook(self, definition: HookDefinition, source: str, *, policy: Policy | None = None) -> Outcome:
        """Loads a hook script into a VM of its own; one of the same name is replaced when that worked.

        From now on its functions get the events that they listen to, for tools that its scope and its policy let it
        see. Nothing enables a hook but this: a migration only records what it finds.

        Args:
            definition: its functions, and whom it may look at.
            source: its text.
            policy: what it runs under; the engine's own, whatever that becomes, if not given. It sees no tool of a
                higher level, nor of a capability that it lacks.

        Returns:
            The outcome of loading, with the compiler's warnings.

        Raises:
            CompileFailed: it does not compile, or not within its limits.
            CallRefused: a limit of the policy is too small for it.
            RegistrationError: its name, its functions or its time limit can't be used.
        """
        _check(definition)
        script = self._new_hook(definition, source, policy)
        try:
            outcome = await script.pool.load()
        except BaseException:
            script.close()
            raise
        self._add_hook(script)
        return outcome

    async def unregister_hook(self, name: str) -> bool:
        """Removes a hook script; False when there is none of this name."""
        return self._hooks is not None and self._hooks.remove(name)

    def list_hooks(self) -> list[HookInfo]:
        """All registered hook scripts, in the order of their registration."""
        return [script.info() for script in self._hooks.scripts] if self._hooks is not None else []

    def add_hook_sink(self, sink: HookSink) -> None:
        """One more who hears of what hooks do to calls, from now on."""
        self._hook_sinks = (*self._hook_sinks, sink)

    async def dispatch_event(self, event: HookEvent) -> HookEvent:
        """Gives an event of the application's own to hooks, and gives back what they made of it.

        Args:
            event: `note:parsed`, say; of no name that begins with `tool:`.

        Raises:
            UsageError: the name is one that only the engine makes.
        """
        self._open()
        _check_name(event.event_type)
        return event if self._hooks is None else await self._hooks.dispatch(event)

    async def settle_hooks(self) -> None:
        """Waits until hooks had all events that were published or emitted so far."""
        if self._hooks is not None:
            await self._hooks.settle()

    def publish(self, event: Event) -> None:
        """Tells all subscribers what happened, and has custom events given to hooks. See `EngineCore.publish`.

        Raises:
            UsageError: the name is one that only the engine makes.
        """
        if isinstance(event, CustomEvent):
            _check_name(event.name)
        super().publish(event)
        if self._hooks is not None and isinstance(event, CustomEvent):
            self._hooks.offer(event)

    # Life

    async def _restart(self) -> None:
        kept = self._hooks.scripts if self._hooks is not None else []
        await super()._restart()
        for script in kept:
            self._move_hook(script, script.pool.policy)
            self._add_hook(script)

    async def reload_config(self, config: ScriptEngineConfig) -> None:
        """Puts another configuration in the place of this one, for hooks, too. See `EngineCore.reload_config`."""
        await super().reload_config(config)
        policy = config.effective_policy()
        for script in self._hooks.scripts if self._hooks is not None else ():
            if not script.own_policy and script.pool.policy != policy:
                self._move_hook(script, policy)

    def get_resource_usage(self) -> Usage:
        """What the engine holds now; events that hooks lost are among the lost ones."""
        usage = super().get_resource_usage()
        return usage if self._hooks is None else replace(usage, events_lost=usage.events_lost + self._hooks.lost)

    async def _halt(self) -> None:
        if self._hooks is not None:
            self._hooks.close()
            self._hooks = None
        await super()._halt()

    def _new_hook(self, definition: HookDefinition, source: str, policy: Policy | None) -> HookScript:
        # Not at the top: an engine without hooks must not wait for what only they import.
        from crucible_tools.engine.hooks.context import Context
        from crucible_tools.engine.hooks.script import HookScript

        context = Context()
        pool = self._hook_pool(definition.name, source, policy or self.config.effective_policy(), context)
        return HookScript(definition, pool, context, own_policy=policy is not None)

    def _hook_pool(self, name: str, source: str, policy: Policy, context: Context) -> Pool:
        from crucible_tools.engine.hooks.context import ContextRegistry
        from crucible_tools.engine.pool import Pool

        return Pool(self._open(), ContextRegistry(self._registry, context), name, source, policy, self._pools)

    def _move_hook(self, script: HookScript, policy: Policy) -> None:
        script.move(self._hook_pool(script.name, script.pool.source, policy, script.context))

    def _add_hook(self, script: HookScript) -> None:
        if self._hooks is None:
            from crucible_tools.engine.hooks.hooks import Hooks

            self._hooks = Hooks(self._registry, lambda: self._hook_sinks, self._calls)
        self._hooks.add(script)


def _check_name(event_type: str) -> None:
    """Raises UsageError for an event that would pass for one of a call."""
    if event_type.startswith(TOOL_PREFIX):
        raise UsageError(f"{bounded(event_type)} is an event that only the engine makes")


def _check(definition: HookDefinition) -> None:
    """Raises RegistrationError for what can't be registered."""
    if not 0 < len(definition.name) <= _MOST_NAME:
        raise RegistrationError(f"a hook script's name has 1 to {_MOST_NAME} characters")
    if not 0 < len(definition.handlers) <= MOST_HANDLERS:
        raise RegistrationError(f"the hook script {definition.name} needs 1 to {MOST_HANDLERS} functions")
    if not 0 < definition.time_limit_s < float("inf"):
        raise RegistrationError(f"the time limit of the hook script {definition.name} is no number of seconds above 0")
