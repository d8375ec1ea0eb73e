"""A migration's report in each of its formats; one module a format.

All of them escape what came out of sources, scripts and names of files: it is somebody else's text.
"""

from pathlib import Path
from typing import Final

from crucible_tools.migration.formats.seen import seen_from
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.migration import MigrationReport

SUFFIXES: Final = {
    ".json": ReportFormat.JSON,
    ".html": ReportFormat.HTML,
    ".htm": ReportFormat.HTML,
    ".md": ReportFormat.MARKDOWN,
    ".sarif": ReportFormat.SARIF,
    ".txt": ReportFormat.TEXT,
    ".xml": ReportFormat.JUNIT,
}
"""The format that the name of a file asks for."""


def render(report: MigrationReport, wanted: ReportFormat) -> str:
    """The report in this format: a text that ends with its last line's end, if it is not empty.

    All but JSON, which says what its paths are relative to, call files as they are called in the working directory.

    Args:
        report: of any run, also one that was read back from JSON.
        wanted: for whom it is.
    """
    rendered = _rendered(report if wanted is ReportFormat.JSON else seen_from(report, Path()), wanted)
    return f"{rendered}\n" if rendered and not rendered.endswith("\n") else rendered


def _rendered(report: MigrationReport, wanted: ReportFormat) -> str:
    match wanted:
        case ReportFormat.TEXT:
            from crucible_tools.migration.formats.text import text

            return text(report)
        case ReportFormat.JSON:
            from crucible_tools.migration.formats.document import document

            return document(report)
        case ReportFormat.HTML:
            from crucible_tools.migration.formats.html import html

            return html(report)
        case ReportFormat.JUNIT:
            from crucible_tools.migration.formats.junit import junit

            return junit(report)
        case ReportFormat.SARIF:
            from crucible_tools.migration.formats.sarif import sarif

            return sarif(report)
        case ReportFormat.GITHUB:
            from crucible_tools.migration.formats.github import github

            return github(report)
        case ReportFormat.MARKDOWN:
            from crucible_tools.migration.formats.markdown import markdown

            return markdown(report)
