"""`crucible::file_*`, `fs::*` and `paths::*`: files of scripts. Documented in docs/host-functions.md."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from crucible_tools.engine.host.effects import bounded
from crucible_tools.engine.registry import HostModule, ToolFailure

if TYPE_CHECKING:
    from crucible_tools.engine.host.effects import HostContext
    from crucible_tools.engine.host.paths import Place, Walker
    from crucible_tools.engine.host.world import World
    from crucible_tools.engine.registry import ParamType

_T = TypeVar("_T")

_PIECE: Final = 256 * 1024
"""Bytes between two looks at whether the call still waits."""
_POSSIBLE: Final = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


class _CallOver(Exception):  # noqa: N818 - ends the thread's work; nobody hears of it
    """The call that wanted this is over."""


class _Files:
    """The functions. Each works on a thread, since disks may be slow, and looks whether its call still waits."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, context: HostContext, path: str) -> str:
        def work(job: _Job) -> str:
            with job.at(path) as place:
                return _text(path, job.contents(place))

        return await self._do(context, "read", path, work)

    async def exists(self, context: HostContext, path: str) -> bool:
        return await self._kind(context, path) is not None

    async def is_file(self, context: HostContext, path: str) -> bool:
        kind = await self._kind(context, path)
        return kind is not None and stat.S_ISREG(kind)

    async def is_dir(self, context: HostContext, path: str) -> bool:
        kind = await self._kind(context, path)
        return kind is not None and stat.S_ISDIR(kind)

    async def _kind(self, context: HostContext, path: str) -> int | None:
        def work(job: _Job) -> int | None:
            try:
                with job.at(path) as place:
                    found = place.status()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return None if found is None else found.st_mode

        return await self._do(context, "look at", path, work)

    async def list_dir(self, context: HostContext, path: str) -> list[str]:
        def work(job: _Job) -> list[str]:
            with job.at(path) as place:
                return job.names(place)

        return await self._do(context, "list", path, work)

    async def write(self, context: HostContext, path: str, text: str) -> None:
        data = _bytes(context, text)

        def work(job: _Job) -> None:
            with job.at(path, writing=True) as place:
                job.replace(place, [data])

        await self._do(context, "write", path, work)

    async def append(self, context: HostContext, path: str, text: str) -> None:
        data = _bytes(context, text)

        def work(job: _Job) -> None:
            with job.at(path, writing=True) as place:
                if place.status() is None:
                    job.replace(place, [data])
                else:
                    job.append(place, data)

        await self._do(context, "append to", path, work)

    async def mkdir(self, context: HostContext, path: str) -> None:
        def work(job: _Job) -> None:
            with job.at(path, writing=True, make=True) as place:
                if place.name != ".":
                    try:
                        os.mkdir(place.name, dir_fd=place.folder)
                    except FileExistsError:
                        found = place.status()
                        if found is None or not stat.S_ISDIR(found.st_mode):
                            raise

        await self._do(context, "make the folder", path, work)

    async def remove(self, context: HostContext, path: str) -> None:
        def work(job: _Job) -> None:
            with job.at(path, writing=True, follow=False) as place:
                found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    os.rmdir(place.name, dir_fd=place.folder)
                else:
                    os.unlink(place.name, dir_fd=place.folder)

        await self._do(context, "remove", path, work)

    async def copy(self, context: HostContext, source: str, target: str) -> None:
        def work(job: _Job) -> None:
            with job.at(source) as origin, job.at(target, writing=True) as place:
                job.replace(place, [job.contents(origin)])

        await self._do(context, "copy", f"{source} to {target}", work)

    async def rename(self, context: HostContext, source: str, target: str) -> None:
        def work(job: _Job) -> None:
            with job.at(source, writing=True, follow=False) as old, job.at(target, writing=True, follow=False) as new:
                if "." in (old.name, new.name):
                    raise ToolFailure(f"{_shown(source)}: a folder that the policy names can't be renamed")
                job.check_move(source, target)
                os.rename(old.name, new.name, src_dir_fd=old.folder, dst_dir_fd=new.folder)

        await self._do(context, "rename", f"{source} to {target}", work)

    def place(self, name: str) -> Callable[[], str]:
        """The function that gives a folder of the application."""

        def give() -> str:
            found = self._world.places.get(name)
            if found is None:
                raise ToolFailure(f"the application has set no {name} folder")
            return found

        return give

    async def _do(self, context: HostContext, verb: str, path: str, work: Callable[[_Job], _T]) -> _T:
        """Does something on a thread, reports it, and says in a script's words why it can't be done."""
        if not _POSSIBLE:
            raise ToolFailure("files can't be used on this system: it cannot open a file relative to a folder")
        from crucible_tools.engine.host.paths import PathRefused

        job = _Job(context, self._world)
        try:
            value = await asyncio.to_thread(work, job)
        except PathRefused as refused:
            setting = job.setting if refused.unnamed else None
            raise context.denied(f"{verb} {path}", f"{_shown(path)}: {refused}", setting) from None
        except (OSError, ValueError) as error:
            context.allowed(f"{verb} {path}")
            raise ToolFailure(f"{_shown(path)}: {_told(error)}") from None
        except BaseException:
            # A limit, or the call is over: what the thread did until then was allowed.
            context.allowed(f"{verb} {path}")
            raise
        finally:
            job.over.set()
        context.allowed(f"{verb} {path}")
        return value


