"""Taking up edits of sources while they are served: each change is planned, validated and applied as a migration.

What can't be migrated changes nothing for those who call: the last good version goes on serving, and the log, the
events, the health and the readiness say what is wrong, until it is mended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, cast

from crucible_tools.config import EXCLUDED_DIRECTORIES, SOURCE_EXTENSIONS, MigrationManagerConfig
from crucible_tools.engine.host.effects import bounded
from crucible_tools.errors import CrucibleError, StateLocked, UsageError
from crucible_tools.events import HealthChanged
from crucible_tools.formats.text import count
from crucible_tools.model.enums import MigrationMode, ServiceStatus
from crucible_tools.rune.search import Search

if TYPE_CHECKING:
    from watchfiles import Change

    from crucible_tools.model.migration import MigrationError, MigrationReport
    from crucible_tools.operations.serving import Serving

WATCHING_LOG: Final = "crucible_tools.watching"
_LOG: Final = logging.getLogger(WATCHING_LOG)

STEP_MS: Final = 100
"""Milliseconds without a change after which an edit counts as finished: editors write in several steps."""

DEBOUNCE_MS: Final = 1000
"""Milliseconds after which it is looked at although there are still changes."""

TICK_MS: Final = 1000
"""Milliseconds after which it is looked whether the folders themselves are still the same."""

RETRY_S: Final = 0.25
_MOST_RETRY_S: Final = 5.0
"""Seconds after which what could not be taken up is tried again: doubled each time, up to this."""

_START_S: Final = 5.0
"""Seconds that a server waits for the first migration before it begins to serve: hosts do not wait for long."""

_MOST_TOLD: Final = 20
"""Broken files that are named; the others are counted."""

_Roots = Mapping[Path, tuple[int, ...]]


def check_mode(mode: MigrationMode) -> None:
    """Refuse a mode that changes nothing by itself.

    Raises:
        UsageError: it is one.
    """
    if mode not in (MigrationMode.INCREMENTAL, MigrationMode.FULL):
        raise UsageError(
            f"edits can't be taken up in the mode {mode.value}", hint="use incremental or full, or no --watch"
        )


class Watching:
    """Migrates the sources when it is entered, and again whenever one of them changes. An async context manager.

    Args:
        serving: the state that is migrated to and served; it is entered, and was opened with a migration.
        config: that migration; its folders are watched.
        retry_s: seconds after which what could not be taken up is first tried again.

    Raises:
        UsageError: the mode of the migration changes nothing by itself.
    """

    def __init__(self, serving: Serving, config: MigrationManagerConfig, *, retry_s: float = RETRY_S) -> None:
        check_mode(config.mode)
        self._serving = serving
        self._search = Search(roots=config.migration_directories)
        self._retry_s = retry_s
        self._news = asyncio.Event()
        self._taken_up = asyncio.Event()
        self._seen: Mapping[str, str | None] | None = None
        """What the sources were when they were last migrated."""
        self._broken: tuple[str, ...] = ()
        """What of them could not be, and has no older version."""
        self._told: tuple[str, ...] = ()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Begins to watch, and waits some seconds for the first migration.

        Raises:
            DirectoryNotFound: a folder that was named does not exist.
        """
        self._search.existing()
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._work())]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_S):
                await self._taken_up.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops watching; a migration that runs is interrupted, which leaves the state consistent."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # What changes

    async def _watch(self) -> None:
        """Gives news of changes; begins anew when a folder itself is another one than before, or comes or goes."""
        polling: bool | None = None
        while True:
            roots = await asyncio.to_thread(_roots, self._search)
            began = True
            try:
                async for changes in _changes(roots, force_polling=polling):
                    if changes or began:  # what changed before anything was watched is looked at, too
                        self._news.set()
                    began = False
                    if await asyncio.to_thread(_roots, self._search) != roots:
                        break
            except OSError as error:
                # The system's limit of watched folders, a file system that tells nothing, a folder that just went.
                if polling is None and roots == await asyncio.to_thread(_roots, self._search):
                    _LOG.warning(
                        "changes are looked for again and again, since the system does not tell them: %s", error
                    )
                    polling = True
                await asyncio.sleep(TICK_MS / 1000)
            except Exception:  # noqa: BLE001 - the outermost handler of this task, which logs it
                _LOG.exception("watching failed, and begins again")
                await asyncio.sleep(TICK_MS / 1000)
            self._news.set()

    # What is done about it

    async def _work(self) -> None:
        retry_s = self._retry_s
        while True:
            self._news.clear()
            if await self._take_up():
                retry_s, patience = self._retry_s, None
            else:
                retry_s, patience = min(2 * retry_s, _MOST_RETRY_S), retry_s
            self._taken_up.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._news.wait()

    async def _take_up(self) -> bool:
        """Migrates what changed; whether it need not be tried again before there is news."""
        try:
            now = await asyncio.to_thread(self._digests)
            if now == self._seen:
                self._tell(self._broken)
                return True
            report = await self._serving.migrate()
        except StateLocked as error:
            self._tell((f"edits wait: {error.message}",))
            return False
        except CrucibleError as error:
            self._tell((f"edits can't be taken up: {error.message}",))
            return False
        except Exception:  # noqa: BLE001 - the outermost handler of this task, which logs it
            _LOG.exception("edits can't be taken up: a bug of this package")
            self._tell(("edits can't be taken up: a bug of this package, which the log tells",))
            return False
        self._seen, self._broken = now, self._new_and_broken(report)
        self._tell(self._broken)
        _LOG.info(
            "the sources were taken up: %s%s",
            count(report.state.successfully_migrated, "tool"),
            f", {report.state.failed_migrations} broken" if report.state.failed_migrations else "",
        )
        return True

    def _digests(self) -> Mapping[str, str | None]:
        """The digest of each source. On a thread."""
        # Not at the top: what reads sources need not be there before a server watches some.
        from crucible_tools.migration.basis import hashes_on_disk
        from crucible_tools.rune.search import find_files

        return hashes_on_disk(find_files(self._search), self._serving.place)

    def _new_and_broken(self, report: MigrationReport) -> tuple[str, ...]:
        """What could not be migrated and was not there before; of other tools the catalogue tells."""
        old = {tool.path for tool in self._serving.tools() if tool.last_good}
        new = [error for error in report.failed_tools if _file_of(error) not in old]
        told = [f"{_file_of(error)} can't be migrated: {bounded(error.message)}" for error in new[:_MOST_TOLD]]
        return (*told, f"and {len(new) - _MOST_TOLD} more can't be migrated") if len(new) > _MOST_TOLD else tuple(told)

    def _tell(self, notes: Sequence[str]) -> None:
        """Says what is wrong in the health, the readiness, the events and the log; each once."""
        self._serving.condition.note(notes)
        now = self._serving.condition.remarks()
        if now == self._told:
            return
        before, self._told = self._told, now
        for remark in now:
            if remark not in before:
                _LOG.warning("%s", remark)
        if not now:
            _LOG.info("what was wrong with the sources is mended")
        self._serving.publish(
            HealthChanged(
                identifier="sources",
                before=ServiceStatus.DEGRADED if before else ServiceStatus.HEALTHY,
                status=ServiceStatus.DEGRADED if now else ServiceStatus.HEALTHY,
                details=tuple(bounded(remark) for remark in now[:_MOST_TOLD]),
            )
        )


