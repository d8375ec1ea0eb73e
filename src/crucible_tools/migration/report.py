"""The report of a run, and the records that the state keeps of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from crucible_tools.config import MigrationManagerConfig
from crucible_tools.migration.apply import Applied
from crucible_tools.migration.plan import PlanEntry
from crucible_tools.migration.validation import Validated
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.enums import MigrationErrorType, MigrationPhase, PlanAction
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import (
    MigrationError,
    MigrationReport,
    MigrationState,
    MigrationStats,
    MigrationValidation,
    PlanBasis,
    RepairCounts,
    SkippedFile,
    ToolTiming,
)
from crucible_tools.store.runs import FailureRecord, SkippedRecord
from crucible_tools.store.state import State


def make_error(entry: PlanEntry, at: datetime) -> MigrationError:
    """Why this tool was not migrated, with the facts that a program needs."""
    planned = entry.planned
    errors = [item for item in planned.diagnostics if item.severity == "error"]
    first = next((item.location for item in errors if item.location), None)
    context: JsonObject = {
        "path": planned.path,
        "directory": planned.directory,
        "kind": planned.kind.value,
        "code": planned.code,
        "hint": planned.hint,
        "location": first.to_json() if first else None,
        "diagnostics": [item.to_json() for item in errors],
        "capabilities": list(planned.capabilities),
        "missing_capabilities": list(planned.missing_capabilities),
        "unknown_functions": list(planned.unknown_functions),
        "lowest_level": planned.lowest_level.value if planned.lowest_level else None,
    }
    return MigrationError(
        tool_name=planned.name,
        error_type=planned.error_type or MigrationErrorType.UNKNOWN,
        message=planned.reason,
        timestamp=at,
        context=context,
    )


def make_report(
    *,
    run_id: str,
    base: str,
    config: MigrationManagerConfig,
    applied: Applied,
    skipped: Sequence[SkippedFile],
    warnings: Sequence[str],
    phase: MigrationPhase,
    started: datetime,
    stats: MigrationStats,
    validation: MigrationValidation | None,
    dry_run: bool = False,
    basis: PlanBasis | None = None,
    resumed_from: str | None = None,
) -> MigrationReport:
    """The report of a run that ended, however it ended.

    A tool that vanished is no discovered tool; one that was found and could not be migrated is.
    """
    now = datetime.now(UTC)
    errors = tuple(make_error(entry, now) for entry in applied.failed)
    found = [entry for entry in applied.entries if entry.action is not PlanAction.VANISHED]
    migrated = () if dry_run else tuple(applied.migrated)
    state = MigrationState(
        phase=phase,
        total_discovered=len(found),
        successfully_migrated=len(migrated),
        failed_migrations=len(errors),
        start_time=started,
        completion_time=now,
        errors=errors,
        warnings=(*warnings, *_vanished(applied.entries, dry_run=dry_run), *_kept(applied.failed)),
    )
    return MigrationReport(
        migration_id=run_id,
        base=base,
        config=config,
        stats=stats,
        state=state,
        migrated_tools=migrated,
        failed_tools=errors,
        validation=validation,
        repairs=count_repairs(found),
        duration=now - started,
        timestamp=now,
        skipped_files=tuple(skipped),
        plan=tuple(entry.planned for entry in applied.entries),
        timings=tuple(_timing(entry, applied.checked.get(at)) for at, entry in enumerate(applied.entries)),
        basis=basis,
        rolled_back=tuple(applied.rolled_back),
        resumed_from=resumed_from,
    )


def _timing(entry: PlanEntry, checked: Validated | None) -> ToolTiming:
    reading = entry.source.seconds if entry.source else 0.0
    trial = checked.trial_seconds if checked else None
    return ToolTiming(
        tool=entry.name,
        reading=timedelta(seconds=reading) if reading else None,
        validating=timedelta(seconds=checked.seconds) if checked and checked.seconds else None,
        trial_call=None if trial is None else timedelta(seconds=trial),
    )


def make_validation(applied: Applied) -> MigrationValidation:
    """What validating the tools of a run found; unchanged ones were validated when they were recorded."""
    findings = tuple(applied.findings)
    broken = {item.name for item in applied.failed if item.source is not None and item.definition is not None}
    lost = [
        f"{entry.name}: {entry.planned.reason}"
        for entry in applied.failed
        if entry.name in broken and not any(item.tool == entry.name for item in findings)
    ]
    issues = (*(f"{item.tool}: {item.message}" for item in findings if item.severity == "error"), *lost)
    valid = len(applied.migrated) + len(applied.rolled_back)
    return MigrationValidation(
        valid=not issues,
        issues=issues,
        warnings=tuple(f"{item.tool}: {item.message}" for item in findings if item.severity == "warning"),
        total_tools=valid + len(broken),
        valid_tools=valid,
        findings=findings,
    )


def count_repairs(entries: Iterable[PlanEntry]) -> RepairCounts:
    """How the tools were taken, by what had to be done to their sources."""
    counts: Counter[str] = Counter()
    for entry in entries:
        repairs = entry.planned.repairs
        if entry.planned.error_type is not None:
            counts["refused"] += 1
        elif not repairs:
            counts["unchanged"] += 1
        else:
            counts["safe" if all(repair.safe for repair in repairs) else "unsafe"] += 1
    return RepairCounts(**counts)


def _vanished(entries: Iterable[PlanEntry], *, dry_run: bool) -> Iterable[str]:
    for entry in entries:
        if entry.action is PlanAction.VANISHED:
            what = "would become inactive" if dry_run else "is inactive now"
            yield f"{entry.name} {what}: {entry.planned.reason}"


def _kept(failed: Iterable[PlanEntry]) -> Iterable[str]:
    """Tools that can't be migrated now, and stay in service as they were migrated before."""
    for entry in failed:
        stored, source = entry.stored, entry.source
        if stored is not None and stored.active and source is not None and source.has(stored.version.file):
            yield f"{entry.name} stays in service as it was migrated before, at {stored.version.policy.level.name}"


def make_stats(state: State) -> MigrationStats:
    """What the state holds over all runs."""
    active, all_tools = state.count_tools()
    return MigrationStats(
        total_migrated=all_tools,
        active_tools=active,
        inactive_tools=all_tools - active,
        to_be_revalidated=active - state.count_of_engine(engine_versions()),
        migration_timestamp=state.last_migration(),
    )


def report_record(report: MigrationReport) -> JsonObject:
    """What the state keeps as a run's report: all of it but what has tables of its own, and the plan."""
    data = report.model_dump(mode="json", exclude={"base", "plan", "timings", "failed_tools", "skipped_files"})
    data["state"].pop("errors")
    return data


def failure_records(report: MigrationReport) -> list[FailureRecord]:
    """The failures as the state keeps them."""
    return [
        FailureRecord(
            tool=error.tool_name,
            error_type=error.error_type.value,
            message=error.message,
            at=error.timestamp,
            context=error.context,
        )
        for error in report.failed_tools
    ]


def skipped_records(report: MigrationReport) -> list[SkippedRecord]:
    """The skipped files as the state keeps them."""
    return [
        SkippedRecord(directory=file.directory, path=file.path, kind=file.kind.value, reasons=file.reasons)
        for file in report.skipped_files
    ]
