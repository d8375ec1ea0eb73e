"""Which file a path leads to: the one place that decides whether a script may touch it.

A path is walked folder by folder, each opened relative to the one before and never through a link (`openat` with
`O_NOFOLLOW`). Links are read and walked the same way, so that they may point about inside of a folder that the policy
names and never out of it. What was checked is what is used: whoever swaps a folder for a link between two steps gets
a refusal, not a way out.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from crucible_tools.model.grants import ALL, Names

_MOST_LINKS: Final = 40
"""Links on one path, as in Linux."""
_MOST_PARTS: Final = 64
"""Parts of one path: each is an open folder while the path is walked."""
_MOST_CHARACTERS: Final = 4096
"""Of one path, as in Linux (PATH_MAX): cutting up a longer one takes milliseconds, in which nobody else gets on."""
_FOLDER: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LINK_ERRORS: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
"""What opening a link with `O_NOFOLLOW` gives, here and there."""


class PathRefused(Exception):  # noqa: N818 - a finding about a path, turned into a denial by the caller
    """The path leads somewhere that the policy does not name, or to something that is no file.

    `unnamed` says whether it is the former, which naming another folder would allow.
    """

    def __init__(self, message: str, *, unnamed: bool = False) -> None:
        super().__init__(message)
        self.unnamed = unnamed


@dataclass(slots=True)
class Place:
    """A name in an open folder: where a path leads.

    Args:
        folder: descriptor of the folder; closed by `Walker.at`.
        name: the last part of the path; `.` for the named folder itself.
        whole: whether the walk stayed in the whole file system, which nothing leads out of.
    """

    folder: int
    name: str
    whole: bool
    open: Callable[..., int]

    def status(self) -> os.stat_result | None:
        """What is there, links not followed; None when nothing is."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def check_file(self, found: os.stat_result) -> None:
        """Checks that it is a file of this folder alone.

        Raises:
            IsADirectoryError: it is a folder.
            PathRefused: it is a device, a pipe or a socket, or has a second name, which may be anywhere.
        """
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        if not stat.S_ISREG(found.st_mode):
            raise PathRefused("it is no file: a link, a device, a pipe or a socket")
        if found.st_nlink > 1 and not self.whole:
            raise PathRefused("it has a second name (a hard link), which may lie outside of the folders that are named")

    def open_file(self, flags: int) -> int:
        """Opens the file that is there; it is the very one that was checked.

        Raises:
            PathRefused, OSError: as `check_file`; or it was swapped for another in between.
        """
        before = os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        self.check_file(before)
        try:
            # Without O_NONBLOCK a pipe that takes the file's place would hold the thread for ever.
            opened = self.open(
                self.name,
                flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY,
                dir_fd=self.folder,
            )
        except OSError as error:
            if error.errno in _LINK_ERRORS:
                raise PathRefused("it was swapped for a link while it was opened") from None
            raise
        try:
            after = os.fstat(opened)
            if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino):
                raise PathRefused("it was swapped for another while it was opened")
            self.check_file(after)
        except BaseException:
            os.close(opened)
            raise
        return opened

    def open_folder(self) -> int:
        """Opens the folder that is there, to list it.

        Raises:
            OSError: it is none.
        """
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        return self.open(self.name, flags, dir_fd=self.folder)


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks paths below folders that a policy names.

    Args:
        roots: absolute paths of these folders, or ALL.
        here: the folder that relative paths start from.
        open: `os.open`.
    """

    roots: Names
    here: str
    open: Callable[..., int] = field(default=os.open)

    @contextmanager
    def at(self, path: str, *, follow: bool = True, make: bool = False) -> Generator[Place]:
        """Where a path leads, for as long as the context lasts.

        Args:
            path: as a script gives it.
            follow: whether a link at its end is followed.
            make: whether missing folders on the way are made.

        Raises:
            PathRefused: it leads out of the folders that are named.
            OSError: a folder on the way is missing or may not be searched.
            ValueError: it is no path.
        """
        root, parts = self._root_of(_absolute(path, self.here))
        walk = _Walk(root, self.open, make)
        try:
            yield walk.to(parts, follow=follow)
        finally:
            walk.close()

    def _root_of(self, path: str) -> tuple[str, list[str]]:
        """The longest named folder that a path begins with, and the parts after it, `..` among them."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if len(parts) > _MOST_PARTS:
            raise ValueError(f"the path has more than {_MOST_PARTS} parts")
        if self.roots is ALL:
            return "/", parts
        best: tuple[str, list[str]] | None = None
        for root in self.roots:
            for spelled in dict.fromkeys((root, os.path.realpath(root))):
                of_root = [part for part in spelled.split("/") if part]
                if parts[: len(of_root)] == of_root and (best is None or len(parts) - len(of_root) < len(best[1])):
                    best = root, parts[len(of_root) :]
        if best is None:
            raise PathRefused("the policy names no folder that it lies in", unnamed=True)
        return best


