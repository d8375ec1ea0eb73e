"""Findings as GitHub's workflow commands, which become annotations of a change."""

from typing import Final

from crucible_tools.cli.formats.labels import by_severity, count, label
from crucible_tools.cli.terminal import line
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding

MOST: Final = 10
"""Annotations of one level that GitHub shows for a step; it drops the others silently."""


def github(result: CheckResult) -> str:
    """The whole result of a check: errors first, as many as are shown, and how many were left out."""
    found = by_severity(result.files)
    lines: list[str] = []
    left_out: list[str] = []
    for level in ("error", "warning"):
        items = [(file, item) for file, item in found if item.finding.severity == level]
        lines += [_annotation(file, item) for file, item in items[:MOST]]
        if len(items) > MOST:
            left_out.append(count(len(items) - MOST, f"more {level}"))
    if left_out:
        message = f"{' and '.join(left_out)} not shown here: `crucible check` shows them all"
        lines.append(f"::notice title=crucible check::{_data(message)}")
    return "\n".join(lines)


def _annotation(file: CheckedFile, item: CheckedFinding) -> str:
    finding = item.finding
    properties: dict[str, object] = {"file": file.path}
    if file.text is not None:
        properties |= {"line": item.line, "col": item.column}
        if item.end_line == item.line and item.end_column > item.column:
            properties["endColumn"] = item.end_column - 1  # GitHub's is the last column, not the one behind it
        elif item.end_line > item.line:
            properties["endLine"] = item.end_line
    properties["title"] = label(finding.code)
    message = finding.message if finding.hint is None else f"{finding.message}; {finding.hint}"
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{finding.severity} {shown}::{_data(message)}"


def _data(text: str) -> str:
    """As the runner unescapes it, in this order: percent signs first."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return line(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
