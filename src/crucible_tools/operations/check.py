"""Checking legacy sources, and writing the repairs to them."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import ConfigurationError, UsageError
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.reading import WORKER
from crucible_tools.migration.worker import GARBAGE, Checking
from crucible_tools.migration.workers import WorkerError, how_many, in_workers, started
from crucible_tools.model.enums import MigrationPhase, RepairMode
from crucible_tools.operations.configuration import Configuration
from crucible_tools.operations.replacing import replace_file, replace_source
from crucible_tools.rune.check.baseline import Baseline, Key, compare, parse_baseline, record
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.names import CODE as TAKEN
from crucible_tools.rune.check.names import with_taken_names
from crucible_tools.rune.check.report import CheckedFile, CheckSummary, summarize
from crucible_tools.rune.check.suppression import without_suppressed
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.inspection import WithoutApplication
from crucible_tools.rune.rules.registry import by_code, chosen_codes
from crucible_tools.rune.search import Search, find_files

_BOM: Final = "\ufeff"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a check came to.

    Args:
        files: every file, with the findings that are left: neither suppressed nor known nor repaired.
        summary: the numbers.
        repaired: paths of the files that were written.
        unwritten: why a file that could be repaired was left as it is, by its path.
        vanished: what the baseline knows and is not there any more.
        recorded: how many findings the baseline that was written knows; None when none was written.
    """

    files: tuple[CheckedFile, ...]
    summary: CheckSummary
    repaired: frozenset[str] = frozenset()
    unwritten: Mapping[str, str] = field(default_factory=dict[str, str])
    vanished: tuple[Key, ...] = ()
    recorded: int | None = None


async def check(
    configuration: Configuration,
    *,
    unsafe: bool = False,
    write: bool = False,
    write_baseline: bool = False,
    watch: Watcher = ignore,
) -> CheckResult:
    """Check what the folders hold.

    Args:
        configuration: which folders, which rules, which baseline.
        unsafe: whether repairs may change what a call gives.
        write: whether repairs are written to the files.
        write_baseline: whether what is left is recorded in the baseline.
        watch: is told of each file.

    Raises:
        UsageError: there is no such rule, or no file to write the baseline to.
        DirectoryNotFound: a folder that was named does not exist.
        ConfigurationError: the baseline can't be read or written.
        EngineUnavailable: the engine can't run here.
    """
    asked = chosen_codes(configuration.check.select.value, configuration.check.ignore.value)
    codes = set(asked)
    known = _Known(configuration.check.baseline.value, codes, writing=write_baseline)
    found = find_files(Search(roots=configuration.directories.value))
    async with started(WORKER, how_many(len(found)) - 1) as ready, ScriptEngine() as engine:
        repairs = RepairMode.UNSAFE if unsafe else RepairMode.SAFE
        checker = Checker(
            WithoutApplication(engine),
            among=[by_code()[code] for code in asked],
            repairs=repairs,
            capability_of=engine.capability_of,
            rehearser=engine,
        )
        files: list[CheckedFile] = []
        async for checked in _checked(found, checker, Checking(tuple(sorted(codes)), repairs), ready):
            files.append(_named(found[len(files)], checked))
            watch(Progress(MigrationPhase.DISCOVERING, len(files), len(found), files[-1].path))
        writing = _Writing(checker)
        if write:
            files = [await writing.written(*pair) for pair in zip(found, files, strict=True)]
    if TAKEN in codes:
        files = with_taken_names(files)
    pairs = [without_suppressed(file, codes, list(by_code())) for file in files]
    return known.result([file for file, _ in pairs], writing, suppressed=sum(count for _, count in pairs))


async def _checked(
    found: Sequence[DiscoveredFile], checker: Checker, setup: Checking, ready: list[asyncio.subprocess.Process]
) -> AsyncGenerator[CheckedFile, None]:
    """What checking each file comes to, in their order: by these processes and by this one."""
    done = 0
    with _seldom_collecting():
        if ready:
            try:
                async for checked in in_workers(WORKER, setup, found, len(ready), ready, checker.check):
                    done += 1
                    yield checked
            except WorkerError as error:
                _log.warning("%s; the rest is checked by this process", error)
        for file in found[done:]:
            yield await checker.check(file)
            await asyncio.sleep(0)  # a quick check never waits for anything: let Ctrl-C have its turn


