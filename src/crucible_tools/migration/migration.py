"""One migration from beginning to end: read, plan, carry out, report.

What the manager and the bridge share; the two differ only in where their settings come from.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.config import MigrationManagerConfig
from crucible_tools.errors import StateError
from crucible_tools.events import MigrationStarted
from crucible_tools.migration import report as reports
from crucible_tools.migration.apply import Applied, Means, apply
from crucible_tools.migration.basis import check_basis, check_entries, hashes_on_disk, make_basis
from crucible_tools.migration.plan import Plan, PlanEntry, Target, make_plan
from crucible_tools.migration.planning import Planner
from crucible_tools.migration.progress import Watcher, ignore
from crucible_tools.migration.reading import read_sources
from crucible_tools.migration.recording import begin
from crucible_tools.migration.retrying import OnFailure, Retrying
from crucible_tools.migration.settings import Settings
from crucible_tools.migration.telling import tell_completed
from crucible_tools.migration.validating import Checks
from crucible_tools.migration.versions import engine_versions
from crucible_tools.migration.workers import Processes, spares
from crucible_tools.model.enums import MigrationMode, MigrationPhase, PlanAction, SecurityLevel, ValidationMode
from crucible_tools.model.migration import MigrationReport, MigrationValidation, PlanBasis
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import DiscoveredTool
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.search import find_files, find_one
from crucible_tools.store.records import StoredRun, ToolVersion
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


class Migration:
    """What a migration works on. Reusable: each `run` is a run of its own.

    Args:
        config: what reports and records say was configured.
        settings: where to look, what to migrate to.
        state: where it is recorded.
        engine: running; reads and loads the sources.
        on_failure: decides whether what failed is tried again.
    """

    def __init__(
        self,
        config: MigrationManagerConfig,
        settings: Settings,
        state: State,
        engine: "ScriptEngine",
        on_failure: OnFailure | None = None,
    ) -> None:
        self.config = config
        self.retrying = Retrying(settings.retry, on_failure)
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
            max_source_bytes=self.settings.max_source_bytes,
            readers=self.settings.readers,
        )
        # Against no state and all powers, what the plan refuses are the problems of the sources themselves.
        everything = Policy.for_level(SecurityLevel.DEVELOPMENT)
        target = Target(
            policy_of=lambda _: everything, level=everything.level, missing_functions=self.engine.missing_functions
        )
        return [_discovered(entry, self.state.place.base) for entry in make_plan(sources, (), target).entries]

    async def run(
        self,
        *,
        only: Collection[str] = (),
        of_file: ToolVersion | None = None,
        saved: MigrationReport | None = None,
        watch: Watcher = ignore,
    ) -> MigrationReport:
        """Migrate, as the mode says: a dry run stops before the first write, a manual one needs `only`.

        Args:
            only: names of the tools to migrate; all when empty.
            of_file: look only at the file that this version was migrated from.
            saved: a plan of before, which has to be the plan of now.
            watch: is told of each step.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
            ToolNotFound: no file defines a tool of `only`.
            PlanStale: the saved plan was made from something else; nothing was changed.
            StateError: the state is locked, damaged, too new, or can't be written.
        """
        mode = self.settings.mode
        async with spares() as spare:
            run = _Run(self, only, of_file, saved, watch, spare)
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
        self,
        migration: Migration,
        only: Collection[str],
        of_file: ToolVersion | None,
        saved: MigrationReport | None,
        watch: Watcher,
        spare: Processes,
    ) -> None:
        self._migration = migration
        self._only = only
        self._of_file = of_file
        self._saved = saved
        self._basis: PlanBasis | None = None
        self._watch = watch
        self._spare = spare
        """Processes that have read, and may validate."""
        self._id = new_run_id()
        self._started = datetime.now(UTC)
        self._plan = Plan(entries=(), skipped=())
        self._applied = Applied()
        self._resumed: StoredRun | None = None

    async def look(self) -> MigrationReport:
        """Find and plan; load and write nothing."""
        await self._make_plan()
        self._applied.entries.extend(self._plan.entries)
        return self._report(MigrationPhase.COMPLETED, dry_run=True)

    async def rehearse(self) -> MigrationReport:
        """Find, plan and load; write nothing."""
        await self._make_plan()
        await apply(self._plan.entries, self._means(None), self._applied)
        return self._report(self._phase(), dry_run=True)

    async def perform(self) -> MigrationReport:
        """Find, plan, load and record, alone on the state."""
        if self._of_file is None:
            self._migration.settings.search.existing()  # a missing folder makes no state and no run
        self._check_saved()  # nor does a stale plan; it is compared again when nobody else can change the state
        with contextlib.ExitStack() as stack:
            recorder = await begin(
                stack,
                self._migration.state,
                self._id,
                self._migration.config.to_json(),
                kind="migrate",
                lock_timeout_s=self._migration.settings.lock_timeout_s,
            )
            self._migration.engine.publish(MigrationStarted(identifier=self._id))
            self._resumed = _interrupted(self._migration.state.runs(2), self._id)
            try:
                await self._make_plan(recorder)
                await apply(self._plan.entries, self._means(recorder), self._applied)
            except BaseException as error:
                stopped = isinstance(error, (asyncio.CancelledError, KeyboardInterrupt))
                with contextlib.suppress(StateError):  # the first error is the one to tell
                    self._finish(recorder, "interrupted" if stopped else "failed", MigrationPhase.FAILED)
                raise
            phase = self._phase()
            return self._finish(recorder, "failed" if phase is MigrationPhase.FAILED else "completed", phase)

    def _phase(self) -> MigrationPhase:
        """How a run ended that came to its end."""
        applied = self._applied
        undone = self._migration.settings.atomic and applied.failed
        return MigrationPhase.FAILED if undone else MigrationPhase.COMPLETED

    async def _make_plan(self, recorder: RunRecorder | None = None) -> None:
        migration = self._migration
        planner = Planner(
            state=migration.state,
            engine=migration.engine,
            settings=migration.settings,
            retrying=migration.retrying,
            only=self._only,
            watch=self._watch,
            spare=self._spare,
        )
        files, roots = self._where()
        self._plan, self._basis = await planner.plan(files, roots, recorder)
        if self._saved is not None:
            check_basis(self._saved, self._basis, migration.config)
            check_entries(self._saved, self._plan.entries)

    def _check_saved(self) -> None:
        """Refuse a stale plan by the bytes of the files alone, before anything is begun."""
        if self._saved is None:
            return
        migration, (files, _) = self._migration, self._where()
        place, settings = migration.state.place, migration.settings
        basis = make_basis(hashes_on_disk(files, place), migration.state.tools(), settings, place, self._only)
        check_basis(self._saved, basis, migration.config)

    def _where(self) -> tuple[list[DiscoveredFile], Sequence[Path]]:
        """The files to read, and where tools that are not found there count as vanished."""
        search = self._migration.settings.search
        if self._of_file is None:
            return find_files(search), search.existing()
        root = self._migration.state.place.base / self._of_file.directory
        return find_one(search, root, self._of_file.path), [root / self._of_file.path]

    def _means(self, recorder: RunRecorder | None) -> Means:
        migration, settings = self._migration, self._migration.settings
        checks = Checks(
            engine=migration.engine,
            mode=settings.validation,
            policy_of=settings.policy_of,
            base=migration.state.place.base,
            most=settings.validations,
            apart=settings.readers > 1,
            retrying=migration.retrying,
            ready=self._spare,
        )
        return Means(
            engine=migration.engine,
            run=recorder,
            checks=checks,
            policy_of=settings.policy_of,
            together=settings.atomic or settings.mode is MigrationMode.FULL,
            atomic=settings.atomic,
            preserve_tool_ids=settings.preserve_tool_ids,
            versions=engine_versions(),
            hooks=self._plan.hooks,
            watch=self._watch,
        )

    def _finish(self, recorder: RunRecorder, status: str, phase: MigrationPhase) -> MigrationReport:
        report = self._report(phase)
        recorder.finish(
            status,
            reports.report_record(report),
            reports.failure_records(report),
            reports.skipped_records(report),
            full_report=report.model_dump(mode="json", exclude={"base"}),
        )
        tell_completed(self._migration.engine, report, interrupted=status == "interrupted")
        return report

    def _report(self, phase: MigrationPhase, *, dry_run: bool = False) -> MigrationReport:
        state, resumed = self._migration.state, self._resumed
        return reports.make_report(
            run_id=self._id,
            base=state.place.base_name,
            config=self._migration.config,
            applied=self._applied,
            skipped=self._plan.skipped,
            warnings=(*_resuming(resumed, state), *self._plan.warnings),
            phase=phase,
            started=self._started,
            stats=reports.make_stats(state),
            validation=self._validation(),
            dry_run=dry_run,
            basis=self._basis if dry_run else None,  # a plan is compared, a run that was made is not
            resumed_from=resumed.id if resumed else None,
        )

    def _validation(self) -> MigrationValidation | None:
        """What was found: each tool was validated before it was recorded, or when it was recorded before."""
        applied = self._applied
        if self._migration.settings.validation is ValidationMode.SKIP:
            return None
        return reports.make_validation(applied)


def _interrupted(runs: Sequence[StoredRun], present: str) -> StoredRun | None:
    """The migration before this one, if it did not come to its end."""
    before = next((run for run in runs if run.id != present), None)
    return before if before is not None and before.kind == "migrate" and before.status == "interrupted" else None


def _resuming(run: StoredRun | None, state: State) -> Iterable[str]:
    if run is not None:
        count = len(state.operations(run.id))
        yield (
            f"the run {run.id} was interrupted after {count} operation{'' if count == 1 else 's'}; "
            "this one went on from there"
        )


def _discovered(entry: PlanEntry, base: Path) -> DiscoveredTool:
    planned, source = entry.planned, entry.source
    fine = entry.action in (PlanAction.NEW, PlanAction.REPAIRED)
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
