"""Recorded tools in service: out of the state into the engine, when they are first called."""

import difflib
from typing import TYPE_CHECKING

from crucible_tools.errors import ToolNotFound
from crucible_tools.migration.apply import is_registered
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


async def ensure_loaded(engine: "ScriptEngine", state: State, name: str) -> None:
    """Load a tool unless it is in service.

    Raises:
        ToolNotFound: the state has no such tool; near names are in the hint.
        ToolInactive: it vanished or was rolled back.
        CompileFailed, CallRefused, RegistrationError: the engine does not take it (any more).
    """
    if not is_registered(engine, name):
        await load(engine, state, active_tool(state, name))


async def load(engine: "ScriptEngine", state: State, tool: StoredTool) -> None:
    """Put a recorded version of a tool into service, in place of another one."""
    source = state.blob(tool.version.migrated_hash).decode()
    await engine.register_tool(tool.version.definition, source, policy=tool.version.policy)


def known_tool(state: State, name: str) -> StoredTool:
    """The tool of this name, inactive or not.

    Raises:
        ToolNotFound: the state has no such tool.
    """
    tool = state.tool(name)
    if tool is None:
        raise ToolNotFound(name, near=difflib.get_close_matches(name, state.names(), n=3))
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