@contextmanager
def _seldom_collecting() -> Generator[None]:
    """What each file leaves behind is so much that looking often for garbage is looking in vain."""
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _named(file: DiscoveredFile, checked: CheckedFile) -> CheckedFile:
    return replace(checked, path=shown_path(file))


class _Writing:
    """What is written to the files of a check."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
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
        again = _named(file, await self._checker.check(replace(file, size=len(after))))
        return replace(again, repairs=checked.repairs, repaired=None)


class _Known:
    """The baseline of a check."""

    def __init__(self, file: Path | None, asked: set[str], *, writing: bool) -> None:
        if writing and file is None:
            raise UsageError("--write-baseline needs a file to write to", hint="name it: --baseline FILE")
        self._file = file
        self._asked = asked
        self._writing = writing
        self._baseline = Baseline() if file is None else _read(file, may_be_missing=writing)
        self._folder = file.absolute().parent if file else Path().absolute()
        self._paths: dict[Path, str] = {}

    def result(self, files: Sequence[CheckedFile], writing: _Writing, *, suppressed: int) -> CheckResult:
        """The result of a check: what the baseline knows is taken out, and it is written if that is wanted."""
        paths = {self._path(file) for file in files}
        codes = by_code()

        def answered(path: str, code: str) -> bool:
            looked_at = path in paths or not (self._folder / path).exists()
            return looked_at and (code in self._asked or code not in codes)

        baseline, recorded = self._baseline, None
        if self._writing and self._file is not None:
            baseline = record(files, baseline, path_of=self._path, answered=answered)
            recorded = baseline.size
            _write(self._file, baseline)
        compared = compare(files, baseline, path_of=self._path, answered=answered)
        return CheckResult(
            files=compared.files,
            summary=summarize(compared.files, repaired=writing.mended, suppressed=suppressed, baselined=compared.known),
            repaired=frozenset(writing.repaired),
            unwritten=writing.unwritten,
            vanished=compared.vanished,
            recorded=recorded,
        )

    def _path(self, file: CheckedFile) -> str:
        """Relative to the baseline, so that it holds wherever the command is run."""
        known = self._paths.get(file.absolute)
        if known is None:
            try:
                path = os.path.relpath(file.absolute, self._folder)
            except ValueError:
                path = str(file.absolute)  # another drive
            known = self._paths[file.absolute] = _text(path)
        return known


def shown_path(file: DiscoveredFile) -> str:
    """A file's path for people: as its folder was named, from the working directory where it lies below that."""
    folder = _shown_folder(file.root, Path.cwd())
    return file.relative if folder == "." else f"{folder}/{file.relative}"


@cache
def _shown_folder(root: Path, here: Path) -> str:
    if root.is_absolute() and root.is_relative_to(here):
        root = root.relative_to(here)
    return _text(str(root)).rstrip("/")


def _text(path: str) -> str:
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return text.replace(os.sep, "/")


def _bytes(text: str, *, bom: bool) -> bytes:
    return f"{_BOM if bom else ''}{text}".encode()


def _read(file: Path, *, may_be_missing: bool) -> Baseline:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        if may_be_missing:
            return Baseline()
        raise ConfigurationError(
            f"the baseline {file} does not exist", hint="--write-baseline makes it from what is found now"
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the baseline {file} can't be read: {error}") from error
    try:
        return parse_baseline(text, str(file))
    except ConfigurationError:
        if may_be_missing:
            return Baseline()  # it is written anew, as the error would advise
        raise


def _write(file: Path, baseline: Baseline) -> None:
    try:
        replace_file(Path(os.path.realpath(file)), baseline.to_text().encode())
    except OSError as error:
        raise ConfigurationError(f"the baseline {file} can't be written: {error.strerror or error}") from error
