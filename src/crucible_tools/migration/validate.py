"""Whether the recorded tools are what they should be (validation mode BASIC)."""

from typing import TYPE_CHECKING

from crucible_tools.errors import CallRefused, CompileFailed, RegistrationError, StateDamaged
from crucible_tools.migration.apply import is_registered
from crucible_tools.migration.loading import load
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.migration import MigrationValidation
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


async def validate(engine: "ScriptEngine", state: State) -> MigrationValidation:
    """Load every active tool that is not in service: its source is intact, it compiles, its schema is valid."""
    issues: list[str] = []
    warnings: list[str] = []
    tools = [tool for tool in state.tools() if tool.active]
    for tool in tools:
        if problem := await _problem(engine, state, tool):
            issues.append(f"{tool.name}: {problem}")
        elif tool.version.engine != engine_versions():
            warnings.append(f"{tool.name}: it was migrated with another engine; it still loads")
    return MigrationValidation(
        valid=not issues,
        issues=tuple(issues),
        warnings=tuple(warnings),
        total_tools=len(tools),
        valid_tools=len(tools) - len(issues),
    )


async def _problem(engine: "ScriptEngine", state: State, tool: StoredTool) -> str | None:
    try:
        if is_registered(engine, tool.name):
            state.blob(tool.version.migrated_hash)
        else:
            await load(engine, state, tool)
            await engine.unregister_tool(tool.name)
    except (CompileFailed, CallRefused, RegistrationError, StateDamaged) as error:
        return error.message
    return None
