"""From files to a plan: what earlier runs know is taken from there, all else is read, and what is written always is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.config import MAX_FILE_BYTES
from crucible_tools.migration.apply import WRITES
from crucible_tools.migration.basis import hashes_of, make_basis
from crucible_tools.migration.hooks import known_only, plan_hooks
from crucible_tools.migration.plan import Plan, Target, make_plan
from crucible_tools.migration.progress import Watcher
from crucible_tools.migration.reading import read_sources
from crucible_tools.migration.readings import Readings
from crucible_tools.migration.retrying import Retrying
from crucible_tools.migration.settings import Settings
from crucible_tools.migration.sources import SourceFile
from crucible_tools.migration.workers import Processes
from crucible_tools.model.enums import PlanAction
from crucible_tools.model.migration import PlanBasis
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.search import is_there
from crucible_tools.rune.source import read_source
from crucible_tools.store.records import StoredTool
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Makes the plan of one run.

    Args:
        state: what is migrated to.
        engine: reads the sources.
        settings: of the migration.
        retrying: decides whether a file that fails is read again.
        only: names of the tools to plan for; all when empty.
        watch: is told of each file.
        spare: of `workers.spares`: takes the processes that have read.
    """

    state: State
    engine: "ScriptEngine"
    settings: Settings
    retrying: Retrying
    only: Collection[str]
    watch: Watcher
    spare: Processes

    async def plan(
        self, files: Sequence[DiscoveredFile], roots: Sequence[Path], recorder: RunRecorder | None
    ) -> tuple[Plan, PlanBasis]:
        """The plan for these files, and what it was made from.

        Args:
            files: what was found.
            roots: where it was looked for.
            recorder: keeps what was read, for later runs; None keeps nothing.

        Raises:
            ToolNotFound: no file defines a tool of `only`.
        """
        state, settings = self.state, self.settings
        readings = Readings.of(state, self.engine, settings.repair, settings.max_source_bytes)
        sources = await self._read(files, readings, self.watch)
        stored = state.tools()
        covered = tuple(state.place.portable(root) for root in roots)
        target = Target(
            policy_of=settings.policy_of,
            level=settings.policy.level,
            missing_functions=self.engine.missing_functions,
            files_elsewhere=_still_there(stored, state.place.base),
            roots=covered,
        )
        plan = self._of(sources, stored, target)
        # The state may be anybody's: what this run records, this run has read. And a tool is not gone because its file
        # was read while somebody wrote it anew, which empties it first.
        if again := _known_only(plan) | known_only(plan.hooks) | _rewritten(plan, sources, state.place.base):
            places = [at for at, source in enumerate(sources) if source.file in again]
            fresh = await self._read([files[at] for at in places], readings.forgetting(again), lambda _: None)
            for at, source in zip(places, fresh, strict=True):
                sources[at] = source
            plan = self._of(sources, stored, target)
        if recorder is not None:
            readings.keep(recorder, (source.file for source in sources), covered)
        return plan, make_basis(hashes_of(sources), stored, settings, state.place, self.only)

    def _of(self, sources: Sequence[SourceFile], stored: Sequence[StoredTool], target: Target) -> Plan:
        plan = make_plan(sources, stored, target)
        if self.only:
            return plan.only(self.only)
        return replace(plan, hooks=plan_hooks(sources, self.state.hooks(), self.settings.policy, target.covers))

    async def _read(self, files: Sequence[DiscoveredFile], readings: Readings, watch: Watcher) -> list[SourceFile]:
        return await read_sources(
            files,
            self.engine,
            self.state.place,
            repair=self.settings.repair,
            max_source_bytes=self.settings.max_source_bytes,
            readers=self.settings.readers,
            readings=readings,
            retrying=self.retrying,
            spare=self.spare,
            watch=watch,
        )


def _known_only(plan: Plan) -> set[str]:
    """Files of tools that would be recorded, and that only an earlier run has read."""
    sources = (entry.source for entry in plan.entries if entry.action in WRITES)
    return {source.file for source in sources if source is not None and source.kept}


def _rewritten(plan: Plan, sources: Iterable[SourceFile], base: Path) -> set[str]:
    """Files that tools vanished from, and that are not what was read any more."""
    vanished = (entry.stored for entry in plan.entries if entry.action is PlanAction.VANISHED)
    files = {stored.version.file for stored in vanished if stored is not None}
    suspects = (source for source in sources if source.file in files)
    return {
        source.file
        for source in suspects
        if read_source(base / source.file, MAX_FILE_BYTES).sha256 != (source.content_hash or None)
    }


def _still_there(stored: Sequence[StoredTool], base: Path) -> frozenset[str]:
    """Recorded files that exist."""
    return frozenset(file for file in {tool.version.file for tool in stored} if is_there(base / file))
