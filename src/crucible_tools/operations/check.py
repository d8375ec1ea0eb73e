"""Checking legacy sources, and writing the repairs to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.errors import ConfigurationError, UsageError
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.workers import WORKER, how_many, started
from crucible_tools.model.enums import MigrationPhase, RepairMode
from crucible_tools.operations.replacing import replace_file
from crucible_tools.rune.check.baseline import Baseline, Compared, Key, compare, parse_baseline, record
from crucible_tools.rune.check.names import CODE as TAKEN
from crucible_tools.rune.check.names import with_taken_names
from crucible_tools.rune.check.report import CheckedFile, CheckSummary, ToolOutcome, summarize
from crucible_tools.rune.check.suppression import without_suppressed
from crucible_tools.rune.check.verdict import blocked
from crucible_tools.rune.rules.registry import by_code, chosen_codes
from crucible_tools.rune.search import Search, find_files, is_there
from crucible_tools.store.place import path_text

if TYPE_CHECKING:
    from crucible_tools.operations.configuration import Configuration


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

    @property
    def blocked(self) -> list[tuple[CheckedFile, ToolOutcome]]:
        """The tools that can't be migrated, although no error is left that says so."""
        return [(file, tool) for file in self.files for tool in blocked(file)]


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
    baseline = configuration.check.baseline.value
    if write_baseline and baseline is None:
        raise UsageError("--write-baseline needs a file to write to", hint="name it: --baseline FILE")
    known = None if baseline is None else _Known(baseline, codes, may_be_missing=write_baseline)
    found = find_files(Search(roots=configuration.directories.value))
    async with started(WORKER, how_many(len(found)) - 1) as ready:
        # Not at the top: what this takes to import, the processes import at the same time.
        from crucible_tools.operations.checking import Writing, checking

        async with checking(asked, RepairMode.UNSAFE if unsafe else RepairMode.SAFE) as checker:
            files: list[CheckedFile] = []
            async for checked in checker.each(found, ready):
                files.append(checked)
                watch(Progress(MigrationPhase.DISCOVERING, len(files), len(found), checked.path))
            writing = Writing(checker)
            if write:
                files = [await writing.written(*pair) for pair in zip(found, files, strict=True)]
    if TAKEN in codes:
        files = with_taken_names(files)
    pairs = [without_suppressed(file, codes, list(by_code())) for file in files]
    files = [file for file, _ in pairs]
    recorded = known.record(files) if known and write_baseline else None
    compared = known.compared(files) if known else Compared(tuple(files), known=0, vanished=())
    return CheckResult(
        files=compared.files,
        summary=summarize(
            compared.files,
            repaired=writing.mended,
            suppressed=sum(count for _, count in pairs),
            baselined=compared.known,
        ),
        repaired=frozenset(writing.repaired),
        unwritten=writing.unwritten,
        vanished=compared.vanished,
        recorded=recorded,
    )


class _Known:
    """The baseline of a check.

    Args:
        file: where it is.
        asked: codes of the rules that are asked.
        may_be_missing: whether it is written anew, so that it need not be there.
    """

    def __init__(self, file: Path, asked: set[str], *, may_be_missing: bool) -> None:
        self._file = file
        self._asked = asked
        self._baseline = _read(file, may_be_missing=may_be_missing)
        self._folder = file.absolute().parent
        self._paths: dict[Path, str] = {}

    def record(self, files: Sequence[CheckedFile]) -> int:
        """Writes the baseline that knows all that is found, and gives how many findings that are."""
        self._baseline = record(files, self._baseline, path_of=self._path, answered=self._answered(files))
        _write(self._file, self._baseline)
        return self._baseline.size

    def compared(self, files: Sequence[CheckedFile]) -> Compared:
        """The files without what the baseline knows."""
        return compare(files, self._baseline, path_of=self._path, answered=self._answered(files))

    def _answered(self, files: Sequence[CheckedFile]) -> Callable[[str, str], bool]:
        paths = {self._path(file) for file in files}
        codes = by_code()

        def answered(path: str, code: str) -> bool:
            looked_at = path in paths or not is_there(self._folder / path)
            return looked_at and (code in self._asked or code not in codes)

        return answered

    def _path(self, file: CheckedFile) -> str:
        """Relative to the baseline, so that it holds wherever the command is run."""
        known = self._paths.get(file.absolute)
        if known is None:
            try:
                path = Path(os.path.relpath(file.absolute, self._folder))
            except ValueError:
                path = file.absolute  # another drive
            known = self._paths[file.absolute] = path_text(path)
        return known


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
        why = error.strerror if isinstance(error, OSError) else None
        raise ConfigurationError(f"the baseline {file} can't be read: {why or error}") from error
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
