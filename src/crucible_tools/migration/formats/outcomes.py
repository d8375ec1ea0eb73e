"""What became of each tool of a run, and what there is to remark: what every format says in its own way."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from crucible_tools.migration.sources import joined
from crucible_tools.model.enums import MigrationErrorType, MigrationMode, PlanAction
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic, Location, Severity
from crucible_tools.model.migration import MigrationError, MigrationReport, PlannedTool, ToolTiming, ValidationFinding


class Ending(StrEnum):
    """How a run ended for one tool, in the order in which people want to read of it."""

    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    VANISHED = "vanished"
    REPAIRED = "repaired"
    CHANGED = "changed"
    NEW = "new"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


_ENDINGS: Final = {
    PlanAction.NEW: Ending.NEW,
    PlanAction.CHANGED: Ending.CHANGED,
    PlanAction.REPAIRED: Ending.REPAIRED,
    PlanAction.UNCHANGED: Ending.UNCHANGED,
    PlanAction.VANISHED: Ending.VANISHED,
    PlanAction.SKIPPED: Ending.SKIPPED,
    PlanAction.BLOCKED: Ending.FAILED,
    PlanAction.CONFLICTING: Ending.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One tool of a run.

    Args:
        name: the tool.
        ending: how it ended; of a dry run, how it would end.
        path: its file, from where the command was run; empty if it is not known.
        planned: what was planned; None in a report that keeps no plan.
        error: why it was not migrated.
        findings: what validating it came to.
        timing: how long it took; None where that is not known.
    """

    name: str
    ending: Ending
    path: str
    planned: PlannedTool | None = None
    error: MigrationError | None = None
    findings: tuple[ValidationFinding, ...] = ()
    timing: ToolTiming | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is wrong, or may be.

    Args:
        severity: an error keeps a tool from being migrated.
        code: stable: of the rule or finding behind it, else the type of the error.
        message: what is wrong, where and why.
        hint: what helps.
        tool: which tool it is about; None for what is about the run.
        path: its file, from where the command was run.
        place: the place in it.
        diagnostics: what the compiler says.
        policy: the smallest one that allows the tool, as lines of a `crucible.toml`, where that is what it lacks.
        facts: what validating it went by: arguments, results, figures, as names and JSON, cut where it is long.
    """

    severity: Severity
    code: str
    message: str
    hint: str | None = None
    tool: str | None = None
    path: str | None = None
    place: Location | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    policy: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


RUN: Final = "run"
"""The code of what a run itself warns of."""


_FACT: Final = 300
"""Characters of one fact of a finding that are shown; the JSON of the report has all of them."""


def is_rehearsal(report: MigrationReport) -> bool:
    """Whether the report says what would be done."""
    return report.config.mode is MigrationMode.DRY_RUN


def outcomes(report: MigrationReport) -> list[Outcome]:
    """Every tool of the run, in the order of the plan; what has no plan comes last."""
    errors: dict[tuple[str, str], list[MigrationError]] = {}
    for error in report.failed_tools:
        errors.setdefault((error.tool_name, file_of(error)), []).append(error)
    findings: dict[str, list[ValidationFinding]] = {}
    for finding in report.validation.findings if report.validation else ():
        findings.setdefault(finding.tool, []).append(finding)
    found: list[Outcome] = []
    timings = report.timings if len(report.timings) == len(report.plan) else (None,) * len(report.plan)
    for planned, timing in zip(report.plan, timings, strict=True):
        path = joined(planned.directory, planned.path)
        failed = planned.error_type is not None or _ENDINGS[planned.action] is Ending.FAILED
        of_tool = errors.get((planned.name, path), [])
        undone = planned.name in report.rolled_back
        found.append(
            Outcome(
                name=planned.name,
                ending=Ending.FAILED if failed else Ending.ROLLED_BACK if undone else _ENDINGS[planned.action],
                path=path,
                planned=planned,
                error=of_tool.pop(0) if failed and of_tool else None,
                findings=() if planned.action is PlanAction.CONFLICTING else tuple(findings.pop(planned.name, ())),
                timing=timing,
            )
        )
    return [*found, *_without_plan(report, [error for rest in errors.values() for error in rest], findings, found)]


def remarks(report: MigrationReport) -> list[Remark]:
    """All that is to be said of the run: errors first, each in the order of the tools."""
    found = [remark for outcome in outcomes(report) for remark in of_outcome(outcome)]
    found += [Remark(severity="warning", code=RUN, message=warning) for warning in report.state.warnings]
    return sorted(found, key=lambda remark: remark.severity != "error")


def count_failed(tools: Iterable[Outcome]) -> int:
    """How many of the tools have an error to be said of them."""
    return sum(any(remark.severity == "error" for remark in of_outcome(tool)) for tool in tools)


def of_outcome(outcome: Outcome) -> Iterator[Remark]:
    """What is to be said of one tool: why it failed, and what validating it found.

    A failed validation is told by its findings, where it has some that are errors: they are what failed.
    """
    told = any(finding.severity == "error" for finding in outcome.findings)
    error = outcome.error
    if error is not None and not (told and error.error_type is MigrationErrorType.VALIDATION_FAILED):
        yield _of_error(outcome, error)
    for finding in outcome.findings:
        hint = finding.context.get("hint")
        yield Remark(
            severity=finding.severity,
            code=finding.code,
            message=finding.message,
            hint=str(hint) if hint else None,
            tool=outcome.name,
            path=outcome.path or None,
            place=_location(finding.context.get("location")),
            facts=_facts(finding.context),
        )


def file_of(error: MigrationError) -> str:
    """The file of a tool that failed, from where the command was run; empty if it is not known."""
    path = error.context.get("path")
    return joined(error.context.get("directory") or ".", path) if path else ""


def _of_error(outcome: Outcome, error: MigrationError) -> Remark:
    context = error.context
    diagnostics = tuple(_diagnostics(context.get("diagnostics")))
    return Remark(
        severity="error",
        code=str(context.get("code") or error.error_type.value),
        message=error.message,
        hint=str(context["hint"]) if context.get("hint") else None,
        tool=error.tool_name,
        path=file_of(error) or outcome.path or None,
        place=_location(context.get("location")) or _needing_line(outcome.planned),
        diagnostics=diagnostics,
        policy=outcome.planned.policy_snippet if outcome.planned else None,
    )


def _needing_line(planned: PlannedTool | None) -> Location | None:
    """Where a tool first calls for what it may not have."""
    if planned is None:
        return None
    missing = (*planned.missing_capabilities, *planned.unknown_functions)
    lines = [need.line for need in planned.needs if need.capability in missing or need.function in missing]
    return Location(planned.path, min(lines), 1) if lines else None


def _without_plan(
    report: MigrationReport,
    errors: Iterable[MigrationError],
    findings: dict[str, list[ValidationFinding]],
    planned: Iterable[Outcome],
) -> Iterator[Outcome]:
    """The tools that a report tells of and whose plan it does not keep."""
    known = {outcome.name for outcome in planned}
    for error in errors:
        known.add(error.tool_name)
        of_tool = tuple(findings.pop(error.tool_name, ()))
        yield Outcome(name=error.tool_name, ending=Ending.FAILED, path=file_of(error), error=error, findings=of_tool)
    for name in report.rolled_back:
        if name not in known:
            yield Outcome(name=name, ending=Ending.ROLLED_BACK, path="", findings=tuple(findings.pop(name, ())))
    for name in report.migrated_tools:
        if name not in known:
            yield Outcome(name=name, ending=Ending.NEW, path="", findings=tuple(findings.pop(name, ())))
    for name, of_tool in findings.items():
        failed = any(finding.severity == "error" for finding in of_tool)
        yield Outcome(name=name, ending=Ending.FAILED if failed else Ending.UNCHANGED, path="", findings=tuple(of_tool))


def _facts(context: JsonObject) -> tuple[tuple[str, str], ...]:
    """What a finding's context has beside what is shown otherwise."""
    return tuple((name, _fact(name, value)) for name, value in context.items() if name not in ("hint", "location"))


