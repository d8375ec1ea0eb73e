"""What really happens when the tools of a source are called, and at which finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.check.examining import origin_of
from crucible_tools.rune.check.problems import Problem, explain, problems
from crucible_tools.rune.check.rehearsal import Failure, parts
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
            start = _line_start(script.text, problem.line)
            happening.unexplained.append(_finding(script.text, start, str(problem)))
    happening.unexplained += _afterwards(examination, {item.start for item in happening.unexplained})
    return happening


def _afterwards(examination: Examination, known: Iterable[int]) -> Iterator[Finding]:
    """What still fails in the repaired source, at its place in the one that is there."""
    script, mended, comparison = examination.script, examination.mended, examination.comparison
    if script is None or mended is None or comparison is None:
        return
    taken = set(known)
    lines = {script.text.count("\n", 0, item.start) for item in mended.repaired.left}
    for problem in problems(comparison.after.trials):
        if problem.line is None or not _is_certain(problem):
            continue
        column = len(_line(mended.repaired.text, problem.line)) - len(
            _line(mended.repaired.text, problem.line).lstrip()
        )
        at = min(origin_of(mended.repaired, problem.line, column + 1), len(script.text))
        number = script.text.count("\n", 0, at)
        start = _line_start(script.text, number + 1)
        if start not in taken and number not in lines:
            taken.add(start)
            yield _finding(script.text, start, f"repaired, {problem}")


def _is_certain(problem: Problem) -> bool:
    return problem.conclusive and problem.trials[0].failure in _OF_THE_SOURCE


def _finding(text: str, line_start: int, message: str) -> Finding:
    end = text.find("\n", line_start)
    line = text[line_start : end if end >= 0 else len(text)]
    start = line_start + len(line) - len(line.lstrip())
    return Finding(CODE, start, line_start + len(line.rstrip()), message, hint="look at what is called there")


def _line_start(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
        if at == 0:
            return len(text)
    return at


def _line(text: str, line: int) -> str:
    start = _line_start(text, line)
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]
