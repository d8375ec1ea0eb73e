"""A report as annotations of a change on GitHub: what keeps tools from being migrated, at its place in the sources."""

from crucible_tools.formats.github import Annotation, annotations
from crucible_tools.migration.formats.outcomes import Remark, is_rehearsal, remarks
from crucible_tools.model.migration import MigrationReport


def github(report: MigrationReport) -> str:
    """Errors first, as many as GitHub shows, and how many were left out; nothing when there is nothing to say."""
    command = "crucible plan" if is_rehearsal(report) else f"crucible report {report.migration_id}"
    return annotations(
        [_annotation(remark) for remark in remarks(report)],
        title="crucible migrate",
        elsewhere=f"`{command}` shows them all",
    )


def _annotation(remark: Remark) -> Annotation:
    place = remark.place
    about = f"{remark.tool}: " if remark.tool else ""
    hint = f"; {remark.hint}" if remark.hint else ""
    return Annotation(
        level=remark.severity,
        title=f"{remark.code} {remark.tool}" if remark.tool else "crucible migrate",
        message=f"{about}{remark.message}{hint}",
        file=remark.path,
        line=place.line if place else None,
        column=place.column if place else None,
        end_column=place.column + place.length - 1 if place and place.length else None,
    )
