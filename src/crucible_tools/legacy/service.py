"""RuneService: the tools of legacy folders as they are, each in a sandbox of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakValueDictionary

from crucible_tools.config import RuneServiceConfig, ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import ConfigurationError, CrucibleError, EngineClosed, ToolNotFound
from crucible_tools.legacy.catalog import Catalog, Entry, LoadedFile, LoadReport
from crucible_tools.legacy.loading import Folders
from crucible_tools.legacy.redirect import GRACE_S, Redirect
from crucible_tools.legacy.validation import validate
from crucible_tools.model.enums import ServiceStatus
from crucible_tools.model.health import HealthDetail, ServiceHealth
from crucible_tools.model.near import near
from crucible_tools.model.policy import Policy
from crucible_tools.model.services import ServiceMetrics, ToolService, ToolValidation
from crucible_tools.model.tools import ToolDefinition, ToolExecutionContext, ToolExecutionResult
from crucible_tools.monitoring.service_calls import ServiceCalls
from crucible_tools.rune.search import Search


class RuneService:
    """Lists, describes and runs the tools of folders as they are: no migration, no state. An async context manager.

    Each tool runs in sandboxed VMs of its own, at the level of the configuration. A file that can't be used never
    keeps others from being used: `files` says what is wrong with it.

    Args:
        config: which folders, and the level.
        modules: the application's own host modules, which its tools call.
    """

    def __init__(self, config: RuneServiceConfig | None = None, *, modules: Iterable[HostModule] = ()) -> None:
        self.config = config or RuneServiceConfig()
        self._policy = Policy.for_level(self.config.security_level)
        self._engine = ScriptEngine(ScriptEngineConfig(security_level=self.config.security_level), modules=modules)
        self._folders = Folders(self._engine, self._policy)
        self._search = Search.of_service(self.config)
        self._catalog = Catalog()
        self._registered: dict[str, Entry] = {}
        self._registering: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._loading = asyncio.Lock()
        self._calls = ServiceCalls()
        self._troubles: dict[str, HealthDetail] = {}
        self._redirect: Redirect | None = None

    @classmethod
    async def new(cls, config: RuneServiceConfig | None = None, *, modules: Iterable[HostModule] = ()) -> Self:
        """A started service; stop it with `stop`."""
        service = cls(config, modules=modules)
        await service.start()
        return service

    # Lifecycle

    async def start(self) -> None:
        """Start the engine and load the configured folders. Starting twice is fine.

        Raises:
            DirectoryNotFound: a folder that was named does not exist; a missing default one is ignored.
            EngineUnavailable: the engine can't run here.
        """
        async with self._loading:
            if self._engine.is_running:
                return
            await self._engine.start()
            try:
                await self._load(self._search)
            except BaseException:
                await self._stop()
                raise

    async def stop(self) -> None:
        """Cancel running calls and free everything. Stopping twice is fine; it can be started again."""
        async with self._loading:
            await self._stop()

    async def _stop(self) -> None:
        await self._engine.stop()
        self._registered.clear()
        self._catalog = Catalog()

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._engine.is_running

    def _check_running(self) -> None:
        if not self._engine.is_running:
            raise EngineClosed("the service is not running", hint="use it as: async with RuneService() as service")

    # Folders

    async def load(self, *directories: Path | str) -> LoadReport:
        """Serve these folders, or single files, beside those that are served already; read all anew as `reload` does.

        Raises:
            DirectoryNotFound: one of them does not exist; then nothing changes.
            EngineClosed: the service is not running.
        """
        self._check_running()
        async with self._loading:
            more = tuple(Path(directory) for directory in directories)
            Search(roots=more).existing()
            # Default folders may be missing, and named ones not: of the defaults, those stay that are there.
            return await self._load(replace(self._search, roots=(*self._search.existing(), *more)))

    async def reload(self) -> LoadReport:
        """Look at the folders again. Calls that have begun are finished by the sources that they began with.

        Raises:
            DirectoryNotFound: a folder does not exist any more; then nothing changes.
            EngineClosed: the service is not running.
        """
        self._check_running()
        async with self._loading:
            return await self._load(self._search)

    async def _load(self, search: Search) -> LoadReport:
        catalog = await self._folders.read(search)
        report = catalog.since(self._catalog)
        self._search, self._catalog = search, catalog
        for name in report.removed:
            if self._registered.pop(name, None) is not None:
                await self._engine.retire_tool(name)
        return report

    @property
    def files(self) -> tuple[LoadedFile, ...]:
        """Every file of the folders as it was loaded: its tools, and its problems."""
        return self._catalog.files

    # Tools

    async def list_tools(self) -> list[ToolDefinition]:
        """Every tool that can be called, by name; what is redirected, as its migration defines it.

        Raises:
            EngineClosed: the service is not running.
        """
        self._check_running()
        found = {name: entry.definition for name, entry in self._catalog.tools.items()}
        if self._redirect is not None:
            found |= await self._redirect.definitions()
        return [found[name] for name in sorted(found)]

    async def get_tool(self, name: str) -> ToolDefinition:
        """The tool of this name.

        Raises:
            ToolNotFound: no file defines it; near names are in the hint.
            CompileFailed, ToolError: its file can't be used; the error says why.
            EngineClosed: the service is not running.
        """
        self._check_running()
        if self._redirect is not None and (definition := await self._redirect.definition(name)):
            return definition
        return self._entry(name).definition

    async def execute_tool(
        self, name: str, parameters: dict[str, Any] | bytes, context: ToolExecutionContext | None = None
    ) -> ToolExecutionResult:
        """Call a tool; async tools are awaited.

        Args:
            name: which.
            parameters: its arguments by name, or their JSON text in UTF-8.
            context: what the caller says about the call.

        Returns:
            The result, or the error: a script's failure is never raised.

        Raises:
            ToolNotFound: no file defines it; near names are in the hint.
            CompileFailed, ToolError: its file can't be used; the error says why.
            EngineClosed: the service is not running.
        """
        self._check_running()
        if self._redirect is not None:
            result = await self._redirect.execute(name, parameters, context)
            if result is not None:
                return self._calls.record(result)
        await self._register(name)
        return self._calls.record(await self._engine.execute_tool(name, parameters, context))

    async def validate_tool(self, name: str) -> ToolValidation:
        """Whether the tool can be called: its file is as it was loaded, it loads, its level allows what it uses.

        It is also called with made-up arguments, in a rehearsal: functions that reach outside are answered by
        stand-ins, and none of them is run.

        Raises:
            ToolNotFound: no file defines it; near names are in the hint.
            EngineClosed: the service is not running.
        """
        self._check_running()
        if self._redirect is not None and await self._redirect.definition(name):
            return await self._redirect.service.validate_tool(name)
        problem = self._catalog.broken.get(name)
        if problem is not None:
            return ToolValidation(tool=name, errors=(problem.message,))
        return await validate(self._engine, self._entry(name), self._policy)

    def _entry(self, name: str) -> Entry:
        catalog = self._catalog
        entry = catalog.tools.get(name)
        if entry is not None:
            return entry
        if problem := catalog.broken.get(name):
            raise problem.as_exception()
        raise ToolNotFound(name, near=near(name, [*catalog.tools, *catalog.broken]))

    async def _register(self, name: str) -> None:
        """Put the tool into the engine as it is in the catalog, once however many calls wait for it."""
        if self._registered.get(name) is self._entry(name):
            return
        async with self._registering.setdefault(name, asyncio.Lock()):
            entry = self._entry(name)
            old = self._registered.get(name)
            if old is None or not old.same_as(entry):
                await self._engine.register_tool(entry.definition, entry.text, policy=self._policy)
            self._registered[name] = entry

    # Migration

    async def redirect(self, service: ToolService | None, *, grace_s: float = GRACE_S) -> None:
        """Let another service answer the calls of the tools that it has now, such as the bridge to migrated ones.

        A tool that the other one does not have, or does not have any more, is answered as it is in its folder.
        When this returns, no call is waiting for the one that answered before: it may be stopped.

        Args:
            service: running, and to be kept running; None undoes it.
            grace_s: seconds to wait for calls that the one before has begun.

        Raises:
            ConfigurationError: it is this very service.
        """
        if service is self:
            raise ConfigurationError("a service can't be redirected to itself", hint="undo a redirect with None")
        before = self._redirect
        if service is None:
            self._redirect = None
        else:
            names = {definition.name for definition in await service.list_tools()}
            self._redirect = Redirect(service, names)
        if before is not None:
            await before.settled(grace_s)

    @property
    def redirected_to(self) -> ToolService | None:
        """Who answers instead of the folders, if anybody does."""
        return self._redirect.service if self._redirect is not None else None

    # Health

    async def get_metrics(self) -> ServiceMetrics:
        """What the calls of this service came to, whoever answered them; loaded VMs are the service's own."""
        return self._calls.snapshot(self._engine.instances)

    async def health(self) -> ServiceHealth:
        """HEALTHY; DEGRADED when a file can't be used; UNHEALTHY when the service does not run or a folder is gone.

        A tool whose file can't be used and whose migrated one answers is no trouble.
        """
        if not self._engine.is_running:
            return self._health(ServiceStatus.UNHEALTHY, ["the service is not running"])
        try:
            self._search.existing()
        except CrucibleError as error:
            return self._health(ServiceStatus.UNHEALTHY, [error.message])
        answered: set[str] = set()
        if self._redirect is not None:
            try:
                answered.update(await self._redirect.definitions())
            except CrucibleError as error:
                return self._health(ServiceStatus.UNHEALTHY, [f"the migrated tools can't be used: {error.message}"])
        troubles = [
            f"{file.directory / file.path}: {problem.message}"
            for file in self._catalog.files
            for problem in file.problems
            if problem.tool not in answered
        ]
        return self._health(ServiceStatus.DEGRADED if troubles else ServiceStatus.HEALTHY, troubles)

    def _health(self, status: ServiceStatus, troubles: Iterable[str]) -> ServiceHealth:
        """The health, with troubles that were there before keeping their time."""
        now = datetime.now(UTC)
        self._troubles = {what: self._troubles.get(what, HealthDetail(what, now)) for what in troubles}
        return ServiceHealth(status, tuple(self._troubles.values()))
