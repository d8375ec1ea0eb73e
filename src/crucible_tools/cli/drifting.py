"""`crucible status --drift`, `reload` and `adopt`: tools that are not what they would be now."""

from collections.abc import Sequence

from crucible_tools.cli.progress import watching
from crucible_tools.cli.reporting import print_report
from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Colour, Terminal, body, line
from crucible_tools.migration.drift import Drift, Severity
from crucible_tools.model.enums import ReportFormat
from crucible_tools.operations import drift
from crucible_tools.operations.configuration import Configuration, Flags


def run_reload(terminal: Terminal, flags: Flags, *, tools: Sequence[str]) -> int:
    """`crucible reload`."""
    configuration = configured(terminal, flags)
    with watching(terminal) as watch:
        report = finished(drift.reload(configuration, tools, watch=watch))
    print_report(terminal, report, ReportFormat.JSON if terminal.json else ReportFormat.TEXT)
    failed, good = report.state.failed_migrations, len(report.migrated_tools)
    if failed == 0:
        return 0
    terminal.reason(f"{failed} of {good + failed} tools can't be reloaded, and stay as they were")
    return 3 if good else 1


def run_adopt(terminal: Terminal, flags: Flags, *, tools: Sequence[str]) -> int:
    """`crucible adopt`."""
    done = finished(drift.adopt(configured(terminal, flags), tools))
    if terminal.json:
        terminal.document(done.to_json())
    elif done.run_id is None:
        terminal.result("There is nothing to adopt: no source changed.")
    else:
        lines = [line(name) for name in done.adopted]
        count = f"{len(lines)} source{'' if len(lines) == 1 else 's'}"
        lines.append(f"Adopted {count} as run {done.run_id}; to undo that: crucible rollback --run {done.run_id}")
        terminal.result("\n".join(lines))
    return 0


def find(configuration: Configuration) -> list[Drift]:
    """All drift."""
    return finished(drift.drift(configuration))


def drift_text(terminal: Terminal, found: Sequence[Drift]) -> str:
    """All drift, for people."""
    if not found:
        return "No tool drifted."
    colours: dict[Severity, Colour] = {"error": "red", "warning": "yellow", "note": "dim"}
    lines: list[str] = []
    for item in found:
        mark = terminal.paint(f"{item.kind}:", colours[item.severity])
        lines.append(f"{mark} {line(item.tool)}: {body(item.message, '  ')}")
        if item.diff:
            lines += [f"    {row}" for row in body(item.diff).rstrip("\n").split("\n")]
    return "\n".join(lines)


def drift_exit_code(terminal: Terminal, found: Sequence[Drift]) -> int:
    """1 when calls of a tool may not be what its source says; notes and warnings do not count."""
    drifted = sorted({item.tool for item in found if item.severity == "error"})
    if not drifted:
        return 0
    terminal.reason(f"{len(drifted)} tool{'' if len(drifted) == 1 else 's'} drifted")
    return 1
