"""A state being served: its tools, its calls, and how it does. What HTTP and MCP stand on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from crucible_tools.config import HooksConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import ConfigurationError, StateError, ToolError, ToolNotFound
from crucible_tools.migration.apply import is_registered
from crucible_tools.migration.denials import DenialRecorder
from crucible_tools.migration.hook_loading import HookLoader
from crucible_tools.migration.loading import Loader, active_tool, load
from crucible_tools.model.near import near
from crucible_tools.operations.events import CAPACITY, recorded
from crucible_tools.operations.metrics import MetricsPage
from crucible_tools.operations.recording import calls_writer
from crucible_tools.operations.serving.catalogue import Catalogue
from crucible_tools.operations.serving.condition import Condition
from crucible_tools.operations.serving.served_calls import ServedCalls
from crucible_tools.operations.serving.tool import Allowed, ServedTool, everything
from crucible_tools.store.event_log import Retention
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.place import resolve
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State
from crucible_tools.store.trust import check_hook_powers, check_powers

if TYPE_CHECKING:
    from crucible_tools.config import MigrationManagerConfig, ScriptEngineConfig
    from crucible_tools.engine import HostModule
    from crucible_tools.events import Event, Subscription
    from crucible_tools.model.migration import MigrationReport

_LOG: Final = logging.getLogger("crucible_tools.serving")

POLL_S: Final = 0.25
"""Seconds after which it is looked again for what other processes committed: they see each other within a second."""


class Serving:
    """One state being served by one engine. An async context manager, made by `open`; used on one event loop.

    Tools are read when it is opened and loaded when they are first called. What any process commits to the state is
    taken up within a second, and at once after a migration of one's own.
    """

    def __init__(
        self,
        place: str,
        *,
        trusted: bool,
        engine: ScriptEngineConfig | None,
        migration: MigrationManagerConfig | None,
        lock_timeout_s: float,
        poll_s: float,
        modules: Iterable[HostModule],
        hooks: HooksConfig | None = None,
        retention: Retention | None = None,
    ) -> None:
        self.place: Final = resolve(place)
        self.trusted: Final = trusted
        """Whether somebody named the state, rather than it was found in the working directory."""
        self.hooks_config: Final = hooks or HooksConfig()
        self._migration_config = migration
        self._lock_timeout_s = lock_timeout_s
        self._poll_s = poll_s
        self._retention = retention
        self._state = State(self.place)
        self._denials = DenialRecorder(self._state)
        # The one engine. What accompanies calls (hooks, a recorder) is given to it here, out of its configuration.
        self._engine = ScriptEngine(engine, modules=modules, effects=self._denials)
        self._records = calls_writer(self.place, self._engine.get_config().record)
        if self._records is not None:
            self._engine.add_record_sink(self._records)
        self._catalogue = Catalogue(self.place)
        self._engine.add_hook_sink(self._denials)
        self._hooks = HookLoader(self._engine, self._state, self.hooks_config, self._check_hook_powers)
        loader = Loader(self._engine, self._state, self._check_powers)
        self.calls: Final = ServedCalls(self._engine, self.tool, loader, self._hooks, trusted=trusted)
        """What is called of its tools: made, seen, and stopped here."""
        self.condition: Final = Condition(self._engine, self._state, self._catalogue, self.calls)
        """How it does: whether calls are let in, and what is not as it should be."""
        self._metrics = MetricsPage(self._engine, self._state, self.condition.health)
        self._migrating = asyncio.Lock()
        self._stack = contextlib.AsyncExitStack()

    @classmethod
    def open(
        cls,
        place: str,
        *,
        trusted: bool,
        engine: ScriptEngineConfig | None = None,
        migration: MigrationManagerConfig | None = None,
        lock_timeout_s: float = 0.0,
        poll_s: float = POLL_S,
        modules: Iterable[HostModule] = (),
        hooks: HooksConfig | None = None,
        retention: Retention | None = None,
    ) -> Self:
        """A state to be served, once it is entered.

        Args:
            place: the state's folder or URL; one that does not exist yet has no tools, and is waited for.
            trusted: whether somebody named the state, rather than it was found in the working directory: tools with
                more powers than SAFE has are refused if not.
            engine: limits of the engine, and whether calls are recorded in the state; each tool has the policy that it
                was migrated to.
            migration: what `migrate` does; without it, nothing can be migrated.
            lock_timeout_s: seconds that a migration waits for another one on the same state.
            poll_s: seconds after which it is looked again for what other processes committed.
            modules: the application's own host modules.
            hooks: which recorded hooks may look at calls; none if not given.
            retention: which events the state keeps; the usual ones if not given.
        """
        return cls(
            place,
            trusted=trusted,
            engine=engine,
            migration=migration,
            lock_timeout_s=lock_timeout_s,
            poll_s=poll_s,
            modules=modules,
            hooks=hooks,
            retention=retention,
        )

    async def __aenter__(self) -> Self:
        """Starts the engine and reads the tools.

        Raises:
            EngineUnavailable: the engine can't run here.
            StateError: the state can't be read.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self._state.close)
            stack.callback(self._catalogue.close)
            stack.callback(self._denials.write)
            if self._records is not None:
                stack.push_async_callback(asyncio.to_thread, self._records.close)
            # Before the engine is stopped, which ends its events, all of them are recorded.
            await stack.enter_async_context(self._engine)
            await stack.enter_async_context(
                recorded(self._engine.subscribe(capacity=CAPACITY), self.place, self._retention)
            )
            await self._catalogue.refresh()
            watcher = asyncio.create_task(self._look_again())
            stack.push_async_callback(_ended, watcher)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancels the calls that run, records what is left to be recorded, and stops the engine."""
        self.calls.end()
        await self._stack.aclose()

    # Tools

    @property
    def revision(self) -> int:
        """Grows whenever anything about the tools is shown otherwise than before."""
        return self._catalogue.revision

    async def changed(self, after: int) -> int:
        """Waits for a newer revision than this one, and gives it."""
        return await self._catalogue.changed(after)

    def tools(self, allowed: Allowed | None = None) -> tuple[ServedTool, ...]:
        """The active tools, by name.

        Args:
            allowed: which of them the caller may know of; all when None.
        """
        tools = self._catalogue.tools.values()
        return tuple(tools) if allowed is None else tuple(tool for tool in tools if allowed(tool.name))

    async def tool(self, name: str, allowed: Allowed | None = None) -> ServedTool:
        """The active tool of this name, also when it was committed a moment ago.

        Args:
            name: of the tool.
            allowed: which tools the caller may know of; others are not there for it.

        Raises:
            ToolNotFound: there is none; near names are in the hint.
            ToolInactive: it vanished or was rolled back.
        """
        may = allowed or everything
        if name not in self._catalogue.tools and may(name):
            await self.refresh()
        tool = self._catalogue.tools.get(name)
        if tool is None or not may(name):
            if may(name) and (stored := self._state.tool(name)) is not None:
                stored.check_active()
            known = [other for other in self._catalogue.tools if may(other)]
            raise ToolNotFound(name, near=near(name, known), hint="the list of tools has all that there are")
        return tool

    def named(self, alias: str) -> str:
        """The name of the tool that hosts know by this one (`operations.serving.names`); the name itself if none."""
        return self._catalogue.by_alias.get(alias, alias)

    def aliases(self) -> Mapping[str, str]:
        """What hosts know each tool by: names that some of them refuse are written otherwise."""
        return self._catalogue.aliases

    async def refresh(self) -> bool:
        """Takes up what was committed since the last time, by whatever process; whether that was anything.

        A state that can't be read is told in the log and in `condition`; the tools that are known go on serving.
        """
        try:
            changed = await self._catalogue.refresh()
            self.condition.trouble = None
            if changed.anew:
                self._hooks.forget()
            for name in changed.removed:
                await self._engine.retire_tool(name)
            for name in changed.replaced:
                await self._reload(name)
        except StateError as error:
            if error.message != self.condition.trouble:
                _LOG.warning("the state can't be read: %s", error.message)
            self.condition.trouble = error.message
            return False
        return changed.revised

    async def _reload(self, name: str) -> None:
        """Puts the new version of a loaded tool in the place of the old one, whose calls are finished."""
        if not is_registered(self._engine, name):
            return
        try:
            await load(self._engine, self._state, active_tool(self._state, name))
        except ToolError as error:
            _LOG.warning("%s: its new version can't be loaded: %s", name, error.message)
            await self._engine.retire_tool(name)  # the next call says why

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            try:
                await self.refresh()
            except Exception:  # noqa: BLE001 - the outermost handler of this task, which logs it
                _LOG.exception("what was committed can't be taken up")

    def _check_hook_powers(self, record: HookRecord) -> None:
        if not self.trusted:
            check_hook_powers(record, self._trusting())

    def _check_powers(self, tool: StoredTool) -> None:
        if not self.trusted:
            check_powers(tool, self._trusting())

    def _trusting(self) -> str:
        return f"whoever trusts what is in the state names it: --state {self.place.given}; or: crucible trust DIR"

    # Migrating

    async def migrate(self, paths: Sequence[Path] = ()) -> MigrationReport:
        """Migrates what the folders hold now, and serves it: what can't be migrated leaves its last version serving.

        Args:
            paths: folders or files in place of the configured folders.

        Raises:
            ConfigurationError: it was opened without a migration.
            DirectoryNotFound: a folder that was named does not exist.
            StateError: the state is locked, damaged, too new, or can't be written.
        """
        # Not at the top: a server that migrates nothing need not wait for what reads sources.
        from crucible_tools.migration.migration import Migration
        from crucible_tools.migration.settings import of_manager

        config = self._migration_config
        if config is None:
            raise ConfigurationError("nothing is migrated here", hint="open it with a migration configuration")
        if paths:
            config = replace(config, migration_directories=tuple(paths))
        async with self._migrating:
            migration = Migration(config, of_manager(config, self._lock_timeout_s), self._state, self._engine)
            try:
                return await migration.run()
            finally:
                await self.refresh()

    # Events, metrics

    def subscribe(self, *types: str, pattern: str = "*", capacity: int = 1024) -> Subscription:
        """Hears what this process's engine and migrations publish from now on; see `ScriptEngine.subscribe`.

        What other processes do is in the state's event log (`operations.events.follow`), and so is all of this.
        """
        return self._engine.subscribe(*types, pattern=pattern, capacity=capacity)

    def publish(self, event: Event) -> None:
        """Tells those who subscribed to this process's events, and records it."""
        self._engine.publish(event)

    async def metrics_text(self) -> bytes:
        """All metrics as Prometheus reads them, of the type `monitoring.prometheus.CONTENT_TYPE`.

        Raises:
            StateError: the state can't be read.
        """
        return await self._metrics.text()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
