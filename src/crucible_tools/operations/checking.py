"""What a check does with each file: by several processes and by this one, and what is written to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.worker import Checking, seldom_collecting
from crucible_tools.migration.workers import WORKER, Processes, WorkerError, in_workers
from crucible_tools.model.enums import RepairMode
from crucible_tools.operations.replacing import replace_source
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.report import CheckedFile
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.inspection import WithoutApplication
from crucible_tools.rune.rules.registry import by_code
from crucible_tools.store.place import path_text

_BOM: Final = "\ufeff"
_log = logging.getLogger(__name__)


@asynccontextmanager
async def checking(codes: Iterable[str], repairs: RepairMode) -> AsyncGenerator[FileChecks, None]:
    """Checks by some rules, with an engine that runs as long as they do.

    Args:
        codes: of the rules to ask.
        repairs: which repairs are made.

    Raises:
        EngineUnavailable: the engine can't run here.
    """
    codes = tuple(codes)
    async with ScriptEngine() as engine:
        checker = Checker(
            WithoutApplication(engine),
            among=[by_code()[code] for code in codes],
            repairs=repairs,
            capability_of=engine.capability_of,
            rehearser=engine,
        )
        yield FileChecks(checker, Checking(tuple(sorted(codes)), repairs))


@dataclass(frozen=True, slots=True)
class FileChecks:
    """Checks of files.

    Args:
        checker: those of this process.
        setup: what other processes are told.
    """

    checker: Checker
    setup: Checking

    async def each(self, found: Sequence[DiscoveredFile], ready: Processes) -> AsyncGenerator[CheckedFile, None]:
        """What checking each file comes to, in their order: by these processes and by this one."""
        done = 0
        with seldom_collecting():
            if ready:
                try:
                    async for checked in in_workers(WORKER, self.setup, found, len(ready), ready, self.checker.check):
                        yield _named(found[done], checked)
                        done += 1
                except WorkerError as error:
                    _log.warning("%s; the rest is checked by this process", error)
            for file in found[done:]:
                yield await self.one(file)
                await asyncio.sleep(0)  # a quick check never waits for anything: let Ctrl-C have its turn

    async def one(self, file: DiscoveredFile) -> CheckedFile:
        """What checking a file comes to."""
        return _named(file, await self.checker.check(file))


class Writing:
    """What is written to the files of a check."""

    def __init__(self, checks: FileChecks) -> None:
        self._checks = checks
        self.mended = 0
        self.repaired: set[str] = set()
        self.unwritten: dict[str, str] = {}

    async def written(self, file: DiscoveredFile, checked: CheckedFile) -> CheckedFile:
        """Writes the repairs of a file, if there are any; gives what is there afterwards."""
        if checked.text is None or checked.repaired is None or checked.repaired == checked.text:
            return checked
        before, after = (_bytes(text, bom=checked.bom) for text in (checked.text, checked.repaired))
        if reason := replace_source(file.path, file.root, before, after):
            self.unwritten[checked.path] = reason
            return checked
        self.repaired.add(checked.path)
        self.mended += sum(item.repaired for item in checked.findings)
        # The places of what is left have moved, so it is looked for again.
        again = await self._checks.one(replace(file, size=len(after)))
        return replace(again, repairs=checked.repairs, repaired=None)


def _named(file: DiscoveredFile, checked: CheckedFile) -> CheckedFile:
    return replace(checked, path=_shown_path(file))


def _shown_path(file: DiscoveredFile) -> str:
    """A file's path for people: as its folder was named, from the working directory where it lies below that."""
    folder = _shown_folder(file.root, Path.cwd())
    return file.relative if folder == "." else f"{folder}/{file.relative}"


@cache
def _shown_folder(root: Path, here: Path) -> str:
    if root.is_absolute() and root.is_relative_to(here):
        root = root.relative_to(here)
    return path_text(root).rstrip("/")


def _bytes(text: str, *, bom: bool) -> bytes:
    return f"{_BOM if bom else ''}{text}".encode()
