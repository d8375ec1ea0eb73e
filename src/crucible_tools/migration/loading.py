"""Recorded tools in service: out of the state into the engine, when they are first called."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from crucible_tools.errors import ToolNotFound
from crucible_tools.migration.apply import is_registered
from crucible_tools.model.near import near
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


class Loader:
    """Puts recorded tools into service when they are first called, each once however many calls wait for it.

    Args:
        engine: loads them.
        state: has them.
        check: refuses a tool that must not be loaded, by raising.
    """

    def __init__(self, engine: "ScriptEngine", state: State, check: Callable[[StoredTool], None]) -> None:
        self._engine = engine
        self._check = check
        self._state = state
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ensure(self, name: str) -> None:
        """Load a tool unless it is in service.

        Raises:
            ToolNotFound: the state has no such tool; near names are in the hint.
            ToolInactive: it vanished or was rolled back.
            CallRefused: the check refused it.
            CompileFailed, CallRefused, RegistrationError: the engine does not take it (any more).
        """
        if is_registered(self._engine, name):
            return
        # Registering a tool twice would cancel the calls that the first registration has begun.
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            if not is_registered(self._engine, name):
                tool = active_tool(self._state, name)
                self._check(tool)
                await load(self._engine, self._state, tool)


async def load(engine: "ScriptEngine", state: State, tool: StoredTool) -> None:
    """Put a recorded version of a tool into service, in place of another one."""
    source = state.text(tool.version.migrated_hash)
    version = tool.version
    await engine.register_tool(version.definition, source, policy=version.policy, folder=version.directory)


def known_tool(state: State, name: str) -> StoredTool:
    """The tool of this name, inactive or not.

    Raises:
        ToolNotFound: the state has no such tool.
    """
    tool = state.tool(name)
    if tool is None:
        raise ToolNotFound(name, near=near(name, state.names()))
    return tool


def active_tool(state: State, name: str) -> StoredTool:
    """The tool of this name, which can be called.

    Raises:
        ToolNotFound: the state has no such tool.
        ToolInactive: it vanished or was rolled back.
    """
    tool = known_tool(state, name)
    tool.check_active()
    return tool
