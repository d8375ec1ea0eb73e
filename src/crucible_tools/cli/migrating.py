"""`crucible migrate` and `crucible plan`: run, print, choose the exit code."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from crucible_tools.cli.progress import watching
from crucible_tools.cli.terminal import Terminal, body, line
from crucible_tools.errors import ConfigurationError
from crucible_tools.migration.progress import Watcher
from crucible_tools.model.enums import MigrationMode, PlanAction, SecurityLevel
from crucible_tools.model.migration import MigrationError, MigrationReport, PlannedTool
from crucible_tools.operations.configuration import Configuration, Flags, read_configuration
from crucible_tools.operations.migrate import migrate, plan

_GOOD: Final = (PlanAction.NEW, PlanAction.CHANGED, PlanAction.UNCHANGED)
_BAD: Final = (PlanAction.BLOCKED, PlanAction.CONFLICTING)


def run_migrate(terminal: Terminal, flags: Flags, *, tools: Sequence[str], report: Path | None) -> int:
    """`crucible migrate`."""
    configuration = read_configuration(flags)
    _warn(terminal, configuration.warnings)
    _check_writable(report)
    done = _run(terminal, lambda watch: migrate(configuration, tools=tools, watch=watch))
    data = done.model_dump(mode="json", exclude={"plan"})
    _write(report, done.model_copy(update={"plan": ()}))
    rehearsal = configuration.mode.value is MigrationMode.DRY_RUN
    if terminal.json:
        terminal.document(data)
    else:
        terminal.result(_plan_text(terminal, done) if rehearsal else _report_text(terminal, done))
        if done.migrated_tools and configuration.level.value is not SecurityLevel.SAFE:
            _say_how_to_call(terminal, configuration)
    return _exit_code(terminal, done)


def run_plan(terminal: Terminal, flags: Flags, *, tools: Sequence[str], out: Path | None) -> int:
    """`crucible plan`."""
    configuration = read_configuration(flags)
    _warn(terminal, configuration.warnings)
    _check_writable(out)
    done = _run(terminal, lambda watch: plan(configuration, tools=tools, watch=watch))
    _write(out, done)
    if terminal.json:
        terminal.document(done.model_dump(mode="json"))
    else:
        terminal.result(_plan_text(terminal, done))
    return _exit_code(terminal, done)


def _say_how_to_call(terminal: Terminal, configuration: Configuration) -> None:
    if not configuration.state_is_named:
        place, level = configuration.state.value, configuration.level.value.name
        terminal.note(f"tools at {level} run when their state is named: crucible call --state {line(place)} TOOL")


def _run(terminal: Terminal, work: Callable[[Watcher], Coroutine[Any, Any, MigrationReport]]) -> MigrationReport:
    with watching(terminal) as watch:
        return asyncio.run(work(watch))


def _warn(terminal: Terminal, warnings: Sequence[str]) -> None:
    for warning in warnings:
        terminal.warn(warning)


def _check_writable(file: Path | None) -> None:
    """Refuse a place that the report can't go to before anything is migrated."""
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise ConfigurationError(f"{file} can't be written", hint="name a file in a folder that exists")


def _write(file: Path | None, report: MigrationReport) -> None:
    if file is None:
        return
    try:
        file.write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file} can't be written: {error.strerror or error}") from error


def _exit_code(terminal: Terminal, report: MigrationReport) -> int:
    """0, 1 or 3 as the contract has it, with its reason; a plan gives what the migration would give."""
    good = sum(tool.action in _GOOD for tool in report.plan)
    failed = report.state.failed_migrations
    if good + failed == 0:
        folders = ", ".join(str(folder) for folder in report.config.migration_directories)
        terminal.reason(f"no tool was found in {folders}")
        return 1
    if failed == 0:
        return 0
    terminal.reason(f"{failed} of {good + failed} tools can't be migrated")
    return 3 if good else 1


