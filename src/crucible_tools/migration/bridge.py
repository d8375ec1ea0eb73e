"""The bridge between legacy folders and the engine: migrates tools, and runs the migrated ones."""

import asyncio
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from crucible_tools.config import (
    MigrationConfig,
    MigrationManagerConfig,
    RuneServiceConfig,
    ScriptEngineConfig,
    names_state,
)
from crucible_tools.errors import EngineClosed, StateDamaged
from crucible_tools.migration import operations
from crucible_tools.migration.apply import is_registered
from crucible_tools.migration.denials import DenialRecorder
from crucible_tools.migration.failures import raise_failure
from crucible_tools.migration.health import Health
from crucible_tools.migration.hook_loading import HookLoader
from crucible_tools.migration.loading import Loader, active_tool, known_tool, load
from crucible_tools.migration.migration import Migration, new_run_id
from crucible_tools.migration.policies import PolicyRecorder
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.report import make_stats
from crucible_tools.migration.retrying import OnFailure
from crucible_tools.migration.settings import effective_policy, of_bridge
from crucible_tools.migration.validate import validate
from crucible_tools.migration.validation import Candidate, Validator
from crucible_tools.migration.versions import migrated
from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.health import ServiceHealth
from crucible_tools.model.migration import MigrationReport, MigrationStats, MigrationValidation
from crucible_tools.model.services import ServiceMetrics, ToolValidation
from crucible_tools.model.tools import MigratedTool, ToolDefinition, ToolExecutionContext, ToolExecutionResult
from crucible_tools.monitoring.service_calls import ServiceCalls
from crucible_tools.store.call_writer import CallWriter
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State
from crucible_tools.store.trust import check_hook_powers, check_powers
from crucible_tools.store.trusted import is_trusted

if TYPE_CHECKING:
    from crucible_tools.engine import HostModule, ScriptEngine
    from crucible_tools.events import Event, Subscription


