"""What the folders of the original service hold: tools that can be called, and files that say why theirs can't."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crucible_tools.errors import CompileFailed, ToolError
from crucible_tools.model.enums import FileKind
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic, Location
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.discovery import FileProblem
from crucible_tools.rune.report import FailedTool, SourceReport

_LEFT_OUT: Final = (FileProblem.LINK_OUTSIDE, FileProblem.LINK_EXCLUDED, FileProblem.NO_FILE)
"""Problems that are decisions of ours: such a file is listed, but is none that failed."""

_NO_TOOL: Final = {
    FileKind.HOOK: "it defines hooks, which this service does not run",
    FileKind.PLUGIN: "it is a plugin, which this service does not run",
    FileKind.LIBRARY: "it defines no tool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolProblem:
    """Why a tool can't be called, or what a file defines can't be known.

    Args:
        tool: its name; None when the file does not even show that.
        message: why, in one sentence.
        code: stable: the code of a rule (`RN905`), or a word.
        hint: what would help.
        location: where.
        diagnostics: what the compiler says, if that is the reason.
    """

    tool: str | None
    message: str
    code: str
    hint: str | None = None
    location: Location | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    def as_exception(self) -> ToolError:
        """The error for someone who asks for the tool."""
        message = f"{self.tool} can't be called: {self.message}"
        if self.diagnostics:
            return CompileFailed(message, diagnostics=self.diagnostics, hint=self.hint)
        return ToolError(message, hint=self.hint, location=self.location)

    def to_json(self) -> JsonObject:
        """The problem as a JSON object, its diagnostics included."""
        return {
            "tool": self.tool,
            "message": self.message,
            "code": self.code,
            "hint": self.hint,
            "location": self.location.to_json() if self.location else None,
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """One file of the folders.

    Args:
        directory: the folder that it was found in.
        path: relative to it, with slashes.
        kind: what it is.
        tools: names of its tools that can be called.
        problems: why others, or all that it may define, can't; empty when nothing is wrong with it.
        reasons: what else there is to say: why it is skipped, warnings.
    """

    directory: Path
    path: str
    kind: FileKind
    tools: tuple[str, ...] = ()
    problems: tuple[ToolProblem, ...] = ()
    reasons: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """The file as a JSON object."""
        return {
            "directory": str(self.directory),
            "path": self.path,
            "kind": self.kind.value,
            "tools": list(self.tools),
            "problems": [problem.to_json() for problem in self.problems],
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What loading folders came to, and what changed since they were loaded before.

    Args:
        files: every file that was found, in the order of the folders and of their paths.
        added: names of tools that can be called now and could not be before.
        changed: names of tools whose source or definition is another one.
        removed: names of tools that could be called before.
    """

    files: tuple[LoadedFile, ...]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[LoadedFile, ...]:
        """The files with problems."""
        return tuple(file for file in self.files if file.problems)


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool that can be called: its definition, and the report of the file that it is in."""

    definition: ToolDefinition
    report: SourceReport

    @property
    def text(self) -> str:
        """What the engine loads."""
        return self.report.source.text if self.report.source else ""

    def same_as(self, other: Entry) -> bool:
        """Whether calls of both do the same."""
        return self.definition == other.definition and self.text == other.text


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that the folders hold.

    Args:
        files: every file, in order.
        tools: those that can be called, by name.
        broken: why others can't, by name.
    """

    files: tuple[LoadedFile, ...] = ()
    tools: Mapping[str, Entry] = field(default_factory=dict[str, Entry])
    broken: Mapping[str, ToolProblem] = field(default_factory=dict[str, ToolProblem])

    def since(self, before: Catalog) -> LoadReport:
        """What changed."""
        old, new = before.tools, self.tools
        changed = (name for name in new if name in old and not new[name].same_as(old[name]))
        return LoadReport(
            files=self.files,
            added=tuple(sorted(new.keys() - old.keys())),
            changed=tuple(sorted(changed)),
            removed=tuple(sorted(old.keys() - new.keys())),
        )


class Cataloguer:
    """Makes a catalog of reports, in the order of their files: the first one that says a name has it."""

    def __init__(self) -> None:
        self._owners: dict[str, Path] = {}
        self._files: list[LoadedFile] = []
        self._tools: dict[str, Entry] = {}
        self._broken: dict[str, ToolProblem] = {}

    def add(self, report: SourceReport, refused: Mapping[str, ToolProblem]) -> None:
        """One more file.

        Args:
            report: what reading it came to.
            refused: why the engine does not take some of its tools, by name.
        """
        mine: list[str] = []
        problems: list[ToolProblem] = []
        for tool in report.tools:
            problem = self._taken(tool.name, report) or refused.get(tool.name)
            if problem is None:
                mine.append(tool.name)
                self._tools[tool.name] = Entry(tool, report)
            else:
                problems.append(problem)
        for failed in report.failed:
            # A name that is only a guess takes no name from a file that says its own.
            taken = self._taken(failed.name, report) if failed.definition is not None else None
            problems.append(taken or _of_failed(failed, report))
        problems += _of_file(report)
        for problem in problems:
            if problem.tool is not None:
                self._broken.setdefault(problem.tool, problem)
        self._files.append(_loaded(report, mine, problems))

    def finish(self) -> Catalog:
        """The catalog."""
        broken = {name: problem for name, problem in self._broken.items() if name not in self._tools}
        return Catalog(tuple(self._files), self._tools, broken)

    def _taken(self, name: str, report: SourceReport) -> ToolProblem | None:
        mine = report.file.path
        owner = self._owners.setdefault(name, mine)
        if owner == mine:
            return None
        return ToolProblem(
            tool=name,
            message=f"the name is used twice: by {owner} and by {mine}",
            code="RN905",
            hint="rename the tool in one of the files",
        )


def _of_failed(failed: FailedTool, report: SourceReport) -> ToolProblem:
    reason = failed.reason
    return ToolProblem(
        tool=failed.name,
        message=str(reason),
        code=reason.code,
        hint=reason.hint,
        location=reason.location,
        diagnostics=() if report.compiles else _errors(report),
    )


def _of_file(report: SourceReport) -> Iterator[ToolProblem]:
    """What is wrong with a file that shows no tool: it could not be read, or not be understood."""
    if report.tools or report.failed or report.kind not in (FileKind.UNREADABLE, FileKind.INVALID):
        return
    if report.file.problem in _LEFT_OUT:
        return
    for reason in report.reasons:
        if reason.severity == "error":
            yield ToolProblem(
                tool=None,
                message=str(reason),
                code=reason.code,
                hint=reason.hint,
                location=reason.location,
                diagnostics=_errors(report),
            )


def _errors(report: SourceReport) -> tuple[Diagnostic, ...]:
    return tuple(item for item in report.diagnostics if item.severity == "error")


def _loaded(report: SourceReport, tools: Sequence[str], problems: Sequence[ToolProblem]) -> LoadedFile:
    told = {problem.message for problem in problems}
    why = None if tools or problems else _NO_TOOL.get(report.kind)
    return LoadedFile(
        directory=report.file.root,
        path=report.file.relative,
        kind=report.kind,
        tools=tuple(tools),
        problems=tuple(problems),
        reasons=(*([why] if why else []), *(str(reason) for reason in report.reasons if str(reason) not in told)),
    )