async def _changes(roots: _Roots, *, force_polling: bool | None) -> AsyncGenerator[set[tuple[Change, str]]]:
    """Gives what changed below the roots, and nothing at each tick."""
    if not roots:
        while True:
            await asyncio.sleep(TICK_MS / 1000)
            yield set()
    import watchfiles

    # Its types name those of a library that is not here.
    watched = cast("Callable[..., AsyncGenerator[set[tuple[Change, str]]]]", getattr(watchfiles, "awatch"))  # noqa: B009
    changes = watched(
        *(_real(root) for root in roots),
        watch_filter=_filter(roots),
        step=STEP_MS,
        debounce=DEBOUNCE_MS,
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
        force_polling=force_polling,
        ignore_permission_denied=True,
    )
    async with contextlib.aclosing(changes):
        async for found in changes:
            yield found


def _filter(roots: Iterable[Path]) -> Callable[[Change, str], bool]:
    """Whether a change may be one of sources: a folder may have come or gone with some in it."""
    bases = [_real(root) for root in roots]

    def counts(_: Change, changed: str) -> bool:
        path = Path(changed)
        for base in bases:
            if path.is_relative_to(base) and set(path.relative_to(base).parts).isdisjoint(EXCLUDED_DIRECTORIES):
                return path.name.lower().endswith(SOURCE_EXTENSIONS) or not path.is_file()
        return False

    return counts


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # `Path.resolve` fails at a link that leads back to itself


def _roots(search: Search) -> _Roots:
    """The roots that are there, and by what it is seen that one is another. A single file is another once written."""
    found: dict[Path, tuple[int, ...]] = {}
    for root in search.roots:
        with contextlib.suppress(OSError):
            status = root.stat()
            own = () if root.is_dir() else (status.st_mtime_ns, status.st_size)
            found[root] = (status.st_dev, status.st_ino, *own)
    return found


def _file_of(error: MigrationError) -> str:
    directory, path = error.context.get("directory"), error.context.get("path")
    if not isinstance(path, str):
        return error.tool_name
    return path if directory in (None, ".") else f"{directory}/{path}"
