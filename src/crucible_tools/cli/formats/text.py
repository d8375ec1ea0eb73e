"""Findings for people: the place, the line, what is wrong with it, and what to do."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from crucible_tools.cli.formats.labels import advice, label, listed, rule_of
from crucible_tools.formats.excerpt import excerpt
from crucible_tools.formats.text import Colour, Paint, count, line
from crucible_tools.model.tools import Repair
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding
from crucible_tools.rune.check.verdict import State, Verdict, verdict

_IN_FULL: Final = 2
"""Findings of one rule in one file that are shown with their line, when there are more than one above it."""

_TOOLS: Final = 4
"""Tools of one file that are named."""

_LOOK: Final = "--diff shows how"

_STATES: Final[dict[State, tuple[str, Colour]]] = {
    "valid": ("valid", "green"),
    "allowed": ("not valid, as allowed", "yellow"),
    "repairable": ("repairable with --fix", "green"),
    "repairable-unsafely": ("repairable with --fix --unsafe-fixes", "yellow"),
    "partly-repairable": ("repairable in part", "red"),
    "not-repairable": ("not repairable", "red"),
}


@dataclass(frozen=True, slots=True)
class View:
    """How the text is looked at.

    Args:
        paint: gives a text a colour, where there are colours.
        width: columns at most for a line of a source.
        every: whether each finding is shown in full, however often its rule fires in a file.
    """

    paint: Paint
    width: int = 100
    every: bool = False


def text(result: CheckResult, view: View) -> str:
    """The whole result of a check."""
    return "\n\n".join("\n".join(block) for block in _Page(result, view).blocks())


class _Page:
    def __init__(self, result: CheckResult, view: View) -> None:
        self._result = result
        self._view = view
        self._explained: set[str] = set()

    def blocks(self) -> list[list[str]]:
        """What stands together, with a blank line between."""
        return [*(block for file in self._result.files for block in self._file(file)), self._summary()]

    # --- one file ---

    def _file(self, file: CheckedFile) -> list[list[str]]:
        blocks = [self._repaired(file)] if file.path in self._result.repaired else []
        often = Counter(item.finding.code for item in file.findings)
        seen: Counter[str] = Counter()
        for item in file.findings:
            code = item.finding.code
            seen[code] += 1
            full = self._view.every or often[code] <= _IN_FULL + 1
            if full or seen[code] <= _IN_FULL:
                rest = [] if full or seen[code] < _IN_FULL else _others(file, code)
                blocks.append(self._finding(file, item, rest))
        if reason := self._result.unwritten.get(file.path):
            blocks.append([f"=> {self._view.paint('not written:', 'red')} {line(file.path)} {line(reason)}"])
        if file.findings:
            blocks.append([self._conclusion(file), *_rehearsed(file)])
        return blocks

    def _finding(self, file: CheckedFile, item: CheckedFinding, others: list[int]) -> list[str]:
        paint, finding = self._view.paint, item.finding
        colour: Colour = "red" if finding.severity == "error" else "yellow"
        place = f"{line(file.path)}:{item.line}:{item.column}:"
        what = paint(f"{finding.severity} {label(finding.code)}:", colour)
        lines = [f"{paint(place, 'bold')} {what} {line(finding.message)}"]
        gutter = " " * (len(str(item.line)) + 2)
        if item.source_line.strip():
            length = item.end_column - 1 if item.end_line == item.line else len(item.source_line)
            shown, carets = excerpt(item.source_line, item.column - 1, length, self._view.width)
            lines.append(f"  {paint(f'{item.line} |', 'dim')} {shown}".rstrip())
            margin = len(carets) - len(carets.lstrip())
            lines.append(f"{gutter}{paint(' |', 'dim')} {' ' * margin}{paint(carets[margin:], colour)}")
        for word, sentence in advice(item):
            lines.append(f"{gutter} {paint('=', 'dim')} {word}: {line(sentence)}")
        if others:
            lines.append(f"{gutter} {paint('=', 'dim')} and again on {listed(others)}")
        if rule_of(finding.code) and finding.code not in self._explained:
            self._explained.add(finding.code)
            lines.append(f"{gutter} {paint('=', 'dim')} why: crucible rule {finding.code}")
        return lines

    def _repaired(self, file: CheckedFile) -> list[str]:
        lines = [f"{self._view.paint(f'{line(file.path)}: repaired', 'green')}"]
        groups: dict[tuple[str, str, bool], list[Repair]] = {}
        for repair in file.repairs:
            groups.setdefault((repair.code, repair.title, repair.safe), []).append(repair)
        for (code, title, safe), repairs in groups.items():
            careful = "" if safe else "  (unsafe: look at it)"
            lines.append(f"  {code} {line(title)}, {listed(repair.line for repair in repairs)}{careful}")
        return lines

    def _conclusion(self, file: CheckedFile) -> str:
        found = verdict(file)
        words, colour = _STATES[found.state]
        if found.state == "valid":
            words = "valid, with warnings"
        return f"=> {line(file.path)}: {self._view.paint(words, colour)}{line(_detail(file, found))}"

    # --- all files ---

    def _summary(self) -> list[str]:
        summary, result = self._result.summary, self._result
        lines = [self._numbers()]
        if summary.repaired:
            lines.insert(0, f"{count(summary.repaired, 'finding')} repaired in {count(len(result.repaired), 'file')}.")
        states = Counter(verdict(file).state for file in result.files)
        if states.total() > states["valid"]:
            told = [f"{states[state]} {words}" for state, (words, _) in _STATES.items() if states[state]]
            lines.append(f"Files: {', '.join(told)}.")
        lines += self._repairable()
        if summary.suppressed:
            lines.append(f"{count(summary.suppressed, 'finding')} allowed by comments.")
        if summary.baselined:
            lines.append(f"{count(summary.baselined, 'finding')} known to the baseline.")
        if result.vanished:
            paths = ", ".join(dict.fromkeys(line(f"{path} {code}") for path, code, _ in result.vanished[:3]))
            gone = count(len(result.vanished), "finding")
            lines.append(f"{gone} of the baseline gone ({paths}{', ...' if len(result.vanished) > 3 else ''}): ")
            lines[-1] += "--write-baseline forgets what is gone."
        return lines

    def _numbers(self) -> str:
        summary = self._result.summary
        if not summary.files_with_findings:
            return f"{count(summary.files, 'file')}, {self._view.paint('no findings', 'green')}."
        return (
            f"{self._view.paint(count(summary.files, 'file'), 'bold')}, {summary.files_with_findings} with findings: "
            f"{count(summary.errors, 'error')}, {count(summary.warnings, 'warning')}."
        )

    def _repairable(self) -> list[str]:
        safe, unsafe = self._result.summary.fixable_safe, self._result.summary.fixable_unsafe
        if safe:
            more = f", {unsafe} more with --fix --unsafe-fixes" if unsafe else ""
            return [f"Findings: {safe} can be repaired safely with --fix ({_LOOK}){more}."]
        if unsafe:
            return [f"Findings: {unsafe} can be repaired with --fix --unsafe-fixes, which may change what calls give."]
        return []


def _others(file: CheckedFile, code: str) -> list[int]:
    """The lines of the findings of a rule that are not shown in full."""
    return [item.line for item in file.findings if item.finding.code == code][_IN_FULL:]


def _rehearsed(file: CheckedFile) -> list[str]:
    """What calls of the tools come to; of a tool that fails the findings say why."""
    told = [tool for tool in file.tools if tool.reason and tool.state != "failed"]
    lines = [f"   {line(tool.name)}: {line(tool.reason)}" for tool in told[:_TOOLS]]
    return [*lines, f"   and {len(told) - _TOOLS} more tools"] if len(told) > _TOOLS else lines


def _detail(file: CheckedFile, found: Verdict) -> str:
    """What follows the verdict: the reason, and the tools that are concerned."""
    tools = [tool.name for tool in file.tools]
    names = (
        f"{'tool' if len(tools) == 1 else 'tools'} {', '.join(tools[:_TOOLS])}{', ...' if len(tools) > _TOOLS else ''}"
    )
    mended = sum(item.repairable is not None for item in file.findings)
    if found.state == "partly-repairable":
        return f": {mended} of {count(len(file.findings), 'finding')}; {found.reason}"
    if found.reason:
        return f": {found.reason}"
    return f" ({names})" if tools and not _rehearsed(file) else ""
