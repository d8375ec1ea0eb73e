"""Finding and reading the sources of a migration."""

import asyncio
import logging
import os
import time
import traceback
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from crucible_tools.config import MAX_FILE_BYTES
from crucible_tools.migration.digests import tokens_digest
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.sources import Broken, SourceFile
from crucible_tools.migration.workers import (
    MOST_WORKERS,
    WORKER,
    Processes,
    WorkerError,
    how_many,
    in_workers,
)  # fmt: skip
from crucible_tools.model.enums import FileKind, MigrationPhase, RepairMode
from crucible_tools.model.hooks import MOST_HANDLERS, HookHandler
from crucible_tools.model.locations import Location
from crucible_tools.model.tools import Repair
from crucible_tools.rune.check.examining import Examination, Examiner
from crucible_tools.rune.check.suppression import suppressions
from crucible_tools.rune.discovery import DiscoveredFile, FileProblem
from crucible_tools.rune.report import FailedTool, Reason, SourceReport
from crucible_tools.rune.rules.rule import Finding
from crucible_tools.rune.source import read_source
from crucible_tools.store.place import Place

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.migration.readings import Readings
    from crucible_tools.migration.retrying import Retrying

_DECISIVE: Final = ("RN903", "RN904", "RN023")
"""Findings for which a source can't be repaired, whatever else is in it."""

_log: Final = logging.getLogger(__name__)


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


async def read_sources(
    files: Sequence[DiscoveredFile],
    engine: "ScriptEngine",
    place: Place,
    *,
    repair: RepairMode,
    max_source_bytes: int,
    readers: int = MOST_WORKERS,
    readings: "Readings | None" = None,
    retrying: "Retrying | None" = None,
    spare: Processes | None = None,
    watch: Watcher = ignore,
) -> list[SourceFile]:
    """Every file, read in the sandbox, or as an earlier run read it.

    Args:
        files: which.
        engine: compiles and describes each source, under SAFE, and knows the registered modules.
        place: the state, which recorded paths are relative to.
        repair: which repairs of the sources the migration may use.
        max_source_bytes: longer sources are not compiled.
        readers: processes that may read at the same time.
        readings: what earlier runs found; None: nothing is known.
        retrying: decides whether a file that fails is read again; None: it is not.
        spare: of `workers.spares`: takes the processes that have read; None: they are ended.
        watch: is told of each file.
    """
    directories = {root: place.portable(root) for root in {file.root for file in files}}
    examiner = Examiner(
        engine, repair, capability_of=engine.capability_of, max_source_bytes=max_source_bytes, rehearser=engine
    )
    known: list[SourceFile | None] = []
    for file in files:
        known.append(readings.find(file, max_source_bytes) if readings else None)
        await asyncio.sleep(0)  # quick work never waits for anything: let Ctrl-C and others have their turn
    unknown = [file for file, source in zip(files, known, strict=True) if source is None]
    processes = 1 if engine.has_own_modules else how_many(len(unknown), readers)
    read = _read_here(unknown, examiner) if processes < 2 else _read_in_workers(unknown, examiner, processes, spare)
    sources: list[SourceFile] = []
    for file, source in zip(files, known, strict=True):
        if source is None:
            source = replace(await anext(read), directory=directories[file.root])
            if retrying is not None and source.fails:
                source = await retrying.until_read(source, partial(_read_again, file, source.directory, examiner))
            if source.unforeseen:
                _log.debug("reading %s failed\n%s", source.file, source.unforeseen)
            if readings:
                readings.add(source)
        sources.append(source)
        watch(Progress(MigrationPhase.DISCOVERING, len(sources), len(files), file.relative))
    return sources


async def _read_again(file: DiscoveredFile, directory: str, examiner: Examiner) -> SourceFile:
    return replace(await read_one(file, examiner), directory=directory)


async def read_one(file: DiscoveredFile, examiner: Examiner) -> SourceFile:
    """A file as a migration sees it, without its directory; what nobody foresaw is the failure of this file alone."""
    began = time.perf_counter()
    try:
        examination = await examiner.examine(file)
        return as_source(examination, "", time.perf_counter() - began)
    except Exception as error:  # noqa: BLE001 - one source must not end a run over thousands
        return SourceFile(
            directory="",
            path=file.relative,
            kind=FileKind.UNREADABLE,
            readable=False,
            unseen=True,
            unforeseen=traceback.format_exc(),
            reasons=(f"reading it failed in a way that was not foreseen: {type(error).__name__}: {error}",),
            content_hash=read_source(file.path, MAX_FILE_BYTES).sha256 or "",
        )


