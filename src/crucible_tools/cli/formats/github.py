"""Findings as GitHub's workflow commands, which become annotations of a change."""

from crucible_tools.cli.formats.labels import by_severity, label
from crucible_tools.formats.github import Annotation, annotations
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding


def github(result: CheckResult) -> str:
    """The whole result of a check: errors first, as many as are shown, and how many were left out."""
    items = [_annotation(file, item) for file, item in by_severity(result.files)]
    return annotations(items, title="crucible check", elsewhere="`crucible check` shows them all")


def _annotation(file: CheckedFile, item: CheckedFinding) -> Annotation:
    finding = item.finding
    placed, one_line = file.text is not None, item.end_line == item.line
    return Annotation(
        level=finding.severity,
        title=label(finding.code),
        message=finding.message if finding.hint is None else f"{finding.message}; {finding.hint}",
        file=file.path,
        line=item.line if placed else None,
        column=item.column if placed else None,
        end_line=item.end_line if placed and item.end_line > item.line else None,
        end_column=item.end_column - 1 if placed and one_line and item.end_column > item.column else None,
    )
