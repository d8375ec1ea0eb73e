"""Migrating, and planning to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crucible_tools.errors import UsageError
from crucible_tools.migration import Phase51MigrationManager
from crucible_tools.migration.basis import read_plan
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.worker import seldom_collecting
from crucible_tools.model.enums import MigrationMode
from crucible_tools.model.migration import MigrationReport
from crucible_tools.operations.configuration import Configuration, Setting
from crucible_tools.operations.events import CAPACITY, recorded
from crucible_tools.store.place import resolve


async def migrate(
    configuration: Configuration,
    *,
    tools: Sequence[str] = (),
    plan_file: Path | None = None,
    verify_rollback: bool = False,
    watch: Watcher = ignore,
) -> MigrationReport:
    """Migrate what the folders hold, or some tools of them.

    Args:
        configuration: where from, where to, how.
        tools: names of tools; all when empty.
        plan_file: a saved plan, which has to be the plan of now.
        verify_rollback: roll back what was migrated, compare, and migrate again.
        watch: is told of each file and tool.

    Raises:
        UsageError: the mode is manual and no tool is named.
        ConfigurationError: the file holds no plan.
        PlanStale: the plan is another one now; the error says what changed.
        CrucibleError: as `Phase51MigrationManager.execute_migration`.
    """
    if configuration.mode.value is MigrationMode.MANUAL and not tools:
        raise UsageError("the mode manual migrates only tools that are named", hint="name them: --tool NAME")
    saved = read_plan(plan_file) if plan_file else None
    config = configuration.manager_config()
    with seldom_collecting():
        async with (
            Phase51MigrationManager(config, lock_timeout_s=configuration.lock_timeout.value) as manager,
            recorded(
                manager.subscribe(capacity=CAPACITY), resolve(configuration.state.value), configuration.retention.value
            ),
        ):
            return await manager.execute_migration(watch, tools=tools, plan=saved, verify_rollback=verify_rollback)


async def plan(configuration: Configuration, *, tools: Sequence[str] = (), watch: Watcher = ignore) -> MigrationReport:
    """What `migrate` would do; nothing is changed.

    Raises:
        CrucibleError: as `Phase51MigrationManager.execute_migration`.
    """
    rehearsal = replace(configuration, mode=Setting(MigrationMode.DRY_RUN, "plan"))
    return await migrate(rehearsal, tools=tools, watch=watch)
