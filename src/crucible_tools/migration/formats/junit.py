"""A report as JUnit XML: a test suite a file, a test case a tool, so that a build server counts tools."""

from itertools import groupby
from operator import attrgetter

from crucible_tools.formats.junit import Case, Failure, Suite, document
from crucible_tools.formats.text import line
from crucible_tools.migration.formats.outcomes import Ending, Outcome, Remark, of_outcome, outcomes
from crucible_tools.migration.formats.places import explained, where
from crucible_tools.migration.formats.summary import ROLLED_BACK, endings, facts, headline, numbers, whole
from crucible_tools.migration.sources import joined
from crucible_tools.model.migration import MigrationReport, SkippedFile


def junit(report: MigrationReport) -> str:
    """The whole report.

    A tool that can't be migrated is a failure. A file that defines no tool, a tool that vanished and one that was
    left out because another one failed count as skipped: they are seen and fail nothing. Warnings are output.
    """
    suites = [_of_run(report)]
    for path, tools in groupby(outcomes(report), key=attrgetter("path")):
        suites.append(Suite(name=path or "tools", cases=tuple(_case(tool) for tool in tools)))
    suites += [_of_skipped(file) for file in report.skipped_files]
    return document("crucible migrate", suites)


def _of_run(report: MigrationReport) -> Suite:
    """The run itself, which passes: whether it did is what its tools say."""
    lines = [headline(report), *endings(report), *(f"{name}: {value}" for name, value in facts(report))]
    lines += [f"{name}: {number}" for name, number in numbers(report)]
    lines += [f"warning: {warning}" for warning in report.state.warnings]
    case = Case(
        classname="crucible migrate", name=f"run {report.migration_id}", output="\n".join(line(it) for it in lines)
    )
    seconds = report.duration.total_seconds() if report.duration else None
    return Suite(name="crucible migrate", cases=(case,), seconds=seconds, start=report.state.start_time)


def _case(outcome: Outcome) -> Case:
    said = list(of_outcome(outcome))
    failures = tuple(_failure(remark) for remark in said if remark.severity == "error")
    if outcome.ending is Ending.FAILED and not failures:
        reason = outcome.planned.reason if outcome.planned else "it was not migrated"
        failures = (Failure(kind="unknown", message=reason, text=reason),)
    skipped = None
    if not failures and outcome.ending is Ending.ROLLED_BACK:
        skipped = ROLLED_BACK
    elif not failures and outcome.ending in (Ending.VANISHED, Ending.SKIPPED):
        skipped = outcome.planned.reason if outcome.planned else outcome.ending.value
    lines = [f"{outcome.ending.value}: {reason}" if (reason := _reason(outcome)) else ""]
    lines += [f"warning {it.code}: {it.message}" for it in said if it.severity == "warning"]
    output = "\n".join(line(it) for it in lines if it)
    return Case(
        classname=outcome.path or "tools",
        name=outcome.name,
        failures=failures,
        skipped=skipped,
        output=output if output and not failures and skipped is None else None,
        seconds=took.total_seconds() if (took := whole(outcome)) is not None else None,
    )


def _reason(outcome: Outcome) -> str:
    return outcome.planned.reason if outcome.planned else ""


def _failure(remark: Remark) -> Failure:
    head = f"{where(remark)}: {remark.message}" if remark.path else remark.message
    return Failure(
        kind=remark.code, message=remark.message, text="\n".join([line(head), *(f"  {it}" for it in explained(remark))])
    )


def _of_skipped(file: SkippedFile) -> Suite:
    path = joined(file.directory, file.path)
    reason = "; ".join(file.reasons) or "it defines no tool"
    case = Case(classname=path, name=f"no tool: {file.kind.value}", skipped=reason)
    return Suite(name=path, cases=(case,))
