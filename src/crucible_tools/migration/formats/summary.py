"""The run as a whole, in words and numbers that all formats share."""

from collections import Counter
from datetime import timedelta
from typing import Final

from crucible_tools.formats.text import count
from crucible_tools.migration.formats.outcomes import Outcome, is_rehearsal
from crucible_tools.model.enums import MigrationPhase, PlanAction
from crucible_tools.model.migration import MigrationReport

GOOD: Final = (PlanAction.NEW, PlanAction.CHANGED, PlanAction.REPAIRED, PlanAction.UNCHANGED)
"""What a run does with a tool that is right."""

UNPLANNED: Final = (
    "An earlier version recorded this run, and kept no plan: what was done to each tool, its repairs and its "
    "differences are not known"
)

ROLLED_BACK: Final = "nothing is wrong with it: the run was atomic, and another tool failed"


def headline(report: MigrationReport) -> str:
    """The outcome in one sentence, without its full stop."""
    level = report.config.security_level.name
    if is_rehearsal(report):
        actions = Counter(tool.action for tool in report.plan)
        planned = ", ".join(f"{number} {action.value}" for action, number in sorted(actions.items()))
        return f"Plan at {level}: {planned or 'nothing to do'}"
    state, counts = report.state, Counter(tool.action for tool in report.plan)
    details = f" ({', '.join(f'{counts[action]} {action.value}' for action in GOOD)})" if report.plan else ""
    return (
        f"Migrated {state.successfully_migrated} of {state.total_discovered} tools at {level} into "
        f"{report.config.state} in {took(report)}{details if not report.rolled_back else ''}"
    )


def is_unplanned(report: MigrationReport) -> bool:
    """Whether the report tells of tools and keeps no plan."""
    return not report.plan and bool(report.migrated_tools or report.failed_tools)


def facts(report: MigrationReport) -> list[tuple[str, str]]:
    """What the run was told and when it was, as names and values."""
    config, state = report.config, report.state
    start = state.start_time or report.timestamp
    known = [
        ("run", report.migration_id),
        ("mode", config.mode.value.replace("_", " ") + (", atomic" if config.rollback_on_failure else "")),
        ("level", config.security_level.name + (", with a policy of its own" if config.policy else "")),
        ("validation", config.validation_mode.value),
        ("repairs", config.repair.value),
        ("folders", ", ".join(str(folder) for folder in config.migration_directories)),
        ("state", str(config.state)),
        ("started", start.isoformat(sep=" ", timespec="seconds")),
        ("took", took(report)),
        ("ended", state.phase.value),
    ]
    if report.resumed_from:
        known.append(("resumed from", report.resumed_from))
    return known


def numbers(report: MigrationReport) -> list[tuple[str, int]]:
    """How many tools there are of each kind, as names and numbers; those that a reader needs are always there."""
    repairs = report.repairs
    known = [
        ("as they were", repairs.unchanged),
        ("repaired safely", repairs.safe),
        ("repaired unsafely", repairs.unsafe),
        ("refused", repairs.refused),
    ]
    if report.rolled_back:
        known.append(("rolled back", len(report.rolled_back)))
    return known


def endings(report: MigrationReport) -> list[str]:
    """What is unusual about how the run went, in sentences without full stops."""
    said: list[str] = []
    if report.resumed_from:
        said.append(f"It went on from the run {report.resumed_from}, which was interrupted")
    if report.rolled_back:
        tools = count(len(report.rolled_back), "tool is", "tools are")
        said.append(f"{tools} fine and not migrated, because the run was atomic and another tool failed")
    elif report.state.phase is MigrationPhase.FAILED and report.config.rollback_on_failure and report.failed_tools:
        said.append("Nothing was changed, because the run was atomic and a tool failed")
    elif report.state.phase is MigrationPhase.FAILED:
        said.append("It did not come to its end")
    if is_unplanned(report):
        said.append(UNPLANNED)
    return said


def whole(outcome: Outcome) -> timedelta | None:
    """How long a tool took in all; None where that is not known."""
    timing = outcome.timing
    known = [step for step in (timing.reading, timing.validating) if step is not None] if timing else []
    return sum(known, timedelta()) if known else None


def steps(outcome: Outcome) -> list[tuple[str, str]]:
    """How long each step of a tool took, as names and values."""
    timing = outcome.timing
    if timing is None:
        return []
    known = (("reading", timing.reading), ("validating", timing.validating), ("trial call", timing.trial_call))
    return [(name, milliseconds(step)) for name, step in known if step is not None]


def milliseconds(duration: timedelta) -> str:
    """A duration as it is read best: 0.4 ms, 12 ms, 1,200 ms."""
    number = duration.total_seconds() * 1000
    return f"{number:,.1f} ms" if number < 10 else f"{number:,.0f} ms"


def took(report: MigrationReport) -> str:
    """How long it took, in seconds."""
    return f"{report.duration.total_seconds() if report.duration else 0.0:.1f} s"
