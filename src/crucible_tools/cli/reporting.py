"""`crucible report`, and where the reports of other commands go: to stdout, and to files by their names."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from crucible_tools.cli.running import finished
from crucible_tools.cli.terminal import Terminal, json_text, line
from crucible_tools.cli.writing import check_writable
from crucible_tools.errors import ConfigurationError, UsageError
from crucible_tools.migration.formats import SUFFIXES, render
from crucible_tools.migration.formats.seen import seen_from
from crucible_tools.migration.formats.summary import UNPLANNED, is_unplanned
from crucible_tools.migration.formats.text import text
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.migration import MigrationReport
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.report import read_report


def run_report(terminal: Terminal, flags: Flags, run: str, *, wanted: ReportFormat | None, out: Path | None) -> int:
    """`crucible report`."""
    configuration = read_configuration(flags)
    for warning in configuration.warnings:
        terminal.warn(warning)
    wanted = wanted or (ReportFormat.TEXT if out is None else format_of(out))
    if out is not None:
        check_writable(out)
    report = finished(read_report(configuration.state.value, run))
    if is_unplanned(report):
        terminal.warn(UNPLANNED)
    if out is None:
        print_report(terminal, report, wanted)
    else:
        write_report(out, report, wanted)
        terminal.note(f"the report of run {line(report.migration_id)} is in {line(out)}")
    return 0


def print_report(terminal: Terminal, report: MigrationReport, wanted: ReportFormat) -> None:
    """Print a report to stdout, so that it is what it should be in whatever characters stdout has."""
    if wanted is ReportFormat.TEXT:
        terminal.result(text(seen_from(report, Path()), terminal.paint))
        return
    rendered = render(report, wanted)
    if rendered and "utf" not in (sys.stdout.encoding or "").lower():
        rendered = _in_ascii(rendered, wanted)
    if rendered:
        terminal.result(rendered)


def format_of(file: Path) -> ReportFormat:
    """The format that a file's name asks for; JSON if it has no ending.

    Raises:
        UsageError: nobody knows the ending.
    """
    wanted = SUFFIXES.get(file.suffix.lower()) if file.suffix else ReportFormat.JSON
    if wanted is None:
        raise UsageError(
            f"{file}: no format of a report ends with {file.suffix!r}", hint=f"end it with {', '.join(SUFFIXES)}"
        )
    return wanted


def check_files(files: Iterable[Path]) -> None:
    """Refuse places that reports can't go to before anything is migrated.

    Raises:
        UsageError: an ending that nobody knows.
        ConfigurationError: a folder, or a file in a folder that does not exist.
    """
    for file in files:
        format_of(file)
        check_writable(file)


def write_report(file: Path, report: MigrationReport, wanted: ReportFormat) -> None:
    """Write a report to a file, in UTF-8.

    Raises:
        ConfigurationError: it can't be written.
    """
    try:
        # What is no character (a half of a surrogate pair, from a file's name) is shown rather than refused.
        file.write_text(render(report, wanted), "utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise ConfigurationError(f"{file} can't be written: {error.strerror or error}") from error


def _in_ascii(rendered: str, wanted: ReportFormat) -> str:
    """The same document in ASCII, by the means of its format."""
    if wanted in (ReportFormat.JSON, ReportFormat.SARIF):
        return json_text(json.loads(rendered), ascii_only=True)
    if wanted in (ReportFormat.HTML, ReportFormat.JUNIT, ReportFormat.MARKDOWN):
        return rendered.encode("ascii", "xmlcharrefreplace").decode()
    return rendered
