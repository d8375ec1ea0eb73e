"""What really happens when the tools of a source are called, and at which finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.check.examining import origin_of
from crucible_tools.rune.check.problems import Problem, explain, problems
from crucible_tools.rune.check.rehearsal import Failure, parts
from crucible_tools.rune.check.report import LineIndex
from crucible_tools.rune.rules.rule import Finding

if TYPE_CHECKING:
    from crucible_tools.rune.check.examining import Examination
    from crucible_tools.rune.check.rehearsal import Rehearser

CODE: Final = "RN119"

_OF_THE_SOURCE: Final = (Failure.MISSING_FUNCTION, Failure.WRONG_COUNT)
"""Failures that made-up arguments can't be to blame for."""


@dataclass(slots=True)
class Happening:
    """What calls came to.

    Args:
        at: what really happens at a finding, by its code and offset, in one sentence.
        unexplained: what fails and no rule has an explanation for.
    """

    at: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    unexplained: list[Finding] = field(default_factory=list[Finding])


async def what_happens(examination: Examination, rehearser: Rehearser | None) -> Happening:
    """Calls the tools of a source in which something was found, as it is and after its repair.

    Args:
        examination: of the source.
        rehearser: who can call them; None: nothing is tried.
    """
    report, script = examination.report, examination.script
    happening = Happening()
    if rehearser is None or script is None or not examination.findings:
        return happening
    if examination.comparison is not None:
        before: Sequence[Problem] = problems(examination.comparison.before.trials)
    elif report.tools:
        rehearsal = await rehearser.rehearse(script.text, report.file.relative, parts(report.tools, script.text))
        before = problems(rehearsal.trials)
    else:
        before = ()
    for problem in before:
        finding = explain(problem.trials[0], examination.findings, script.text)
        if finding is not None:
            happening.at.setdefault((finding.code, finding.start), str(problem))
        elif problem.line is not None and _is_certain(problem):
            happening.unexplained.append(_finding(LineIndex(script.text), problem.line, str(problem)))
    happening.unexplained += _afterwards(examination, {item.start for item in happening.unexplained})
    return happening


def _afterwards(examination: Examination, known: Iterable[int]) -> Iterator[Finding]:
    """What still fails in the repaired source, at its place in the one that is there."""
    script, mended, comparison = examination.script, examination.mended, examination.comparison
    if script is None or mended is None or comparison is None:
        return
    index, repaired = LineIndex(script.text), LineIndex(mended.repaired.text)
    taken = set(known)
    lines = {index.place(item.start)[0] for item in mended.repaired.left}
    for problem in problems(comparison.after.trials):
        if problem.line is None or not _is_certain(problem):
            continue
        at = origin_of(mended.repaired, problem.line, _first_column(repaired.line(problem.line)))
        line = index.place(at)[0]
        found = _finding(index, line, f"repaired, {problem}")
        if found.start not in taken and line not in lines:
            taken.add(found.start)
            yield found


def _is_certain(problem: Problem) -> bool:
    return problem.conclusive and problem.trials[0].failure in _OF_THE_SOURCE


def _finding(index: LineIndex, line: int, message: str) -> Finding:
    text = index.line(line)
    start, end = (index.offset(line, column) for column in (_first_column(text), len(text.rstrip()) + 1))
    return Finding(CODE, start, max(start, end), message, hint="look at what is called there")


def _first_column(line: str) -> int:
    """The column of the first sign of a line, from 1."""
    return len(line) - len(line.lstrip()) + 1
