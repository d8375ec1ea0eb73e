"""Rolling back, forgetting what is inactive, and telling what happened."""

from dataclasses import dataclass

from crucible_tools.errors import ToolNotFound, UsageError
from crucible_tools.events import EventBus
from crucible_tools.migration.cleanup import CleanupReport, clean_up
from crucible_tools.migration.rollback import Everything, OneRun, RollbackReport, Tools, Until, Wanted, roll_back
from crucible_tools.model.json import JsonObject
from crucible_tools.model.near import near
from crucible_tools.operations.configuration import Configuration
from crucible_tools.operations.events import CAPACITY, recorded
from crucible_tools.operations.runs import named_run
from crucible_tools.operations.times import past_time
from crucible_tools.store.place import Place
from crucible_tools.store.records import StoredOperation, StoredRun, StoredVersion
from crucible_tools.store.state import State


def wanted(*, tools: tuple[str, ...] = (), run: str | None = None, to: str | None = None, everything: bool) -> Wanted:
    """What a rollback was asked for.

    Raises:
        UsageError: it was asked for nothing, or for several things, or for no time that was.
    """
    asked = [bool(tools), run is not None, to is not None, everything]
    if sum(asked) != 1:
        problem = "several things at once" if any(asked) else "nothing"
        raise UsageError(
            f"{problem} is to be rolled back", hint="give names of tools, or one of --run ID, --to TIME and --all"
        )
    if run is not None:
        return OneRun(run)
    if to is not None:
        return Until(past_time("--to", to))
    return Everything() if everything else Tools(tuple(dict.fromkeys(tools)))


async def rollback(configuration: Configuration, what: Wanted, *, dry_run: bool = False) -> RollbackReport:
    """Undo what is wanted, in one transaction.

    Raises:
        CrucibleError: as `migration.rollback.roll_back`.
    """
    with State(configuration.state.value) as state:
        if isinstance(what, OneRun):
            what = OneRun(named_run(state, what.run_id).id)
        bus = EventBus()
        async with recorded(bus.subscribe(capacity=CAPACITY), state.place, configuration.retention.value):
            return await roll_back(
                state, what, dry_run=dry_run, lock_timeout_s=configuration.lock_timeout.value, events=bus
            )


async def cleanup(configuration: Configuration) -> CleanupReport:
    """Forget all inactive tools.

    Raises:
        StateError: the state is locked, damaged, too new, or can't be written.
    """
    with State(configuration.state.value) as state:
        return await clean_up(state, lock_timeout_s=configuration.lock_timeout.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run, with how many operations and failures it has."""

    run: StoredRun
    operations: int
    failures: int

    def to_json(self) -> JsonObject:
        """All but its configuration and its report."""
        run = self.run
        return {
            "id": run.id,
            "kind": run.kind,
            "status": run.status,
            "started_at": run.started_at.isoformat(),
            "ended_at": run.ended_at.isoformat() if run.ended_at else None,
            "operations": self.operations,
            "failures": self.failures,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolHistory:
    """All that happened to a tool, the newest first.

    Args:
        name: the tool.
        versions: every version of it.
        changes: every operation on it.
    """

    name: str
    versions: tuple[StoredVersion, ...]
    changes: tuple[StoredOperation, ...]

    def to_json(self) -> JsonObject:
        """`{tool, versions, changes}`."""
        return {
            "tool": self.name,
            "versions": [_version_json(version) for version in self.versions],
            "changes": [_change_json(change) for change in self.changes],
        }


async def runs(place: str | Place) -> list[RunSummary]:
    """Every run, the newest first; none where there is no state yet.

    Raises:
        StateError: the state can't be read.
    """
    with State(place) as state:
        counts = state.counts()
        return [
            RunSummary(run=run, operations=operations, failures=failures)
            for run in state.runs()
            for operations, failures in [counts.get(run.id, (0, 0))]
        ]


async def tool_history(place: str | Place, name: str) -> ToolHistory:
    """All that happened to a tool, also to one that was forgotten.

    Raises:
        ToolNotFound: no run ever migrated a tool of this name.
        StateError: the state can't be read.
    """
    with State(place) as state:
        versions, changes = state.history(name), state.changes(name)
        if not versions:
            raise ToolNotFound(name, near=near(name, state.names()))
        return ToolHistory(name=name, versions=tuple(versions), changes=tuple(changes))


def _version_json(stored: StoredVersion) -> JsonObject:
    version = stored.version
    return {
        "version": stored.version_id,
        "run": stored.run_id,
        "migrated_at": version.migrated_at.isoformat(),
        "current": stored.current,
        "active": stored.active,
        "file": version.file,
        "source_sha256": version.original_hash,
        "migrated_sha256": version.migrated_hash,
        "security_level": version.policy.level.value,
        "engine": version.engine,
        "repairs": [repair.to_json() for repair in version.repairs],
    }


def _change_json(change: StoredOperation) -> JsonObject:
    return {
        "run": change.run_id,
        "run_kind": change.run_kind,
        "at": change.at.isoformat(),
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
    }