def exposes(roots: Names, here: str, source: str, target: str) -> bool:
    """Whether moving something makes it readable: it lies in no named folder, and would lie in one, or around one.

    Args:
        roots: folders that may be read, or ALL.
        here: the folder that relative paths start from.
        source: where it is.
        target: where it goes.
    """
    if roots is ALL:
        return False
    old, new = _real(source, here), _real(target, here)
    named = [_parts(os.path.realpath(root)) for root in roots]
    if any(old[: len(root)] == root for root in named):
        return False
    return any(root[: len(new)] == new[: len(root)] for root in named)


def _real(path: str, here: str) -> list[str]:
    """The parts of a path with every link followed but one at its end."""
    parent, name = os.path.split(_absolute(path, here).rstrip("/"))
    if name in (".", ".."):
        return _parts(os.path.realpath(f"{parent}/{name}"))
    return [*_parts(os.path.realpath(parent)), name]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _absolute(path: str, here: str) -> str:
    if not path:
        raise ValueError("the path is empty")
    if len(path) > _MOST_CHARACTERS:
        raise ValueError(f"the path has more than {_MOST_CHARACTERS:,} characters")
    if "\0" in path:
        raise ValueError("the path has a NUL character")
    path.encode("utf-8")  # half characters would become bytes that nobody wrote
    return path if path.startswith("/") else f"{here}/{path}"


class _Walk:
    """One walk: the open folders from the named one down to where it is."""

    def __init__(self, root: str, opener: Callable[..., int], make: bool) -> None:
        self._root = root
        self._whole = root == "/"
        self._open = opener
        self._make = make
        self._links = 0
        # The named folder itself may be a link: whoever wrote the policy chose it.
        self._folders = [opener(root, _FOLDER & ~os.O_NOFOLLOW)]

    def close(self) -> None:
        for folder in self._folders:
            os.close(folder)
        self._folders = []

    def to(self, parts: list[str], *, follow: bool) -> Place:
        """Walks to the folder of the last part."""
        rest = list(reversed(parts))
        while rest:
            part = rest.pop()
            if part in ("", "."):
                continue
            if part == "..":
                self._leave()
                continue
            if rest or follow:
                target = self._link(part)
                if target is not None:
                    self._follow(target, rest)
                    continue
            if all(item in ("", ".") for item in rest):
                return Place(self._folders[-1], part, self._whole, self._open)
            self._enter(part)
        return Place(self._folders[-1], ".", self._whole, self._open)

    def _leave(self) -> None:
        if len(self._folders) > 1:
            os.close(self._folders.pop())
        elif not self._whole:
            raise PathRefused("it leads out of the folder that the policy names", unnamed=True)

    def _enter(self, part: str) -> None:
        for _ in range(2):
            try:
                self._folders.append(self._open(part, _FOLDER, dir_fd=self._folders[-1]))
            except FileNotFoundError:
                if not self._make:
                    raise
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=self._folders[-1])
            except OSError as error:
                if error.errno in _LINK_ERRORS and self._link(part) is not None:
                    raise PathRefused("a folder on the way was swapped for a link while it was opened") from None
                raise
            else:
                return
        raise FileNotFoundError(errno.ENOENT, "a folder on the way was removed")

    def _link(self, part: str) -> str | None:
        """Where a link points; None for what is none."""
        try:
            return os.readlink(part, dir_fd=self._folders[-1])
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOENT):
                return None
            raise

    def _follow(self, target: str, rest: list[str]) -> None:
        self._links += 1
        if self._links > _MOST_LINKS:
            raise OSError(errno.ELOOP, "too many links")
        parts = target.split("/")
        if target.startswith("/"):
            of_root = [part for part in os.path.realpath(self._root).split("/") if part]
            parts = [part for part in parts if part]
            if parts[: len(of_root)] != of_root:
                raise PathRefused("a link leads out of the folder that the policy names", unnamed=True)
            parts = parts[len(of_root) :]
            while len(self._folders) > 1:
                os.close(self._folders.pop())
        rest.extend(reversed(parts))
        if len(rest) + len(self._folders) > 2 * _MOST_PARTS:
            raise OSError(errno.ELOOP, "too many links")