class _Job:
    """One piece of work with files, on a thread of its own, under the policy of a call."""

    def __init__(self, context: HostContext, world: World) -> None:
        self._grant = context.policy.files
        self._world = world
        self._here = world.working_directory()
        self.setting = "read_folders"
        """Which setting of the policy names the folders that are walked now."""
        self.over = threading.Event()

    @contextmanager
    def at(self, path: str, *, writing: bool = False, follow: bool = True, make: bool = False) -> Generator[Place]:
        """Where a path leads, for reading or for writing."""
        self.setting = "write_folders" if writing else "read_folders"
        with self._walker(writing).at(path, follow=follow, make=make) as place:
            self.proceed()
            yield place

    def check_move(self, source: str, target: str) -> None:
        """Checks that moving something does not make it readable: writing is not reading.

        Raises:
            PathRefused: it does.
        """
        from crucible_tools.engine.host.paths import PathRefused, exposes

        self.setting = "read_folders"
        if exposes(self._grant.read, self._here, source, target):
            raise PathRefused("it may not be read where it is, and could be where it would go", unnamed=True)

    def _walker(self, writing: bool) -> Walker:
        from crucible_tools.engine.host.paths import Walker

        return Walker(self._grant.write if writing else self._grant.read, self._here, self._world.open)

    def proceed(self) -> None:
        """Goes on only while the call waits for it."""
        if self.over.is_set():
            raise _CallOver

    def contents(self, place: Place) -> bytes:
        """A whole file."""
        most = self._grant.max_bytes
        opened = place.open_file(os.O_RDONLY)
        try:
            size = os.fstat(opened).st_size
            if size > most:
                raise ToolFailure(f"{_shown(place.name)}: it has {size:,} bytes, the limit is {most:,}")
            pieces: list[bytes] = []
            read = 0
            while piece := os.read(opened, _PIECE):
                self.proceed()
                pieces.append(piece)
                read += len(piece)
                if read > most:
                    raise ToolFailure(f"{_shown(place.name)}: it has more than {most:,} bytes")
            return b"".join(pieces)
        finally:
            os.close(opened)

    def names(self, place: Place) -> list[str]:
        """Names in a folder, sorted."""
        most = self._grant.max_entries
        opened = place.open_folder()
        found: list[str] = []
        try:
            with os.scandir(opened) as entries:
                for entry in entries:
                    self.proceed()
                    if len(found) == most:
                        raise ToolFailure(f"{_shown(place.name)}: it has more than {most:,} entries")
                    found.append(os.fsencode(entry.name).decode("utf-8", "replace"))
        finally:
            os.close(opened)
        return sorted(found)

    def replace(self, place: Place, pieces: list[bytes]) -> None:
        """Puts a file in place of what is there, all of it or nothing."""
        found = place.status()
        if found is not None:
            place.check_file(found)
        # In the same folder, so that the rename is one step and stays in the file system.
        temporary = f".crucible-{self._world.token()}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        opened = self._world.open(temporary, flags, 0o666, dir_fd=place.folder)
        try:
            try:
                if found is not None:
                    os.fchmod(opened, stat.S_IMODE(found.st_mode) & 0o777)
                for piece in pieces:
                    self._write(opened, piece)
                os.fsync(opened)
            finally:
                os.close(opened)
            self.proceed()
            os.rename(temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=place.folder)
            raise

    def append(self, place: Place, data: bytes) -> None:
        """Adds to the end of a file that is there."""
        most = self._grant.max_bytes
        opened = place.open_file(os.O_WRONLY | os.O_APPEND)
        try:
            size = os.fstat(opened).st_size + len(data)
            if size > most:
                raise ToolFailure(f"{_shown(place.name)}: it would have {size:,} bytes, the limit is {most:,}")
            self._write(opened, data)
        finally:
            os.close(opened)

    def _write(self, opened: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self.proceed()
            view = view[os.write(opened, view[:_PIECE]) :]


def file_modules(world: World) -> list[HostModule]:
    """The modules, in a world."""
    files = _Files(world)
    flat = HostModule("crucible", capability="file")
    one: Mapping[str, ParamType] = {"path": "string"}
    two: Mapping[str, ParamType] = {"path": "string", "text": "string"}
    both: Mapping[str, ParamType] = {"from": "string", "to": "string"}
    for name, call, params in (
        ("file_read", files.read, one),
        ("file_write", files.write, two),
        ("file_exists", files.exists, one),
        ("file_is_dir", files.is_dir, one),
        ("file_is_file", files.is_file, one),
        ("file_list_dir", files.list_dir, one),
    ):
        flat.add(name, call, params=params, awaited=True, gives="result", context=True)
    module = HostModule("fs", capability="file")
    for name, call, params in (
        ("read_to_string", files.read, one),
        ("write_file", files.write, two),
        ("append_file", files.append, two),
        ("mkdir", files.mkdir, one),
        ("remove", files.remove, one),
        ("list_dir", files.list_dir, one),
        ("copy", files.copy, both),
        ("rename", files.rename, both),
    ):
        module.add(name, call, params=params, gives="result", context=True)
    for name, call in (("exists", files.exists), ("is_file", files.is_file), ("is_dir", files.is_dir)):
        module.add(name, call, params=one, context=True)
    places = HostModule("paths", capability="file")
    for name in ("kiln", "session", "workspace"):
        places.add(name, files.place(name), params={}, gives="result", inline=True)
    return [flat, module, places]


def _bytes(context: HostContext, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    most = context.policy.files.max_bytes
    if len(data) > most:
        raise ToolFailure(f"the text has {len(data):,} bytes, the limit for a file is {most:,}")
    return data


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ToolFailure(f"{_shown(path)}: it is no UTF-8 text (byte {error.start:,})") from None


def _shown(path: str) -> str:
    return repr(bounded(path))


def _told(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, UnicodeError):
        return "the path has half a character (a lone surrogate)"
    return (error.strerror or "it can't be used").lower() if isinstance(error, OSError) else str(error)
