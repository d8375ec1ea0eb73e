"""Tools that are not what they would be now: finding them, taking up what changed, accepting it as it is."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import DirectoryNotFound, UsageError
from crucible_tools.migration import Phase51MigrationManager
from crucible_tools.migration.adoption import AdoptionReport
from crucible_tools.migration.adoption import adopt as adopt_drift
from crucible_tools.migration.drift import Drift, DriftKind, Present, find_drift
from crucible_tools.migration.loading import known_tool
from crucible_tools.migration.migration import new_run_id
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.report import make_stats
from crucible_tools.migration.settings import effective_policy
from crucible_tools.model.enums import MigrationPhase
from crucible_tools.model.migration import MigrationReport, MigrationState
from crucible_tools.operations.configuration import Configuration, Setting
from crucible_tools.operations.events import CAPACITY, recorded
from crucible_tools.store.place import resolve
from crucible_tools.store.state import State

_TO_RELOAD: Final = (DriftKind.CODE, DriftKind.VANISHED, DriftKind.UNREADABLE, DriftKind.POLICY)
"""What a reload without names takes up: a comment changes nothing, and what was adopted is to stay."""


async def drift(configuration: Configuration) -> list[Drift]:
    """In which ways active tools are not what they would be now, in the order of their names.

    Raises:
        StateError: the state can't be read.
        EngineUnavailable: the engine can't run here.
    """
    with State(configuration.state.value) as state:
        if not state.exists():
            return []
        async with _present(configuration) as present:
            return await find_drift(state, present)


async def adopt(configuration: Configuration, tools: Sequence[str] = ()) -> AdoptionReport:
    """Accept the present sources of tools as they are, without migrating them.

    Args:
        configuration: where the state is.
        tools: names; all whose sources changed when empty.

    Raises:
        CrucibleError: as `migration.adoption.adopt`.
    """
    with State(configuration.state.value) as state:
        async with _present(configuration) as present:
            return await adopt_drift(state, present, tools, lock_timeout_s=configuration.lock_timeout.value)


async def reload(
    configuration: Configuration, tools: Sequence[str] = (), *, watch: Watcher = ignore
) -> MigrationReport:
    """Migrate tools again from the folders that they were migrated from, as far as they changed.

    Args:
        configuration: where the state is, and what tools are migrated to.
        tools: names; all that drifted when empty.
        watch: is told of each file and tool.

    Raises:
        ToolNotFound: there is no tool of a name.
        DirectoryNotFound: the folder of one is gone.
        UsageError: the folder of one lies outside of the project, and the state is not trusted.
        CrucibleError: as `Phase51MigrationManager.execute_migration`.
    """
    with State(configuration.state.value) as state:
        names = tools or sorted({found.tool for found in await drift(configuration) if found.kind in _TO_RELOAD})
        if not names:
            return _nothing(configuration, state)
        folders = {state.place.base / known_tool(state, name).version.directory for name in names}
    for folder in sorted(folders):
        if not configuration.state_is_named and not _lies_in(folder, state.place.base):
            raise UsageError(
                f"tools were migrated from {folder}, which lies outside of the project, and a state that was merely "
                "found may not have it read",
                hint=f"if you trust what is in it, name it: --state {configuration.state.value}",
            )
        if not _is_folder(folder):
            raise DirectoryNotFound(
                f"the folder {folder} is gone, which tools were migrated from",
                hint="bring it back, or migrate another folder: `crucible migrate PATH`",
            )
    here = replace(configuration, directories=Setting(tuple(_shown(folder) for folder in sorted(folders)), "state"))
    async with (
        Phase51MigrationManager(here.manager_config(), lock_timeout_s=configuration.lock_timeout.value) as manager,
        recorded(
            manager.subscribe(capacity=CAPACITY), resolve(configuration.state.value), configuration.retention.value
        ),
    ):
        return await manager.execute_migration(watch, tools=names)


@asynccontextmanager
async def _present(configuration: Configuration) -> AsyncGenerator[Present]:
    config = configuration.manager_config()
    policy = effective_policy(config.policy, config.security_level)
    async with ScriptEngine(ScriptEngineConfig(policy=policy)) as engine:
        yield Present(
            engine=engine,
            policy=policy,
            policies=configuration.tool_policies.value,
            repair=config.repair,
            anywhere=configuration.state_is_named,
        )


def _shown(folder: Path) -> Path:
    """A folder as the user would write it."""
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _nothing(configuration: Configuration, state: State) -> MigrationReport:
    """The report of a reload that had nothing to do, and so was no run."""
    now = datetime.now(UTC)
    return MigrationReport(
        migration_id=new_run_id(),
        base=state.place.base_name,
        config=configuration.manager_config(),
        stats=make_stats(state),
        state=MigrationState(phase=MigrationPhase.COMPLETED, start_time=now, completion_time=now),
        timestamp=now,
    )


def _lies_in(folder: Path, base: Path) -> bool:
    return Path(os.path.realpath(folder)).is_relative_to(base)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)