class ToolMigrationBridge:
    """Legacy tools as tools of the engine, and a `ToolService` of them. An async context manager.

    Args:
        rune_config: where the legacy sources are.
        migration_config: what they are migrated to; with `auto_migrate`, opening the bridge migrates.
        modules: the application's own host modules.
        engine: a running engine to use in place of one of its own; it is not stopped with the bridge.
        on_failure: decides in place of the configuration's retry policy whether what failed is tried again, as
            `Phase51MigrationManager` has it.
    """

    def __init__(
        self,
        rune_config: RuneServiceConfig | None = None,
        migration_config: MigrationConfig | None = None,
        *,
        modules: "Iterable[HostModule]" = (),
        engine: "ScriptEngine | None" = None,
        on_failure: OnFailure | None = None,
    ) -> None:
        from crucible_tools.engine import ScriptEngine

        rune = rune_config or RuneServiceConfig()
        self.config = migration_config or MigrationConfig()
        self._owns_engine = engine is None
        self._engine = engine or ScriptEngine(_engine_config(self.config), modules=modules)
        self._state = State(self.config.state)
        self._migration = Migration(
            _reported_config(rune, self.config),
            of_bridge(rune, self.config),
            self._state,
            self._engine,
            on_failure,
        )
        self._loader = Loader(self._engine, self._state, self._check_powers)
        self._health = Health(self._engine, self._state)
        self._calls = ServiceCalls()
        self._denials = DenialRecorder(self._state)
        self._engine.add_effect_sink(self._denials)
        self._engine.add_hook_sink(self._denials)
        self._hooks = HookLoader(self._engine, self._state, self.config.hooks, self._check_hook_powers)
        self._records = CallWriter(self._state.place, self.config.record) if self.config.record.enabled else None
        if self._records is not None:
            self._engine.add_record_sink(self._records)
        self._engine.add_policy_sink(PolicyRecorder(self._state))

    @classmethod
    async def new(
        cls,
        rune_config: RuneServiceConfig | None = None,
        migration_config: MigrationConfig | None = None,
        *,
        modules: "Iterable[HostModule]" = (),
        on_failure: OnFailure | None = None,
    ) -> Self:
        """An opened bridge; close it with `close`."""
        bridge = cls(rune_config, migration_config, modules=modules, on_failure=on_failure)
        await bridge.open()
        return bridge

    async def open(self) -> None:
        """Start the engine, and migrate when so configured. Opening twice is fine.

        Raises:
            EngineUnavailable: the engine can't run here.
        """
        if self._engine.is_running:
            return
        await self._engine.start()
        try:
            if self.config.auto_migrate:
                await self.discover_and_migrate_tools()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop the engine, if it is the bridge's own, and close the state. Closing twice is fine."""
        if self._owns_engine:
            await self._engine.stop()
        self._denials.write()
        if self._records is not None:
            await asyncio.to_thread(self._records.close)
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

    async def discover_and_migrate_tools(self, watch: Watcher = ignore) -> MigrationReport:
        """Migrate what the folders hold, as a run of its own; nothing is raised for what is in a file.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
            StateError: the state can't be used.
        """
        try:
            return await self._migration.run(watch=watch)
        finally:
            self.reload_hooks()

    async def migrate_single_tool(self, name: str) -> MigratedTool:
        """Migrate the tool of this name.

        Raises:
            ToolNotFound: no file defines it.
            CompileFailed, CallRefused, ToolError: it can't be migrated; the error says why.
        """
        report = await self._migration.run(only=(name,))
        self.reload_hooks()
        raise_failure(report)
        return migrated(known_tool(self._state, name))

    async def execute_migrated_tool(
        self,
        tool_name: str,
        parameters: dict[str, Any] | bytes,
        execution_context: ToolExecutionContext | None = None,
    ) -> ToolExecutionResult:
        """Call a migrated tool.

        Args:
            tool_name: which.
            parameters: its arguments by name, or their JSON text in UTF-8.
            execution_context: what the caller says about the call.

        Returns:
            The result, or the error: a script's failure is never raised.

        Raises:
            ToolNotFound: there is no such tool; near names are in the hint.
            ToolInactive: it vanished or was rolled back.
            CallRefused: the state was not named, and gives the tool more powers than SAFE and the configuration do.
        """
        await self._hooks.ensure()
        await self._loader.ensure(tool_name)
        return self._calls.record(await self._engine.execute_tool(tool_name, parameters, execution_context))

    async def list_migrated_tools(self) -> list[MigratedTool]:
        """Every migrated tool by name, inactive ones too."""
        return [migrated(tool) for tool in self._state.tools()]

    async def get_migrated_tool(self, tool_name: str) -> MigratedTool:
        """The migrated tool of this name.

        Raises:
            ToolNotFound: there is none; near names are in the hint.
        """
        return migrated(known_tool(self._state, tool_name))

    async def reload_migrated_tool(self, tool_name: str) -> MigratedTool:
        """Read the tool's file again: a changed source is migrated, an unchanged one loaded anew.

        Raises:
            ToolNotFound: there is no such tool.
            ToolInactive: its file no longer defines it; the tool is inactive now.
            CompileFailed, CallRefused, ToolError: the file can't be migrated; the tool stays as it was.
        """
        stored = known_tool(self._state, tool_name)
        report = await self._migration.run(only=(tool_name,), of_file=stored.version)
        self.reload_hooks()
        raise_failure(report)
        stored = active_tool(self._state, tool_name)
        if is_registered(self._engine, tool_name):
            await load(self._engine, self._state, stored)  # replaced, so that calls which have begun are finished
        return migrated(stored)

    def reload_hooks(self) -> None:
        """Look at the recorded hooks again before the next call: somebody else may have migrated or rolled back."""
        self._hooks.forget()

    async def remove_migrated_tool(self, tool_name: str) -> bool:
        """Forget a tool; its history stays, and the next run over its folder migrates it again.

        Returns:
            False when there is no such tool.
        """
        if self._state.tool(tool_name) is None:
            return False
        with self._state.run(new_run_id(), {"remove": tool_name}, kind="remove") as run:
            stored = self._state.tool(tool_name)
            if stored is not None:
                operations.remove(stored).commit(run)
            run.finish("completed", {"removed": tool_name})
        await self._engine.retire_tool(tool_name)
        return stored is not None

    async def validate_migration(
        self, mode: ValidationMode = ValidationMode.BASIC, *, tools: Sequence[str] = ()
    ) -> MigrationValidation:
        """Whether active tools are what they should be; no effect of theirs is run.

        Args:
            mode: how much is checked, as when they were migrated; SKIP only compares sources with their digests.
            tools: which; all active ones when empty.

        Raises:
            ToolNotFound, ToolInactive: a tool of `tools` can't be validated.
            StateError: the state can't be read.
        """
        return await validate(self._engine, self._state, mode, names=tools)

    async def get_migration_stats(self) -> MigrationStats:
        """What the state holds over all runs."""
        return make_stats(self._state)

    async def service_health(self) -> ServiceHealth:
        """HEALTHY; DEGRADED when a tool is damaged or does not load; UNHEALTHY when engine or state can't be used."""
        return await self._health.check()

    def subscribe(self, *types: str, pattern: str = "*", capacity: int = 1024) -> "Subscription":
        """Hears what migrations and the engine publish from now on, until the bridge is closed.

        See `ScriptEngine.subscribe` for the arguments.
        """
        return self._engine.subscribe(*types, pattern=pattern, capacity=capacity)

    def publish(self, event: "Event") -> None:
        """Tells all subscribers what happened: `CustomEvent.of` makes an application's own events. Never waits."""
        self._engine.publish(event)

    # As a tool service

    async def execute_tool(
        self, name: str, parameters: dict[str, Any] | bytes, context: ToolExecutionContext | None = None
    ) -> ToolExecutionResult:
        """Call a migrated tool: `execute_migrated_tool` under the name that every tool service has."""
        return await self.execute_migrated_tool(name, parameters, context)

    async def list_tools(self) -> list[ToolDefinition]:
        """Every active tool, by name.

        Raises:
            EngineClosed: the bridge is not open, so that none can be called.
        """
        self._check_open()
        return [tool.version.definition for tool in self._state.tools() if tool.active]

    async def get_tool(self, name: str) -> ToolDefinition:
        """The active tool of this name.

        Raises:
            ToolNotFound: there is none; near names are in the hint.
            ToolInactive: it vanished or was rolled back.
            EngineClosed: the bridge is not open.
        """
        self._check_open()
        if is_registered(self._engine, name):
            return self._engine.get_tool(name)
        return active_tool(self._state, name).version.definition

    async def validate_tool(self, name: str) -> ToolValidation:
        """Whether a migrated tool is active, intact and loads, and what a trial call comes to; runs no effect of it.

        Raises:
            ToolNotFound: there is none; near names are in the hint.
            EngineClosed: the bridge is not open.
        """
        self._check_open()
        stored = known_tool(self._state, name)
        if not stored.active:
            return ToolValidation(tool=name, errors=(f"it {stored.inactive_reason}",))
        version = stored.version
        try:
            text = self._state.text(version.migrated_hash)
        except StateDamaged as error:
            return ToolValidation(tool=name, errors=(error.message,))
        validator = Validator(self._engine, ValidationMode.BASIC)
        validated = await validator.validate(
            Candidate(name=name, text=text, definition=version.definition, policy=version.policy)
        )
        return ToolValidation(
            tool=name,
            errors=tuple(finding.message for finding in validated.errors),
            warnings=tuple(finding.message for finding in validated.warnings),
        )

    async def get_metrics(self) -> ServiceMetrics:
        """What the calls of this bridge came to; loaded VMs are those of its engine."""
        return self._calls.snapshot(self._engine.instances)

    def _check_open(self) -> None:
        if not self._engine.is_running:
            raise EngineClosed("the bridge is not open", hint="use it as: async with ToolMigrationBridge(…) as bridge")

    def _check_hook_powers(self, record: HookRecord) -> None:
        """As `_check_powers`, of a hook."""
        if not names_state(self.config.state) and not is_trusted(self._state.place.base):
            trusted = effective_policy(self.config.policy, self.config.security_level)
            check_hook_powers(record, "name the state in the configuration, or ask for that level there", trusted)

    def _check_powers(self, tool: StoredTool) -> None:
        """A state that no configuration names was found in the working directory, and raises no powers."""
        if not names_state(self.config.state) and not is_trusted(self._state.place.base):
            level = effective_policy(self.config.policy, self.config.security_level)
            trusted = self.config.tool_policies.get(tool.name, level)
            check_powers(tool, "name the state in the configuration, or ask for that level there", trusted)


def _engine_config(config: MigrationConfig) -> ScriptEngineConfig:
    return ScriptEngineConfig(
        max_cache_size=config.max_cache_size,
        enable_caching=config.enable_caching,
        security_level=config.security_level,
        policy=config.policy,
        record=config.record,
    )


def _reported_config(rune: RuneServiceConfig, migration: MigrationConfig) -> MigrationManagerConfig:
    """The bridge's two configurations as reports and records show them."""
    return MigrationManagerConfig(
        security_level=migration.security_level,
        migration_directories=rune.directories,
        state=migration.state,
        policy=migration.policy,
        tool_policies=migration.tool_policies,
        repair=migration.repair,
        retry=migration.retry,
        record=migration.record,
        hooks=migration.hooks,
    )
