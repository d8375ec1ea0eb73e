"""The migration as a whole: configured once, run as often as wanted."""

from collections.abc import Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from crucible_tools.config import (
    MigrationConfig,
    MigrationManagerConfig,
    RuneServiceConfig,
    ScriptEngineConfig,
)
from crucible_tools.errors import ConfigurationError
from crucible_tools.migration.bridge import ToolMigrationBridge
from crucible_tools.migration.failures import raise_failure
from crucible_tools.migration.loading import known_tool
from crucible_tools.migration.migration import Migration
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.report import make_stats
from crucible_tools.migration.settings import of_manager
from crucible_tools.model.enums import MigrationMode
from crucible_tools.model.migration import MigrationReport, MigrationStats
from crucible_tools.model.tools import DiscoveredTool, MigratedTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import HostModule


class Phase51MigrationManager:
    """Migrates folders of legacy Rune tools into the engine. An async context manager.

    Args:
        config: what to do.
        modules: the application's own host modules, which its tools call.
        lock_timeout_s: seconds to wait for another run on the same state.

    Raises:
        ConfigurationError: the configuration asks for something that this version does not do.
    """

    def __init__(
        self,
        config: MigrationManagerConfig | None = None,
        *,
        modules: "Iterable[HostModule]" = (),
        lock_timeout_s: float = 0.0,
    ) -> None:
        from crucible_tools.engine import ScriptEngine

        self.config = config or MigrationManagerConfig()
        settings = of_manager(self.config, lock_timeout_s)
        self._state = State(self.config.state)
        self._engine = ScriptEngine(
            ScriptEngineConfig(security_level=self.config.security_level, policy=self.config.policy), modules=modules
        )
        self._migration = Migration(self.config, settings, self._state, self._engine)
        self._bridge = ToolMigrationBridge(
            RuneServiceConfig(directories=self.config.migration_directories),
            MigrationConfig(
                auto_migrate=False,
                security_level=self.config.security_level,
                state=self.config.state,
                policy=self.config.policy,
                repair=self.config.repair,
            ),
            engine=self._engine,
        )

    @classmethod
    async def new(
        cls,
        config: MigrationManagerConfig | None = None,
        *,
        modules: "Iterable[HostModule]" = (),
        lock_timeout_s: float = 0.0,
    ) -> Self:
        """An opened manager; close it with `close`."""
        manager = cls(config, modules=modules, lock_timeout_s=lock_timeout_s)
        await manager.open()
        return manager

    async def open(self) -> None:
        """Start the engine. Opening twice is fine.

        Raises:
            EngineUnavailable: the engine can't run here.
        """
        await self._engine.start()

    async def close(self) -> None:
        """Stop the engine and close the state. Closing twice is fine."""
        await self._bridge.close()
        await self._engine.stop()
        self._state.close()

    async def __aenter__(self) -> Self:
        """Open it."""
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    @property
    def bridge(self) -> ToolMigrationBridge:
        """The bridge over the same engine and state: it runs what was migrated."""
        return self._bridge

    async def execute_migration(self, watch: Watcher = ignore, *, tools: Collection[str] = ()) -> MigrationReport:
        """Migrate what the folders hold, as the mode says.

        DRY_RUN does everything up to the first write; MANUAL only discovers, unless tools are named.

        Args:
            watch: is told of each file and tool.
            tools: names of the tools to migrate; all when empty.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
            ToolNotFound: no file defines a tool that was named.
            StateError: the state is locked, damaged, too new, or can't be written.
        """
        return await self._migration.run(only=tools, watch=watch)

    async def discover_tools(self) -> list[DiscoveredTool]:
        """Every tool that the folders define or mean to define; nothing is migrated.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
        """
        return await self._migration.discover()

    async def migrate_specific_tool(self, name: str) -> MigratedTool:
        """Migrate the tool of this name, in any mode but DRY_RUN.

        Raises:
            ConfigurationError: the mode is DRY_RUN.
            ToolNotFound: no file defines it; near names are in the hint.
            CompileFailed, CallRefused, RegistrationError, ToolError: it can't be migrated; the error says why.
        """
        if self.config.mode is MigrationMode.DRY_RUN:
            raise ConfigurationError("a dry run migrates nothing", hint="use the mode incremental or manual")
        report = await self._migration.run(only=(name,))
        raise_failure(report)
        return known_tool(self._state, name).to_migrated()

    async def get_migration_statistics(self) -> MigrationStats:
        """What the state holds over all runs."""
        return make_stats(self._state)

    async def export_migration_report(self, report: MigrationReport) -> str:
        """The report as JSON text; `MigrationReport.model_validate_json` reads it back."""
        return report.model_dump_json(indent=2)


async def discover_tools(
    directories: Iterable[Path | str] | None = None, *, modules: "Iterable[HostModule]" = ()
) -> list[DiscoveredTool]:
    """Every tool that these folders define or mean to define.

    Args:
        directories: folders or files; the default folders when None.
        modules: the application's own host modules, which its tools call.

    Raises:
        DirectoryNotFound: a folder that was named does not exist.
    """
    config = MigrationManagerConfig()
    if directories is not None:
        config = MigrationManagerConfig(migration_directories=tuple(Path(item) for item in directories))
    async with Phase51MigrationManager(config, modules=modules) as manager:
        return await manager.discover_tools()
