"""One migration from beginning to end: read, plan, carry out, report.

What the manager and the bridge share; the two differ only in where their settings come from.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.config import MigrationManagerConfig
from crucible_tools.errors import StateError, StateLocked
from crucible_tools.migration import report as reports
from crucible_tools.migration.apply import Applied, Means, apply
from crucible_tools.migration.plan import Plan, PlanEntry, Target, make_plan
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.reading import find_files, find_one, read_sources
from crucible_tools.migration.settings import Settings
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.enums import MigrationMode, MigrationPhase, PlanAction, SecurityLevel, ValidationMode
from crucible_tools.model.migration import MigrationReport, MigrationValidation
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import DiscoveredTool
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.store.records import StoredTool, ToolVersion
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_LOCK_POLL_S = 0.05


class Migration:
    """What a migration works on. Reusable: each `run` is a run of its own.

    Args:
        config: what reports and records say was configured.
        settings: where to look, what to migrate to.
        state: where it is recorded.
        engine: running; reads and loads the sources.
    """

    def __init__(
        self, config: MigrationManagerConfig, settings: Settings, state: State, engine: "ScriptEngine"
    ) -> None:
        self.config = config
        self.settings = settings
        self.state = state
        self.engine = engine

    async def discover(self) -> list[DiscoveredTool]:
        """Every tool that the sources define or mean to define, in the order of their files.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
        """
        files = find_files(self.settings.search)
        sources = await read_sources(
            files,
            self.engine,
            self.state.place,
            repair=self.settings.repair,
            max_source_bytes=self.settings.policy.max_source_bytes,
        )
        # Against no state and all powers, what the plan refuses are the problems of the sources themselves.
        target = Target(
            policy=Policy.for_level(SecurityLevel.DEVELOPMENT), missing_functions=self.engine.missing_functions
        )
        return [_discovered(entry, self.state.place.base) for entry in make_plan(sources, (), target).entries]

    async def run(
        self,
        *,
        only: Collection[str] = (),
        of_file: ToolVersion | None = None,
        watch: Watcher = ignore,
    ) -> MigrationReport:
        """Migrate, as the mode says: a dry run stops before the first write, a manual one needs `only`.

        Args:
            only: names of the tools to migrate; all when empty.
            of_file: look only at the file that this version was migrated from.
            watch: is told of each step.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
            ToolNotFound: no file defines a tool of `only`.
            StateError: the state is locked, damaged, too new, or can't be written.
        """
        run = _Run(self, only, of_file, watch)
        mode = self.settings.mode
        if mode is MigrationMode.DRY_RUN:
            return await run.rehearse()
        if mode is MigrationMode.MANUAL and not only:
            return await run.look()
        return await run.perform()


def new_run_id() -> str:
    """A run's id: sorts by time, and is never given twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"


