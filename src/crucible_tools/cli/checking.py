"""`crucible check`: check, print in the wanted format, choose the exit code."""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crucible_tools.cli.formats import CheckFormat
from crucible_tools.cli.progress import watching
from crucible_tools.cli.running import finished
from crucible_tools.cli.terminal import Terminal
from crucible_tools.cli.writing import check_writable
from crucible_tools.errors import ConfigurationError, UsageError
from crucible_tools.formats.text import count, json_text, line, plain
from crucible_tools.operations.check import CheckResult, check
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration

_WIDTH: Final = 100
"""Columns of a source's line where the output is no terminal."""

_NAMED: Final = 4
"""Tools that are named of those that can't be migrated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for.

    Args:
        fix: write the repairs.
        unsafe: also those that may change what a call gives.
        diff: print what `fix` would do instead of the findings.
        write_baseline: record what is found.
        output_format: for whom the findings are.
        output: a file for them instead of stdout.
    """

    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    write_baseline: bool = False
    output_format: CheckFormat = CheckFormat.TEXT
    output: Path | None = None


def run_check(terminal: Terminal, flags: Flags, wanted: Wanted) -> int:
    """`crucible check`."""
    _refuse_contradictions(wanted)
    configuration = read_configuration(flags)
    for warning in configuration.warnings:
        terminal.warn(warning)
    with watching(terminal) as watch:
        result = finished(
            check(
                configuration,
                unsafe=wanted.unsafe,
                write=wanted.fix,
                write_baseline=wanted.write_baseline,
                watch=watch,
            )
        )
    if not result.files:
        folders = ", ".join(str(folder) for folder in configuration.directories.value)
        terminal.warn(f"no source was found in {folders}")
    _print(terminal, result, wanted)
    _tell(terminal, result, wanted, configuration.check.baseline.value)
    return _exit_code(terminal, result, wanted)


def codes(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    """The codes of `--select RN001,RN2 --select RN3`; None when the option was not given."""
    if not texts:
        return None
    return tuple(code for text in texts for code in text.replace(",", " ").split())


def _refuse_contradictions(wanted: Wanted) -> None:
    if wanted.fix and wanted.diff:
        raise UsageError("--diff shows what --fix would do: give one of them")
    if wanted.diff and wanted.write_baseline:
        raise UsageError("--diff changes nothing, not even the baseline: leave out --write-baseline")
    if wanted.diff and wanted.output_format is not CheckFormat.TEXT:
        raise UsageError("a diff has no other format than text", hint="leave out --format")
    if wanted.output is not None:
        check_writable(wanted.output)


def _print(terminal: Terminal, result: CheckResult, wanted: Wanted) -> None:
    """Prints the result to stdout, or to the file that was named."""
    if wanted.output is not None:
        rendered = _rendered(terminal, result, wanted, to_file=True)
        data = f"{rendered}\n" if rendered and not rendered.endswith("\n") else rendered
        try:
            wanted.output.write_text(data, "utf-8", errors="backslashreplace", newline="")
        except OSError as error:
            raise ConfigurationError(f"{wanted.output} can't be written: {error.strerror or error}") from error
        return
    rendered = _rendered(terminal, result, wanted, to_file=False)
    if not rendered:
        return
    if wanted.diff and not sys.stdout.isatty():
        terminal.output(rendered)  # as it is: `patch` reads it
    else:
        terminal.result(rendered)


def _rendered(terminal: Terminal, result: CheckResult, wanted: Wanted, *, to_file: bool) -> str:
    ascii_only = not to_file and "utf" not in (sys.stdout.encoding or "").lower()
    if wanted.diff:
        return _diff(terminal, result, to_file=to_file)
    match wanted.output_format:
        case CheckFormat.JSON:
            from crucible_tools.cli.formats.document import document

            return json_text(document(result), ascii_only=ascii_only)
        case CheckFormat.SARIF:
            from crucible_tools.cli.formats.sarif import sarif

            return json_text(sarif(result), ascii_only=ascii_only)
        case CheckFormat.JUNIT:
            from crucible_tools.cli.formats.junit import junit

            xml = junit(result)
            return xml.encode("ascii", "xmlcharrefreplace").decode() if ascii_only else xml
        case CheckFormat.GITHUB:
            from crucible_tools.cli.formats.github import github

            return github(result)
        case CheckFormat.TEXT:
            from crucible_tools.cli.formats.text import View, text

            uncoloured = to_file or not sys.stdout.isatty()
            width = _WIDTH if uncoloured else max(60, shutil.get_terminal_size((_WIDTH, 24)).columns - 10)
            return text(result, View(plain if to_file else terminal.paint, width, terminal.verbose))


def _diff(terminal: Terminal, result: CheckResult, *, to_file: bool) -> str:
    from crucible_tools.cli.formats.diff import diff, painted

    patch = diff(result.files)
    return painted(patch, terminal.paint) if sys.stdout.isatty() and not to_file else patch


def _tell(terminal: Terminal, result: CheckResult, wanted: Wanted, baseline: Path | None) -> None:
    """What there is to say beside the result."""
    if result.recorded is not None:
        terminal.note(f"{count(result.recorded, 'finding')} recorded in {line(baseline)}")
    if wanted.output is not None:
        terminal.note(f"{count(len(result.files), 'file')} checked; the result is in {line(wanted.output)}")
    if blocked := result.blocked:
        terminal.warn(_of_blocked([f"{line(tool.name)} ({line(file.path)})" for file, tool in blocked]))
    for path, reason in result.unwritten.items():
        terminal.warn(f"{line(path)} {reason}")


def _of_blocked(tools: list[str]) -> str:
    named = f"{', '.join(tools[:_NAMED])}{', ...' if len(tools) > _NAMED else ''}"
    return (
        f"{count(len(tools), 'tool')} can't be migrated, though no error is told of it: {named}\n"
        "comments, the baseline or the choice of rules leave it out; `crucible plan` says why"
    )


def _exit_code(terminal: Terminal, result: CheckResult, wanted: Wanted) -> int:
    if wanted.diff:
        from crucible_tools.cli.formats.diff import differs

        different = sum(differs(file) for file in result.files)
        if different:
            terminal.reason(f"{count(different, 'file')} would be repaired")
            return 1
    if errors := result.summary.errors:
        terminal.reason(f"{count(errors, 'finding')} of severity error")
        return 1
    return 0
