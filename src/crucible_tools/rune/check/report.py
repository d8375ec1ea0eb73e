"""What checking comes to: of one finding, of one file, and of all files together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from crucible_tools.model.enums import FileKind
from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import Repair
from crucible_tools.rune.rules.rule import Finding
from crucible_tools.rune.source import LineEnds

COMPILE = "compile"
"""The code of an error of Rune's compiler that no rule explains."""

ToolState: TypeAlias = Literal["ok", "repaired", "repaired-unsafely", "failed"]


@dataclass(frozen=True, slots=True)
class CheckedFinding:
    """A finding with its place.

    Args:
        finding: what the rule has to say.
        line, column: where it begins, both from 1, the column in characters.
        end_line, end_column: the place behind its last character.
        source_line: the text of its first line, without the line end; empty when the file has no text.
        verified: what really happened when the tool was run, in one sentence.
        repaired: whether the repair was made, or would be made by `--fix`.
        repairable: which repairs it takes to mend it in this file, once that was tried; None: none does.
    """

    finding: Finding
    line: int
    column: int
    end_line: int
    end_column: int
    source_line: str
    verified: str | None = None
    repaired: bool = False
    repairable: Literal["safe", "unsafe"] | None = None


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What becomes of a tool that a file defines or means to define.

    Args:
        name: its name, as far as the source shows one; else the file's.
        state: whether it can be migrated as it is, after which repairs, or not.
        reason: why not, in one sentence.
    """

    name: str
    state: ToolState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """All that checking says about one file.

    Args:
        path: as it is shown, with `/`.
        absolute: where it is, to write to it.
        kind: what the file is.
        text: its text without the byte-order mark, line ends as they are; None if it could not be read.
        bom: whether the file begins with a byte-order mark.
        newline: what its lines end with.
        compiles: whether Rune's own compiler takes it.
        findings: in the order of the text; a compile error that no rule explains has the code `compile`.
        tools: what becomes of its tools.
        repaired: the text after the accepted repairs; None if nothing changed.
        repaired_compiles: whether Rune's own compiler takes that.
        repairs: what was repaired, in the order of the text.
        unrepaired: why what is left can't be repaired, in one sentence.
    """

    path: str
    absolute: Path
    kind: FileKind
    text: str | None
    bom: bool
    newline: LineEnds
    compiles: bool
    findings: tuple[CheckedFinding, ...] = ()
    tools: tuple[ToolOutcome, ...] = ()
    repaired: str | None = None
    repaired_compiles: bool = False
    repairs: tuple[Repair, ...] = ()
    unrepaired: str | None = None

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(item.finding.severity == "error" for item in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """What there is in all files together.

    Args:
        files: files looked at.
        files_with_findings: how many of them have findings.
        errors: findings of severity error that are left.
        warnings: findings of severity warning that are left.
        fixable_safe: how many of those that are left `--fix` repairs.
        fixable_unsafe: how many more need `--unsafe-fixes`.
        repaired: findings whose repair was written to the file.
        suppressed: findings that a comment allows.
        baselined: findings that the baseline knows.
    """

    files: int = 0
    files_with_findings: int = 0
    errors: int = 0
    warnings: int = 0
    fixable_safe: int = 0
    fixable_unsafe: int = 0
    repaired: int = 0
    suppressed: int = 0
    baselined: int = 0

    def to_json(self) -> JsonObject:
        """Each number by its name."""
        return {name: getattr(self, name) for name in self.__slots__}


def summarize(
    files: Iterable[CheckedFile], *, repaired: int = 0, suppressed: int = 0, baselined: int = 0
) -> CheckSummary:
    """The numbers of these files.

    Args:
        files: with the findings that are left.
        repaired: findings whose repair was written.
        suppressed: findings that comments allow.
        baselined: findings that the baseline knows.
    """
    looked_at = list(files)
    left = [item for file in looked_at for item in file.findings]
    errors = sum(item.finding.severity == "error" for item in left)
    return CheckSummary(
        files=len(looked_at),
        files_with_findings=sum(bool(file.findings) for file in looked_at),
        errors=errors,
        warnings=len(left) - errors,
        fixable_safe=sum(item.repairable == "safe" for item in left),
        fixable_unsafe=sum(item.repairable == "unsafe" for item in left),
        repaired=repaired,
        suppressed=suppressed,
        baselined=baselined,
    )


class LineIndex:
    """Lines and columns of the places of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[int, str] = {}

    @cached_property
    def _starts(self) -> list[int]:
        # Not at once: of most files nothing has a place, for nothing is wrong with them.
        text, starts = self._text, [0]
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; that of the end for lines beyond it."""
        end = len(self._text)
        return min(self._starts[line - 1] + column - 1, end) if 1 <= line <= len(self._starts) else end

    def line(self, number: int) -> str:
        """The text of a line without its end; empty beyond the ends of the text.

        Always the same object: a line may be long and have thousands of findings.
        """
        if not 1 <= number <= len(self._starts):
            return ""
        if number not in self._lines:
            end = self._starts[number] if number < len(self._starts) else len(self._text)
            self._lines[number] = self._text[self._starts[number - 1] : end].rstrip("\r\n")
        return self._lines[number]
