"""`crucible validate`: what was found about each tool, and how many are valid."""

from collections.abc import Iterator, Sequence
from typing import Final

from crucible_tools.cli.progress import watching
from crucible_tools.cli.running import finished
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.formats.text import Colour
from crucible_tools.model.migration import MigrationValidation
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.validate import validate

_COLOURS: Final[dict[str, Colour]] = {"error": "red", "warning": "yellow"}


def run_validate(terminal: Terminal, flags: Flags, tools: Sequence[str]) -> int:
    """`crucible validate`."""
    configuration = read_configuration(flags)
    for warning in configuration.warnings:
        terminal.warn(warning)
    with watching(terminal) as watch:
        found = finished(validate(configuration, tools=tools, watch=watch))
    if terminal.json:
        terminal.document(found.model_dump(mode="json"))
    else:
        terminal.result("\n".join(_lines(terminal, found)))
    if found.total_tools == 0:
        terminal.reason(f"no tool was migrated to {configuration.state.value}")
        return 1
    if found.issues:
        terminal.reason(f"{found.total_tools - found.valid_tools} of {found.total_tools} tools are not valid")
        return 1
    return 0


def _lines(terminal: Terminal, found: MigrationValidation) -> Iterator[str]:
    for finding in found.findings:
        severity = terminal.paint(finding.severity, _COLOURS[finding.severity])
        yield f"{severity} {finding.code} {line(finding.tool)}: {line(finding.message)}"
        hint = finding.context.get("hint")
        if isinstance(hint, str) and (finding.severity == "error" or terminal.verbose):
            yield f"  hint: {line(hint)}"
    for warning in found.warnings[sum(item.severity == "warning" for item in found.findings) :]:
        yield f"{terminal.paint('warning', 'yellow')} {line(warning)}"
    warnings = len(found.warnings)
    told = "" if warnings == 0 else f", {warnings} {'warning' if warnings == 1 else 'warnings'}"
    yield f"{found.valid_tools} of {found.total_tools} tools are valid{told}."