def _report_text(terminal: Terminal, report: MigrationReport) -> str:
    counts = Counter(tool.action for tool in report.plan)
    seconds = report.duration.total_seconds() if report.duration else 0.0
    state = report.state
    lines = [
        f"{terminal.paint('Migrated', 'bold')} {state.successfully_migrated} of {state.total_discovered} tools at "
        f"{report.config.security_level.name} into {line(report.config.state)} in {seconds:.1f} s "
        f"({', '.join(f'{counts[action]} {action.value}' for action in _GOOD)})."
    ]
    lines += _repairs(terminal, report)
    lines += _failures(terminal, report)
    lines += _rest(terminal, report)
    return "\n".join(lines)


def _repairs(terminal: Terminal, report: MigrationReport) -> list[str]:
    """How many tools needed repairs, and which rules made them."""
    counts = report.repairs
    if not (counts.safe or counts.unsafe):
        return []
    parts = [f"{counts.unchanged} as they were", f"{counts.safe} repaired safely"]
    if counts.unsafe:
        parts.append(terminal.paint(f"{counts.unsafe} repaired in ways that may change what they do", "yellow"))
    if counts.refused:
        parts.append(f"{counts.refused} refused")
    lines = ["", f"{', '.join(parts)}. Repaired, in the migrated copy only (`crucible check --diff` shows the edits):"]
    repaired = [tool for tool in report.plan if tool.repairs and tool.action in _GOOD]
    width = max((len(tool.name) for tool in repaired), default=0)
    for tool in repaired:
        times = Counter(repair.code for repair in tool.repairs)
        codes = ", ".join(f"{code} x{count}" if count > 1 else code for code, count in sorted(times.items()))
        unsafe = "" if all(repair.safe for repair in tool.repairs) else "  (unsafe repairs)"
        lines.append(f"  {line(tool.name):<{width}}  {line(tool.path)}  {codes}{unsafe}")
    return lines


def _plan_text(terminal: Terminal, report: MigrationReport) -> str:
    counts = Counter(tool.action for tool in report.plan)
    lines = [
        f"{terminal.paint('Plan', 'bold')} at {report.config.security_level.name}: "
        f"{', '.join(f'{count} {action.value}' for action, count in sorted(counts.items())) or 'nothing to do'}."
    ]
    width = max((len(tool.name) for tool in report.plan), default=0)
    lines += [_planned_line(tool, width) for tool in report.plan if tool.action not in _BAD]
    lines += _repairs(terminal, report)
    lines += _failures(terminal, report)
    lines += _rest(terminal, report)
    lines.append("Nothing was changed.")
    return "\n".join(lines)


def _planned_line(tool: PlannedTool, width: int) -> str:
    needs = f"  needs {', '.join(tool.capabilities)}" if tool.capabilities else ""
    why = f"  {line(tool.reason)}" if tool.reason else ""
    return f"  {tool.action.value:<10} {line(tool.name):<{width}}  {line(tool.path)}{line(needs)}{why}"


def _failures(terminal: Terminal, report: MigrationReport) -> list[str]:
    if not report.failed_tools:
        return []
    lines = ["", terminal.paint(f"{len(report.failed_tools)} can't be migrated:", "red")]
    for error in report.failed_tools:
        lines += _failure(error)
    return lines


def _failure(error: MigrationError) -> list[str]:
    code = f" [{error.context['code']}]" if error.context.get("code") else ""
    lines = [
        f"  {line(error.tool_name)}  ({line(error.context.get('path'))}){code}",
        f"      {body(error.message, ' ' * 6)}",
    ]
    if hint := error.context.get("hint"):
        lines.append(f"      hint: {body(hint, ' ' * 6)}")
    return lines


def _rest(terminal: Terminal, report: MigrationReport) -> list[str]:
    lines: list[str] = []
    if report.skipped_files:
        lines += ["", f"{len(report.skipped_files)} files define no tool:"]
        for file in report.skipped_files:
            lines.append(f"  {line(file.path)}  {file.kind.value}: {line('; '.join(file.reasons))}")
    lines += [f"{terminal.paint('warning:', 'yellow')} {line(warning)}" for warning in report.state.warnings]
    return lines
