"""A report for people at a terminal: what was done, what was not and why, and what to do about it."""

from collections import Counter
from collections.abc import Sequence

from crucible_tools.formats.text import Colour, Paint, body, count, line, plain
from crucible_tools.migration.formats.outcomes import (
    Ending,
    Outcome,
    Remark,
    count_failed,
    is_rehearsal,
    outcomes,
    remarks,
)
from crucible_tools.migration.formats.places import explained
from crucible_tools.migration.formats.summary import GOOD, endings, headline
from crucible_tools.migration.sources import joined
from crucible_tools.model.migration import MigrationReport, PlannedTool


def text(report: MigrationReport, paint: Paint = plain) -> str:
    """The whole report but its differences; of a dry run, what would be done.

    Args:
        report: of any run.
        paint: gives a text a colour, where there are colours.
    """
    return "\n".join(_Page(report, paint).lines())


class _Page:
    def __init__(self, report: MigrationReport, paint: Paint) -> None:
        self._report = report
        self._paint = paint
        self._tools = outcomes(report)

    def lines(self) -> list[str]:
        """All of it."""
        rehearsal = is_rehearsal(self._report)
        first, _, rest = line(headline(self._report)).partition(" ")
        lines = [f"{self._paint(first, 'bold')} {rest}.", *(f"{line(it)}." for it in endings(self._report))]
        if rehearsal:
            lines += _table([tool for tool in self._tools if tool.planned and tool.ending is not Ending.FAILED])
        said = remarks(self._report)
        lines += self._repairs()
        lines += self._failures([remark for remark in said if remark.severity == "error"])
        lines += self._skipped()
        lines += self._warnings([remark for remark in said if remark.severity == "warning"])
        return [*lines, "Nothing was changed."] if rehearsal else lines

    def _repairs(self) -> list[str]:
        """How many tools needed repairs, and which rules made them."""
        counts = self._report.repairs
        if not (counts.safe or counts.unsafe):
            return []
        parts = [f"{counts.unchanged} as they were", f"{counts.safe} repaired safely"]
        if counts.unsafe:
            parts.append(self._paint(f"{counts.unsafe} repaired in ways that may change what they do", "yellow"))
        if counts.refused:
            parts.append(f"{counts.refused} refused")
        head = f"{', '.join(parts)}. Repaired, in the migrated copy only (`crucible check --diff` shows the edits):"
        tools = [it for it in self._tools if it.planned and it.planned.repairs and it.planned.action in GOOD]
        width = max((len(line(tool.name)) for tool in tools), default=0)
        return ["", head, *(_repaired_line(tool, width) for tool in tools)] if tools else ["", ", ".join(parts)]

    def _failures(self, said: Sequence[Remark]) -> list[str]:
        if not said:
            return []
        lines = ["", self._paint(f"{count_failed(self._tools)} can't be migrated:", "red")]
        for remark in said:
            lines += self._remark(remark, "red")
        return lines

    def _remark(self, remark: Remark, colour: Colour) -> list[str]:
        return [
            f"  {line(remark.tool)}  ({line(remark.path or 'its file is not known')})"
            f" {self._paint(f'[{line(remark.code)}]', colour)}",
            f"      {body(remark.message, ' ' * 6)}",
            *(f"      {shown}" for shown in explained(remark)),
        ]

    def _skipped(self) -> list[str]:
        files = self._report.skipped_files
        if not files:
            return []
        lines = ["", f"{count(len(files), 'file defines', 'files define')} no tool:"]
        for it in files:
            lines.append(f"  {line(joined(it.directory, it.path))}  {it.kind.value}: {line('; '.join(it.reasons))}")
        return lines

    def _warnings(self, said: Sequence[Remark]) -> list[str]:
        """Those of tools with their place, those of the run in a line each."""
        of_tools = [remark for remark in said if remark.tool is not None]
        lines = ["", self._paint(f"{count(len(of_tools), 'warning')}:", "yellow")] if of_tools else []
        for remark in of_tools:
            lines += self._remark(remark, "yellow")
        mark = self._paint("warning:", "yellow")
        return lines + [f"{mark} {line(remark.message)}" for remark in said if remark.tool is None]


def _table(tools: Sequence[Outcome]) -> list[str]:
    width = max((len(line(tool.name)) for tool in tools), default=0)
    return [_planned_line(tool, tool.planned, width) for tool in tools if tool.planned]


def _planned_line(tool: Outcome, planned: PlannedTool, width: int) -> str:
    needs = f"  needs {', '.join(planned.capabilities)}" if planned.capabilities else ""
    why = f"  {line(planned.reason)}" if planned.reason else ""
    return f"  {planned.action.value:<10} {line(tool.name):<{width}}  {line(tool.path)}{line(needs)}{why}"


def _repaired_line(tool: Outcome, width: int) -> str:
    repairs = tool.planned.repairs if tool.planned else ()
    times = Counter(repair.code for repair in repairs)
    codes = ", ".join(f"{code} x{number}" if number > 1 else code for code, number in sorted(times.items()))
    unsafe = "" if all(repair.safe for repair in repairs) else "  (unsafe repairs)"
    return f"  {line(tool.name):<{width}}  {line(tool.path)}  {line(codes)}{unsafe}"
