"""Finding and reading the sources of a migration."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.settings import Search
from crucible_tools.migration.sources import Broken, SourceFile
from crucible_tools.migration.workers import WorkerError, how_many, in_workers
from crucible_tools.model.enums import FileKind, MigrationPhase, RepairMode
from crucible_tools.model.locations import Location
from crucible_tools.model.tools import Repair
from crucible_tools.rune.check.examining import Examination, Examiner
from crucible_tools.rune.discovery import DiscoveredFile, FileProblem, discover
from crucible_tools.rune.report import FailedTool, Reason, SourceReport
from crucible_tools.store.place import Place

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_DECISIVE: Final = ("RN903", "RN904", "RN023")
"""Findings for which a source can't be repaired, whatever else is in it."""

_log: Final = logging.getLogger(__name__)

WORKER: Final = "crucible_tools.migration.worker"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a worker is told that reads sources for a migration.

    Args:
        repair: which repairs may be made.
        max_source_bytes: longest source that is compiled.
    """

    repair: RepairMode
    max_source_bytes: int


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
    repair: RepairMode,
    max_source_bytes: int,
    watch: Watcher = ignore,
) -> list[SourceFile]:
    """Every file, read in the sandbox.

    Args:
        files: which.
        engine: compiles and describes each source, under SAFE, and knows the registered modules.
        place: the state, which recorded paths are relative to.
        repair: which repairs of the sources the migration may use.
        max_source_bytes: longer sources are not compiled.
        watch: is told of each file.
    """
    read = _read_here if engine.has_own_modules or how_many(len(files)) < 2 else _read_in_workers
    directories = {root: place.portable(root) for root in {file.root for file in files}}
    examiner = Examiner(
        engine, repair, capability_of=engine.capability_of, max_source_bytes=max_source_bytes, rehearser=engine
    )
    sources: list[SourceFile] = []
    async for source in read(files, examiner):
        file = files[len(sources)]
        sources.append(replace(source, directory=directories[file.root]))
        watch(Progress(MigrationPhase.DISCOVERING, len(sources), len(files), file.relative))
    return sources


async def _read_here(files: Sequence[DiscoveredFile], examiner: Examiner) -> AsyncIterator[SourceFile]:
    for file in files:
        yield as_source(await examiner.examine(file), "")
        await asyncio.sleep(0)  # quick reads never wait for anything: let Ctrl-C and others have their turn


async def _read_in_workers(files: Sequence[DiscoveredFile], examiner: Examiner) -> AsyncIterator[SourceFile]:
    """Reads by several processes; what they can't do is done here."""
    setup = Reading(examiner.repairs, examiner.max_source_bytes)
    done = 0
    try:
        async for source in in_workers(WORKER, setup, files, how_many(len(files))):
            done += 1
            yield source
    except WorkerError as error:
        _log.warning("%s; the rest is read by this process", error)
        async for source in _read_here(files[done:], examiner):
            yield source


def as_source(examination: Examination, directory: str) -> SourceFile:
    """An examined source as a migration sees it: repaired, if it could be."""
    report, found = examination.final, examination.report.source
    source = report.source
    folder = _is_folder(report.file)
    unseen = report.kind is FileKind.UNREADABLE and report.sha256 is None and report.file.problem not in _LEFT_OUT
    return SourceFile(
        directory=directory,
        path=report.file.relative,
        kind=report.kind,
        tools=report.tools,
        broken=tuple(_broken(tool, report, examination) for tool in report.failed),
        readable=report.kind is not FileKind.UNREADABLE,
        unseen=unseen and not folder,
        is_folder=folder,
        reasons=tuple(str(reason) for reason in report.reasons),
        diagnostics=report.diagnostics,
        host_functions=tuple(sorted({*report.host_functions, *report.unknown_functions})),
        text=source.text if source else "",
        original=found.text if found else "",
        repairs=_repairs(examination),
        bom=source.bom if source else False,
        content_hash=examination.report.sha256 or "",
    )


def _is_folder(file: DiscoveredFile) -> bool:
    """Whether this is a folder that can't be listed: a source that was found has an ending."""
    return file.problem is FileProblem.UNREADABLE and (os.path.isdir(file.path) or "." not in file.path.name)


def _repairs(examination: Examination) -> tuple[Repair, ...]:
    if examination.mended is None or examination.script is None:
        return ()
    place = examination.script.tree.tokens.place
    return tuple(
        Repair(item.finding.code, place(item.at)[0], item.fix.title, item.fix.safe)
        for item in examination.mended.repaired.applied
    )


def _telling(examination: Examination) -> Reason | None:
    """What says best why a source can't be repaired, where that is clear."""
    if examination.mended is not None or examination.report.compiles or examination.script is None:
        return None
    for finding in examination.findings:
        if finding.code in _DECISIVE:
            line, column = examination.script.tree.tokens.place(finding.start)
            location = Location(examination.report.file.relative, line, column)
            return Reason(finding.code, "error", finding.message, finding.hint, location)
    return None


def _hint(reason: Reason, examination: Examination) -> str | None:
    """What would help: the reader's own advice, else what the rules know."""
    if reason.hint or not examination.findings:
        return reason.hint
    codes = ", ".join(sorted({item.code for item in examination.findings}))
    if any(item.fix and not item.fix.safe for item in examination.findings):
        return f"`crucible check` explains {codes}; there are repairs that may change what it does: --unsafe-fixes"
    return f"`crucible check` explains {codes}"


def _broken(tool: FailedTool, report: SourceReport, examination: Examination) -> Broken:
    reason = _telling(examination) or tool.reason
    return Broken(
        name=tool.name,
        guessed=tool.definition is None,
        reason=str(reason),
        code=reason.code,
        hint=_hint(reason, examination),
        capabilities=tool.definition.capabilities if tool.definition else report.capabilities,
    )
