"""Validating what was migrated."""

from collections.abc import Sequence

from crucible_tools.engine import ScriptEngine
from crucible_tools.migration import validate as recorded
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.model.migration import MigrationValidation
from crucible_tools.operations.configuration import Configuration
from crucible_tools.store.state import State


async def validate(
    configuration: Configuration, *, tools: Sequence[str] = (), watch: Watcher = ignore
) -> MigrationValidation:
    """Validate migrated tools as they are recorded; no effect of theirs is run.

    Args:
        configuration: where they are, and how much is checked.
        tools: names of active tools; all when empty.
        watch: is told of each tool.

    Raises:
        ToolNotFound, ToolInactive: a tool of `tools` can't be validated.
        StateError: the state can't be read.
        EngineUnavailable: the engine can't run here.
    """
    async with ScriptEngine() as engine:
        with State(configuration.state.value) as state:
            return await recorded.validate(
                engine,
                state,
                configuration.validation.value,
                names=tools,
                lock_timeout_s=configuration.lock_timeout.value,
                watch=watch,
            )
