"""Finding and reading the sources of a migration."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.settings import Search
from crucible_tools.migration.sources import Broken, SourceFile
from crucible_tools.model.enums import FileKind, MigrationPhase
from crucible_tools.rune.discovery import DiscoveredFile, FileProblem, discover
from crucible_tools.rune.reader import read_file
from crucible_tools.rune.report import FailedTool, Reason, SourceReport
from crucible_tools.store.place import Place

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_LEFT_OUT: Final = (FileProblem.LINK_OUTSIDE, FileProblem.LINK_EXCLUDED, FileProblem.NO_FILE)
"""Problems that are decisions of ours: such a file is listed, but is no tool that failed."""


def find_files(search: Search) -> list[DiscoveredFile]:
    """All files of a search, in the order of its roots and then of their paths; none twice.

    Raises:
        DirectoryNotFound: a root that was named does not exist.
    """
    found: dict[Path, DiscoveredFile] = {}
    for root in search.existing():
        for file in _below(root, search):
            found.setdefault(file.path.absolute(), file)
    return list(found.values())


def _below(root: Path, search: Search) -> Sequence[DiscoveredFile]:
    if root.is_file():
        return [DiscoveredFile(root, root.parent, root.name, root.stat().st_size)]
    return discover(
        root,
        extensions=search.extensions,
        excluded=search.excluded,
        max_file_size=search.max_file_size,
        recursive=search.recursive,
    )


def find_one(search: Search, root: Path, relative: str) -> list[DiscoveredFile]:
    """The one file of this path below a root, as a search finds it; none when it is not there any more."""
    if not root.is_dir():
        return []
    return [file for file in _below(root, search) if file.relative == relative]


async def read_sources(
    files: Sequence[DiscoveredFile],
    engine: "ScriptEngine",
    place: Place,
    *,
    max_source_bytes: int,
    watch: Watcher = ignore,
) -> list[SourceFile]:
    """Every file, read in the sandbox.

    Args:
        files: which.
        engine: compiles and describes each source, under SAFE, and knows the registered modules.
        place: the state, which recorded paths are relative to.
        max_source_bytes: longer sources are not compiled.
        watch: is told of each file.
    """
    sources: list[SourceFile] = []
    directories = {root: place.portable(root) for root in {file.root for file in files}}
    for number, file in enumerate(files, 1):
        report = await read_file(file, engine, max_source_bytes=max_source_bytes, capability_of=engine.capability_of)
        sources.append(as_source(report, directories[file.root]))
        watch(Progress(MigrationPhase.DISCOVERING, number, len(files), file.relative))
        await asyncio.sleep(0)  # quick reads never wait for anything: let Ctrl-C and others have their turn
    return sources


def as_source(report: SourceReport, directory: str) -> SourceFile:
    """A reader's report as a migration sees it."""
    source = report.source
    folder = _is_folder(report.file)
    unseen = report.kind is FileKind.UNREADABLE and report.sha256 is None and report.file.problem not in _LEFT_OUT
    return SourceFile(
        directory=directory,
        path=report.file.relative,
        kind=report.kind,
        tools=report.tools,
        broken=tuple(_broken(tool, report) for tool in report.failed),
        readable=report.kind is not FileKind.UNREADABLE,
        unseen=unseen and not folder,
        is_folder=folder,
        reasons=tuple(str(reason) for reason in report.reasons),
        diagnostics=report.diagnostics,
        host_functions=tuple(sorted({*report.host_functions, *report.unknown_functions})),
        text=source.text if source else "",
        bom=source.bom if source else False,
        content_hash=report.sha256 or "",
    )


def _is_folder(file: DiscoveredFile) -> bool:
    """Whether this is a folder that can't be listed: a source that was found has an ending."""
    return file.problem is FileProblem.UNREADABLE and (os.path.isdir(file.path) or "." not in file.path.name)


def _broken(tool: FailedTool, report: SourceReport) -> Broken:
    reason: Reason = tool.reason
    return Broken(
        name=tool.name,
        guessed=tool.definition is None,
        reason=str(reason),
        code=reason.code,
        hint=reason.hint,
        capabilities=tool.definition.capabilities if tool.definition else report.capabilities,
    )