class _Run:
    """One run: its id, its beginning, and how far it came."""

    def __init__(
        self, migration: Migration, only: Collection[str], of_file: ToolVersion | None, watch: Watcher
    ) -> None:
        self._migration = migration
        self._only = only
        self._of_file = of_file
        self._watch = watch
        self._id = new_run_id()
        self._started = datetime.now(UTC)
        self._plan = Plan(entries=(), skipped=())
        self._applied = Applied()

    async def look(self) -> MigrationReport:
        """Find and plan; load and write nothing."""
        await self._make_plan()
        self._applied.entries.extend(self._plan.entries)
        return self._report(MigrationPhase.COMPLETED, dry_run=True)

    async def rehearse(self) -> MigrationReport:
        """Find, plan and load; write nothing."""
        await self._make_plan()
        await apply(self._plan.entries, self._means(None), self._applied)
        return self._report(MigrationPhase.COMPLETED, dry_run=True)

    async def perform(self) -> MigrationReport:
        """Find, plan, load and record, alone on the state."""
        if self._of_file is None:
            self._migration.settings.search.existing()  # a missing folder makes no state and no run
        with contextlib.ExitStack() as stack:
            recorder = await self._begin(stack)
            try:
                await self._make_plan()
                await apply(self._plan.entries, self._means(recorder), self._applied)
            except BaseException as error:
                stopped = isinstance(error, (asyncio.CancelledError, KeyboardInterrupt))
                with contextlib.suppress(StateError):  # the first error is the one to tell
                    self._finish(recorder, "interrupted" if stopped else "failed", MigrationPhase.FAILED)
                raise
            return self._finish(recorder, "completed", MigrationPhase.COMPLETED)

    async def _begin(self, stack: contextlib.ExitStack) -> RunRecorder:
        """The lock, waited for without stopping the event loop."""
        state, config = self._migration.state, self._migration.config.to_json()
        give_up = time.monotonic() + self._migration.settings.lock_timeout_s
        while True:
            try:
                return stack.enter_context(state.run(self._id, config))
            except StateLocked:
                if time.monotonic() >= give_up:
                    raise
            await asyncio.sleep(_LOCK_POLL_S)

    async def _make_plan(self) -> None:
        migration = self._migration
        place = migration.state.place
        files, roots = self._where()
        sources = await read_sources(
            files,
            migration.engine,
            place,
            repair=migration.settings.repair,
            max_source_bytes=migration.settings.policy.max_source_bytes,
            watch=self._watch,
        )
        stored = migration.state.tools()
        target = Target(
            policy=migration.settings.policy,
            missing_functions=migration.engine.missing_functions,
            files_elsewhere=_still_there(stored, place.base),
            roots=tuple(place.portable(root) for root in roots),
        )
        plan = make_plan(sources, stored, target)
        self._plan = plan.only(self._only) if self._only else plan

    def _where(self) -> tuple[list[DiscoveredFile], Sequence[Path]]:
        """The files to read, and where tools that are not found there count as vanished."""
        search = self._migration.settings.search
        if self._of_file is None:
            return find_files(search), search.existing()
        root = self._migration.state.place.base / self._of_file.directory
        return find_one(search, root, self._of_file.path), [root / self._of_file.path]

    def _means(self, recorder: RunRecorder | None) -> Means:
        settings = self._migration.settings
        return Means(
            engine=self._migration.engine,
            run=recorder,
            policy=settings.policy,
            validation=settings.validation,
            preserve_tool_ids=settings.preserve_tool_ids,
            versions=engine_versions(),
            watch=self._watch,
        )

    def _finish(self, recorder: RunRecorder, status: str, phase: MigrationPhase) -> MigrationReport:
        report = self._report(phase)
        recorder.finish(
            status, reports.report_record(report), reports.failure_records(report), reports.skipped_records(report)
        )
        return report

    def _report(self, phase: MigrationPhase, *, dry_run: bool = False) -> MigrationReport:
        state = self._migration.state
        return reports.make_report(
            run_id=self._id,
            config=self._migration.config,
            applied=self._applied,
            skipped=self._plan.skipped,
            warnings=self._plan.warnings,
            phase=phase,
            started=self._started,
            stats=reports.make_stats(state),
            validation=self._validation(),
            dry_run=dry_run,
        )

    def _validation(self) -> MigrationValidation | None:
        """What loading found: each tool was loaded before it was recorded, or when it was recorded before."""
        if self._migration.settings.validation is ValidationMode.SKIP:
            return None
        issues = tuple(f"{entry.name}: {entry.planned.reason}" for entry in self._applied.unloadable)
        valid = len(self._applied.migrated)
        return MigrationValidation(valid=not issues, issues=issues, total_tools=valid + len(issues), valid_tools=valid)


def _still_there(stored: Sequence[StoredTool], base: Path) -> frozenset[str]:
    """Recorded files that exist."""
    return frozenset(file for file in {tool.version.file for tool in stored} if (base / file).exists())


def _discovered(entry: PlanEntry, base: Path) -> DiscoveredTool:
    planned, source = entry.planned, entry.source
    fine = entry.action is PlanAction.NEW
    return DiscoveredTool(
        name=planned.name,
        definition=entry.definition,
        root=base / planned.directory,
        path=Path(planned.path),
        source_hash=source.content_hash or None if source else None,
        host_functions=source.host_functions if source else (),
        capabilities=planned.capabilities,
        lowest_level=planned.lowest_level,
        problems=() if fine else (planned.reason,),
    )
