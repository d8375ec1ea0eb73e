"""Names of tools that several files use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crucible_tools.rune.check.report import CheckedFile, CheckedFinding, LineIndex, ToolOutcome
from crucible_tools.rune.rules.rule import Finding

CODE = "RN905"


def with_taken_names(files: Sequence[CheckedFile]) -> list[CheckedFile]:
    """The files, with a finding in each that uses the name of a tool of an earlier one (legacy-tools.md, "Forms").

    Args:
        files: all files of a check, in the order in which a migration takes them.
    """
    owners: dict[str, str] = {}
    marked: list[CheckedFile] = []
    for file in files:
        taken = [
            _finding(file, tool.name, owners[tool.name])
            for tool in file.tools
            if owners.setdefault(tool.name, file.path) != file.path
        ]
        marked.append(_with(file, taken, owners) if taken else file)
    return marked


def _with(file: CheckedFile, taken: Sequence[CheckedFinding], owners: Mapping[str, str]) -> CheckedFile:
    findings = sorted((*file.findings, *taken), key=lambda item: (item.finding.start, item.finding.code))
    tools = (
        tool if tool.state == "failed" or owners[tool.name] == file.path else _failed(tool.name, owners[tool.name])
        for tool in file.tools
    )
    return replace(file, findings=tuple(findings), tools=tuple(tools))


def _failed(name: str, owner: str) -> ToolOutcome:
    return ToolOutcome(name, "failed", f"{owner} has the name already")


def _extent(text: str, name: str) -> tuple[int, int]:
    """Where a tool gets its name: the text of it, or the function of that name; the beginning when it is the file's."""
    at = text.find(f'"{name}"')
    if at >= 0:
        return at, at + len(name) + 2
    function = re.search(rf"\bfn\s+({re.escape(name.rpartition('.')[2])})\b", text)
    return function.span(1) if function else (0, 0)


def _finding(file: CheckedFile, name: str, owner: str) -> CheckedFinding:
    text = file.text or ""
    index = LineIndex(text)
    start, end = _extent(text, name)
    message = f"`{name}` is the name of a tool in {owner} already, so that this one can't be migrated"
    hint = "rename one of the two; a name stays with the first file in the order of their paths"
    line, column = index.place(start)
    end_line, end_column = index.place(end)
    return CheckedFinding(
        Finding(CODE, start, end, message, hint=hint), line, column, end_line, end_column, index.line(line)
    )
