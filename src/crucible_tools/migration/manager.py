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
from crucible_tools.migration.formats import render
from crucible_tools.migration.loading import known_tool
from crucible_tools.migration.migration import Migration
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.report import make_stats
from crucible_tools.migration.retrying import OnFailure
from crucible_tools.migration.rollback import Tools, roll_back
from crucible_tools.migration.settings import of_manager
from crucible_tools.migration.verifying import verified
from crucible_tools.migration.versions import migrated
from crucible_tools.model.enums import MigrationMode, MigrationPhase, ReportFormat
from crucible_tools.model.migration import MigrationReport, MigrationStats
from crucible_tools.model.tools import DiscoveredTool, MigratedTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import HostModule
    from crucible_tools.events import Subscription
    from crucible_tools.legacy import RuneService


class Phase51MigrationManager:
    """Migrates folders of legacy Rune tools into the engine. An async context manager.

    Args:
        config: what to do.
        modules: the application's own host modules, which its tools call.
        lock_timeout_s: seconds to wait for another run on the same state.
        on_failure: is told of each tool's failure and of which attempt it was, from 1; gives the seconds to wait before
            the next attempt, or None to give up. Without it the configuration's retry policy decides.
        rune_service: the original service; with `preserve_original_service=False` a run that migrated tools redirects
            it to them, until the manager is closed.
    """

    def __init__(
        self,
        config: MigrationManagerConfig | None = None,
        *,
        modules: "Iterable[HostModule]" = (),
        lock_timeout_s: float = 0.0,
        on_failure: OnFailure | None = None,
        rune_service: "RuneService | None" = None,
    ) -> None:
        from crucible_tools.engine import ScriptEngine

        self.config = config or MigrationManagerConfig()
        settings = of_manager(self.config, lock_timeout_s)
        self._rune_service = rune_service
        self._state = State(self.config.state)
        self._engine = ScriptEngine(
            ScriptEngineConfig(
                security_level=self.config.security_level, policy=self.config.policy, record=self.config.record
            ),
            modules=modules,
        )
        self._migration = Migration(self.config, settings, self._state, self._engine, on_failure)
        self._bridge = ToolMigrationBridge(
            RuneServiceConfig(directories=self.config.migration_directories),
            MigrationConfig(
                auto_migrate=False,
                security_level=self.config.security_level,
                state=self.config.state,
                policy=self.config.policy,
                tool_policies=self.config.tool_policies,
                repair=self.config.repair,
                retry=self.config.retry,
                record=self.config.record,
                hooks=self.config.hooks,
            ),
            engine=self._engine,
            on_failure=on_failure,
        )

    @classmethod
    async def new(
        cls,
        config: MigrationManagerConfig | None = None,
        *,
        modules: "Iterable[HostModule]" = (),
        lock_timeout_s: float = 0.0,
        on_failure: OnFailure | None = None,
        rune_service: "RuneService | None" = None,
    ) -> Self:
        """An opened manager; close it with `close`."""
        manager = cls(
            config,
            modules=modules,
            lock_timeout_s=lock_timeout_s,
            on_failure=on_failure,
            rune_service=rune_service,
        )
        await manager.open()
        return manager

    async def open(self) -> None:
        """Start the engine. Opening twice is fine.

        Raises:
            EngineUnavailable: the engine can't run here.
        """
        await self._engine.start()

    async def close(self) -> None:
        """Stop the engine and close the state; the original service answers for itself again. Twice is fine."""
        if self._rune_service is not None and self._rune_service.redirected_to is self._bridge:
            await self._rune_service.redirect(None)
        await self._engine.stop()  # before the bridge, which takes the records of the calls that end here
        await self._bridge.close()
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

    def subscribe(self, *types: str, pattern: str = "*", capacity: int = 1024) -> "Subscription":
        """Hears what migrations, rollbacks and the engine publish from now on, until the manager is closed.

        See `ScriptEngine.subscribe` for the arguments.
        """
        return self._engine.subscribe(*types, pattern=pattern, capacity=capacity)

    @property
    def bridge(self) -> ToolMigrationBridge:
        """The bridge over the same engine and state: it runs what was migrated."""
        return self._bridge

    async def execute_migration(
        self,
        watch: Watcher = ignore,
        *,
        tools: Collection[str] = (),
        plan: MigrationReport | None = None,
        verify_rollback: bool = False,
    ) -> MigrationReport:
        """Migrate what the folders hold, as the mode says.

        DRY_RUN does everything up to the first write; MANUAL only discovers, unless tools are named.

        Args:
            watch: is told of each file and tool.
            tools: names of the tools to migrate; all when empty.
            plan: the report of a dry run; it is compared with what would be planned now, and refused if that differs.
            verify_rollback: roll back what was migrated, compare, and migrate again.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
            ToolNotFound: no file defines a tool that was named.
            PlanStale: the plan is not what would be planned now; nothing was changed.
            StateError: the state is locked, damaged, too new, or can't be written.
        """
        if verify_rollback and self.config.mode is not MigrationMode.DRY_RUN:
            report = await verified(
                self._state,
                lambda saved: self._migration.run(only=tools, saved=saved, watch=watch),
                plan,
                self._migration.settings.lock_timeout_s,
                self._engine,
            )
        else:
            report = await self._migration.run(only=tools, saved=plan, watch=watch)
        self._bridge.reload_hooks()
        await self._redirect(report)
        return report

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
        self._bridge.reload_hooks()
        raise_failure(report)
        await self._redirect(report)
        return migrated(known_tool(self._state, name))

    async def _redirect(self, report: MigrationReport) -> None:
        """Let the migrated tools answer for the original service, after a run that migrated some."""
        if self._rune_service is None or self.config.preserve_original_service:
            return
        if report.state.phase is MigrationPhase.COMPLETED and report.migrated_tools:
            await self._rune_service.redirect(self._bridge)

    async def rollback_tool_migration(self, name: str) -> MigratedTool:
        """Let a tool be what it was before its present version; `crucible rollback` has more.

        Returns:
            The tool as it is now: its previous version, or inactive when it has none.

        Raises:
            ToolNotFound: there is no such tool; near names are in the hint.
            UsageError: its first migration was rolled back already.
            StateError: the state is locked, damaged, too new, or can't be written.
        """
        lock_timeout_s = self._migration.settings.lock_timeout_s
        await roll_back(self._state, Tools((name,)), lock_timeout_s=lock_timeout_s, events=self._engine)
        await self._engine.retire_tool(name)  # the next call loads what the state has
        return migrated(known_tool(self._state, name))

    async def get_migration_statistics(self) -> MigrationStats:
        """What the state holds over all runs."""
        return make_stats(self._state)

    async def export_migration_report(
        self, report: MigrationReport, output_format: ReportFormat = ReportFormat.JSON
    ) -> str:
        """The report as a text in this format; `MigrationReport.model_validate_json` reads JSON back."""
        return render(report, output_format)


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
