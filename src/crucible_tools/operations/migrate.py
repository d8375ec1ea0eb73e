"""Migrating, and planning to."""

from collections.abc import Sequence
from dataclasses import replace

from crucible_tools.errors import UsageError
from crucible_tools.migration import Phase51MigrationManager
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.model.enums import MigrationMode
from crucible_tools.model.migration import MigrationReport
from crucible_tools.operations.configuration import Configuration, Setting


async def migrate(
    configuration: Configuration, *, tools: Sequence[str] = (), watch: Watcher = ignore
) -> MigrationReport:
    """Migrate what the folders hold, or some tools of them.

    Args:
        configuration: where from, where to, how.
        tools: names of tools; all when empty.
        watch: is told of each file and tool.

    Raises:
        UsageError: the mode is manual and no tool is named.
        CrucibleError: as `Phase51MigrationManager.execute_migration`.
    """
    if configuration.mode.value is MigrationMode.MANUAL and not tools:
        raise UsageError("the mode manual migrates only tools that are named", hint="name them: --tool NAME")
    async with Phase51MigrationManager(
        configuration.manager_config(), lock_timeout_s=configuration.lock_timeout.value
    ) as manager:
        return await manager.execute_migration(watch, tools=tools)


async def plan(configuration: Configuration, *, tools: Sequence[str] = (), watch: Watcher = ignore) -> MigrationReport:
    """What `migrate` would do; nothing is changed.

    Raises:
        CrucibleError: as `Phase51MigrationManager.execute_migration`.
    """
    rehearsal = replace(configuration, mode=Setting(MigrationMode.DRY_RUN, "plan"))
    return await migrate(rehearsal, tools=tools, watch=watch)
