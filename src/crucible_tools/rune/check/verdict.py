"""The verdict on a file: whether it is right, and whether a machine can make it so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from crucible_tools.model.enums import FileKind
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding, ToolOutcome

State: TypeAlias = Literal[
    "valid", "allowed", "repairable", "repairable-unsafely", "partly-repairable", "not-repairable"
]
"""`allowed`: it does not compile or a tool of it can't be migrated, and comments or the baseline allow every error."""


_PLACE: Final = re.compile(r" \([^()]*:\d+:\d+\)$")
"""A place in the repaired text, which nobody has seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict.

    Args:
        state: what the file is.
        reason: why a machine can't mend it, or not all of it, or what stays wrong though it is allowed; in one sentence
            without a full stop.
    """

    state: State
    reason: str | None = None


def verdict(file: CheckedFile) -> Verdict:
    """The verdict on a file, by the findings that are left."""
    errors = [item for item in file.findings if item.finding.severity == "error"]
    if not errors:
        return _without_errors(file)
    left = [item for item in errors if item.repairable is None]
    if left:
        mended = any(item.repairable for item in file.findings)
        return Verdict("partly-repairable" if mended else "not-repairable", _reason(file, left))
    unsafe = any(item.repairable == "unsafe" for item in errors)
    return Verdict("repairable-unsafely" if unsafe else "repairable")


def blocked(file: CheckedFile) -> tuple[ToolOutcome, ...]:
    """The tools of a file that can't be migrated, although no finding of severity error is left that says so."""
    if file.errors:
        return ()
    return tuple(tool for tool in file.tools if tool.state == "failed")


def _without_errors(file: CheckedFile) -> Verdict:
    for tool in blocked(file):
        return Verdict("allowed", f"{tool.name} can't be migrated: {tool.reason}" if tool.reason else None)
    return Verdict("valid" if file.compiles or file.text is None else "allowed")


def _reason(file: CheckedFile, left: list[CheckedFinding]) -> str:
    if file.kind is FileKind.NOT_RUNE:
        return "this is no Rune"
    if file.text is None:
        return "it could not be read"
    if file.unrepaired:
        said = _PLACE.sub("", file.unrepaired.removeprefix("it does not compile: "))
        return f"repaired it would still not compile: {said}"
    lines = sorted({item.line for item in left})
    where = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines[:3]))}"
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    codes = ", ".join(dict.fromkeys(item.finding.code for item in left))
    return f"{where}{more} {'needs' if len(lines) == 1 else 'need'} you ({codes})"
