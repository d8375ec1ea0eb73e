"""Enabled hooks in service: out of the state into the engine, before the first call that they may look at."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from crucible_tools.config import HooksConfig
from crucible_tools.migration.enabled_hooks import enabled_hooks
from crucible_tools.migration.hook_service import load_hook
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


class HookLoader:
    """Keeps the engine's hooks those that the state has recorded and the configuration enables.

    Args:
        engine: takes them.
        state: has them.
        config: which are enabled.
        check: refuses one that must not be loaded, by raising `CallRefused`.
    """

    def __init__(
        self, engine: "ScriptEngine", state: State, config: HooksConfig, check: Callable[[HookRecord], None]
    ) -> None:
        self._engine = engine
        self._state = state
        self._config = config
        self._check = check
        self._lock = asyncio.Lock()
        self._stale = bool(config.enabled) or bool(config.guards)
        self._loaded: dict[str, HookRecord] = {}

    def forget(self) -> None:
        """Looks at the state again before the next call: a run may have changed what is recorded."""
        self._stale = bool(self._config.enabled) or bool(self._config.guards)

    async def ensure(self) -> None:
        """Puts hooks into service, and takes those out that are gone, where anything may have changed.

        Raises:
            CallRefused: a guard is not there, or can't be loaded.
            StateError: the state can't be read.
        """
        if not self._stale:
            return
        async with self._lock:
            if self._stale:
                await self._load()
                self._stale = False

    async def _load(self) -> None:
        wanted = enabled_hooks([stored.record for stored in self._state.hooks()], self._config)
        names = {definition.name for _, definition in wanted}
        for name in [name for name in self._loaded if name not in names]:
            await self._engine.unregister_hook(name)
            del self._loaded[name]
        for record, definition in wanted:
            if self._loaded.get(definition.name) != record:
                await load_hook(
                    self._engine, record, definition, self._state.text(record.migrated_hash or ""), self._check
                )
                self._loaded[definition.name] = record