def _fact(name: str, value: object) -> str:
    """A fact in words; `example` is a place in a file of examples."""
    if name == "example" and (place := _location(value)):
        return str(place)
    return _cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= _FACT else f"{text[:_FACT]}..."


def _diagnostics(data: object) -> Iterator[Diagnostic]:
    """Those of an error's context, as far as they are what they should be: a context is any JSON."""
    for item in cast("list[object]", data) if isinstance(data, list) else []:
        if isinstance(item, dict):
            facts = cast("dict[str, Any]", item)
            severity: Severity = "warning" if facts.get("severity") == "warning" else "error"
            place = _location(facts.get("location"))
            yield Diagnostic(severity, str(facts.get("kind", "")), str(facts.get("message", "")), place)


def _location(data: object) -> Location | None:
    if not isinstance(data, dict):
        return None
    facts = cast("dict[str, Any]", data)
    line, column, length = facts.get("line"), facts.get("column"), facts.get("length")
    if not isinstance(line, int) or line < 1:
        return None
    source_line = facts.get("source_line")
    return Location(
        path=str(facts["path"]) if facts.get("path") else None,
        line=line,
        column=column if isinstance(column, int) and column > 0 else 1,
        length=length if isinstance(length, int) and length > 0 else None,
        source_line=source_line if isinstance(source_line, str) else None,
    )