async def _read_here(files: Sequence[DiscoveredFile], examiner: Examiner) -> AsyncIterator[SourceFile]:
    for file in files:
        yield await read_one(file, examiner)
        await asyncio.sleep(0)  # quick reads never wait for anything: let Ctrl-C and others have their turn


async def _read_in_workers(
    files: Sequence[DiscoveredFile], examiner: Examiner, processes: int, spare: Processes | None
) -> AsyncIterator[SourceFile]:
    """Reads by several processes; what they can't do is done here."""
    setup = Reading(examiner.repairs, examiner.max_source_bytes)
    done = 0
    try:
        async for source in in_workers(WORKER, setup, files, processes, spare=spare):
            done += 1
            yield source
    except WorkerError as error:
        _log.warning("%s; the rest is read by this process", error)
        async for source in _read_here(files[done:], examiner):
            yield source


def as_source(examination: Examination, directory: str, seconds: float = 0.0) -> SourceFile:
    """An examined source as a migration sees it: repaired, if it could be.

    Args:
        examination: what was found.
        directory: the migration directory, as the state records it.
        seconds: how long examining it took.
    """
    report, found = examination.final, examination.report.source
    source = report.source
    folder = _is_folder(report.file)
    unseen = report.kind is FileKind.UNREADABLE and report.sha256 is None and report.file.problem not in _LEFT_OUT
    return SourceFile(
        directory=directory,
        path=report.file.relative,
        kind=report.kind,
        tools=report.tools,
        hooks=_handlers(report),
        broken=tuple(_broken(tool, report, examination) for tool in report.failed),
        readable=report.kind is not FileKind.UNREADABLE,
        unseen=unseen and not folder,
        passing=any(reason.code == "not-now" for reason in report.reasons),
        is_folder=folder,
        reasons=tuple(str(reason) for reason in report.reasons),
        diagnostics=report.diagnostics,
        host_functions=tuple(sorted({*report.host_functions, *report.unknown_functions})),
        text=source.text if source else "",
        original=found.text if found else "",
        repairs=_repairs(examination),
        bom=source.bom if source else False,
        content_hash=examination.report.sha256 or "",
        code_hash=tokens_digest(examination.script.tree.tokens.texts) if examination.script else None,
        needs=report.needs,
        seconds=seconds,
    )


def _handlers(report: SourceReport) -> tuple[HookHandler, ...]:
    """The hooks of a source, if it can be called at all."""
    if not report.compiles:
        return ()
    return tuple(
        HookHandler(
            function=hook.function,
            event=hook.event,
            pattern=hook.pattern,
            priority=hook.priority,
            enabled=hook.enabled,
            form=hook.form,
            context=hook.context,
        )
        for hook in report.hooks[:MOST_HANDLERS]
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
    """What would help: the reader's own advice, else what the rules know; and which of it a comment keeps quiet."""
    allowed = _allowed(examination)
    told = [item for item in examination.findings if item not in allowed]
    hints = [reason.hint] if reason.hint else []
    if told and not reason.hint:
        unsafe = any(item.fix and not item.fix.safe for item in told)
        more = "; there are repairs that may change what it does: --unsafe-fixes" if unsafe else ""
        hints.append(f"`crucible check` explains {_codes(told)}{more}")
    if allowed:
        codes = _codes(allowed)
        but = "it is not repaired" if any(item.fix for item in allowed) else "`crucible check` leaves it out"
        hints.append(f"a comment allows {codes}, so that {but}; `crucible rule {allowed[0].code}` explains it")
    return "; ".join(hints) or None


def _allowed(examination: Examination) -> list[Finding]:
    """The errors that comments of the source allow: they are neither repaired nor told by a check."""
    script = examination.script
    if script is None:
        return []
    tokens = script.tree.tokens
    allowed = suppressions(script.text, tokens)
    errors = (item for item in examination.findings if item.severity == "error")
    return [item for item in errors if allowed.allows(item.code, tokens.place(item.start)[0])]


def _codes(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({item.code for item in findings}))


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
