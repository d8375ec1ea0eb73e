"""`crucible migrate` and `crucible plan`: run, print, choose the exit code."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crucible_tools.cli.progress import watching
from crucible_tools.cli.reporting import check_files, format_of, print_report, write_report
from crucible_tools.cli.stopping import run_until_stopped
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.cli.writing import check_writable
from crucible_tools.migration.formats.summary import GOOD
from crucible_tools.migration.progress import Watcher
from crucible_tools.model.enums import ReportFormat, SecurityLevel
from crucible_tools.model.migration import MigrationReport
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.migrate import migrate, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of one migration beside its settings.

    Args:
        tools: names of tools; all when empty.
        plan: a saved plan, which has to be the plan of now.
        verify_rollback: whether what was migrated is rolled back, compared, and migrated again.
    """

    tools: tuple[str, ...] = ()
    plan: Path | None = None
    verify_rollback: bool = False


def run_migrate(
    terminal: Terminal, flags: Flags, asked: Asked, *, reports: Sequence[Path], wanted: ReportFormat
) -> int:
    """`crucible migrate`."""
    configuration = read_configuration(flags)
    _warn(terminal, configuration.warnings)
    check_files(reports)
    done = _run(
        terminal,
        lambda watch: migrate(
            configuration,
            tools=asked.tools,
            plan_file=asked.plan,
            verify_rollback=asked.verify_rollback,
            watch=watch,
        ),
    )
    for file in reports:
        write_report(file, done, format_of(file))
    if terminal.json:
        terminal.document(done.model_dump(mode="json", exclude={"plan"}))
    else:
        print_report(terminal, done, wanted)
        if done.migrated_tools and configuration.level.value is not SecurityLevel.SAFE:
            _say_how_to_call(terminal, configuration)
    return _exit_code(terminal, done)


def run_plan(terminal: Terminal, flags: Flags, *, tools: Sequence[str], out: Path | None, wanted: ReportFormat) -> int:
    """`crucible plan`."""
    configuration = read_configuration(flags)
    _warn(terminal, configuration.warnings)
    if out is not None:
        check_writable(out)
    done = _run(terminal, lambda watch: plan(configuration, tools=tools, watch=watch))
    if out is not None:
        write_report(out, done, ReportFormat.JSON)
    print_report(terminal, done, wanted)
    return _exit_code(terminal, done)


def _say_how_to_call(terminal: Terminal, configuration: Configuration) -> None:
    if not configuration.state_is_named:
        place, level = configuration.state.value, configuration.level.value.name
        terminal.note(f"tools at {level} run when their state is named: crucible call --state {line(place)} TOOL")


def _run(terminal: Terminal, work: Callable[[Watcher], Coroutine[Any, Any, MigrationReport]]) -> MigrationReport:
    with watching(terminal) as watch:
        return run_until_stopped(work(watch))


def _warn(terminal: Terminal, warnings: Sequence[str]) -> None:
    for warning in warnings:
        terminal.warn(warning)


def _exit_code(terminal: Terminal, report: MigrationReport) -> int:
    """0, 1 or 3 as the contract has it, with its reason; a plan gives what the migration would give."""
    good = sum(tool.action in GOOD for tool in report.plan)
    failed = report.state.failed_migrations
    if good + failed == 0:
        folders = ", ".join(str(folder) for folder in report.config.migration_directories)
        terminal.reason(f"no tool was found in {folders}: .rn and .rune files are looked at")
        return 1
    if failed == 0:
        return 0
    if report.config.rollback_on_failure:
        terminal.reason(
            f"{failed} of {good + failed} tools can't be migrated, so nothing is changed: the run is atomic"
        )
        return 1
    terminal.reason(f"{failed} of {good + failed} tools can't be migrated")
    return 3 if good else 1
