"""Files as a check finds them, made by hand."""

from __future__ import annotations

from pathlib import Path

from crucible_tools.model.enums import FileKind
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding, LineIndex
from crucible_tools.rune.rules.rule import Finding, Fix


def found(
    text: str,
    start: int,
    end: int,
    *,
    code: str = "RN001",
    message: str = "there is no `mut`",
    severity: str = "error",
    hint: str | None = None,
    choices: tuple[str, ...] = (),
    fix: Fix | None = None,
    repairable: str | None = None,
    verified: str | None = None,
) -> CheckedFinding:
    """A finding in a text."""
    places = LineIndex(text)
    (line, column), (end_line, end_column) = places.place(start), places.place(end)
    return CheckedFinding(
        Finding(code, start, end, message, "warning" if severity == "warning" else "error", hint, choices, fix),
        line,
        column,
        end_line,
        end_column,
        places.line(line),
        verified=verified,
        repairable="safe" if repairable == "safe" else "unsafe" if repairable == "unsafe" else None,
    )


def each(text: str, word: str, code: str = "RN001") -> list[CheckedFinding]:
    """A finding at each place of a word."""
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    return [found(text, at, at + len(word), code=code) for at in starts]


def checked(text: str | None, *findings: CheckedFinding, path: str = "tools/a.rn", **facts: object) -> CheckedFile:
    """A file with findings."""
    known: dict[str, object] = {"kind": FileKind.TOOL, "bom": False, "newline": "\n", "compiles": False, **facts}
    return CheckedFile(path=path, absolute=Path.cwd() / path, text=text, findings=tuple(findings), **known)
