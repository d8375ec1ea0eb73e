"""What migrations and rollbacks publish, once it is recorded."""

from collections.abc import Iterable

from crucible_tools.events import MigrationCompleted, Publisher, ToolMigrated, ToolRolledBack
from crucible_tools.migration.operations import SetTool
from crucible_tools.migration.plan import PlanEntry
from crucible_tools.model.migration import MigrationReport


def tell_migrated(publisher: Publisher, run_id: str, entries: Iterable[PlanEntry]) -> None:
    """Publishes that new versions of these tools were recorded; those without a source vanished.

    Args:
        publisher: where to.
        run_id: the migration.
        entries: what was recorded.
    """
    for entry in entries:
        if entry.source is not None:
            publisher.publish(
                ToolMigrated(
                    identifier=entry.name,
                    run_id=run_id,
                    file=entry.source.path,
                    replaced=entry.stored is not None,
                    repairs=len(entry.source.repairs),
                )
            )


def tell_completed(publisher: Publisher, report: MigrationReport, *, interrupted: bool) -> None:
    """Publishes that a migration ended.

    Args:
        publisher: where to.
        report: of the migration.
        interrupted: whether it was stopped before its end.
    """
    seconds = report.duration.total_seconds() if report.duration is not None else 0.0
    publisher.publish(
        MigrationCompleted(
            identifier=report.migration_id,
            phase=report.state.phase,
            interrupted=interrupted,
            migrated=report.state.successfully_migrated,
            failed=report.state.failed_migrations,
            seconds=seconds,
        )
    )


def tell_rolled_back(publisher: Publisher, run_id: str, changes: Iterable[SetTool]) -> None:
    """Publishes that these tools are what they were before.

    Args:
        publisher: where to.
        run_id: the rollback.
        changes: what it did.
    """
    for change in changes:
        active = change.after is not None and change.after.active
        publisher.publish(ToolRolledBack(identifier=change.tool, run_id=run_id, active=active))
