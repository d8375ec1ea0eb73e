"""Hooks of a state: what is recorded of them, which are enabled, and having them look at one call.

`crucible call` imports this: it must not need SQLAlchemy where no hook is enabled.
"""

import contextlib
from dataclasses import dataclass

from crucible_tools.config import HooksConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.enabled_hooks import HookState, enabled_hooks, hook_states
from crucible_tools.migration.hook_service import load_hook
from crucible_tools.model.json import JsonObject
from crucible_tools.operations.denials import acts_recorded
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.place import resolve
from crucible_tools.store.quick import load_hooks
from crucible_tools.store.trust import check_hook_powers


@dataclass(frozen=True, slots=True)
class HooksReport:
    """The hooks of a state.

    Args:
        files: each file's, with whether it is enabled and why not.
        config: what enables them.
    """

    files: tuple[HookState, ...]
    config: HooksConfig

    def to_json(self) -> list[JsonObject]:
        """`[{file, directory, path, enabled, guard, why, scope, level, sha256, functions: [...]}]`."""
        return [
            {
                "file": state.record.file,
                "directory": state.record.directory,
                "path": state.record.path,
                "enabled": state.enabled,
                "guard": state.guard,
                "why": state.why,
                "scope": self.config.scope.value,
                "level": state.record.policy.level.value,
                "sha256": state.record.original_hash,
                "functions": [handler.to_json() for handler in state.record.handlers],
            }
            for state in self.files
        ]


async def list_hooks(place: str, config: HooksConfig) -> HooksReport:
    """The hooks that a state has, by file.

    Args:
        place: the state's folder or URL; one that is not there has none.
        config: what enables them.

    Raises:
        StateError: the state can't be read.
    """
    from crucible_tools.store.state import State

    with State(place) as state:
        records = [stored.record for stored in state.hooks()]
    return HooksReport(tuple(hook_states(records, config)), config)


async def hooked(
    engine: ScriptEngine, place: str, config: HooksConfig, *, trusted: bool
) -> contextlib.AbstractContextManager[object]:
    """Has the enabled hooks of a state look at the calls of an engine.

    Args:
        engine: a running one.
        place: the state's folder or URL, of which a tool was read before.
        config: which are enabled.
        trusted: whether somebody named the state, rather than it was found in the working directory.

    Returns:
        A context at whose end what they did is in the state's audit.

    Raises:
        CallRefused: a guard is not there, or can't be loaded.
        StateError: the state can't be read.
    """

    def check(record: HookRecord) -> None:
        if not trusted:
            check_hook_powers(record, f"if you trust what is in the state, name it: --state {place}")

    loadable = {hooks.record.file: hooks for hooks in load_hooks(resolve(place))}
    for record, definition in enabled_hooks([hooks.record for hooks in loadable.values()], config):
        await load_hook(engine, record, definition, loadable[record.file].source, check)
    stack = contextlib.ExitStack()
    engine.add_hook_sink(stack.enter_context(acts_recorded(place)))
    return stack
