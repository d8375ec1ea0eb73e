"""Finding legacy sources in a folder (legacy-tools.md, "Finding files").

Nothing in a folder can make this raise or run for ever: what can't be followed or looked at is listed with its
problem, linked folders are not entered, and the result is always in the order of paths.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from crucible_tools.config import EXCLUDED_DIRECTORIES, MAX_FILE_BYTES, SOURCE_EXTENSIONS

_WINDOWS: Final = os.name == "nt"


class FileProblem(StrEnum):
    """Why a file is listed but not read."""

    TOO_LARGE = "too-large"
    LINK_OUTSIDE = "link-outside"
    LINK_EXCLUDED = "link-excluded"
    BROKEN_LINK = "broken-link"
    NO_FILE = "no-file"
    UNREADABLE = "unreadable"
    """A folder or a file that the system refuses to show."""


@dataclass(frozen=True, slots=True)
class DiscoveredFile:
    """A file that may be a legacy source.

    Args:
        path: where it is, to open it.
        root: the folder that was searched.
        relative: its path below `root` with `/`, for people, records and the order; bytes of the name that are no
            UTF-8 are shown as `\\xNN`.
        size: in bytes, if known.
        problem: why it is not to be read, if it isn't.
        message: the problem in one sentence.
    """

    path: Path
    root: Path
    relative: str
    size: int | None = None
    problem: FileProblem | None = None
    message: str = ""

    @property
    def stem(self) -> str:
        """The file's name without its ending: what a tool without a name of its own is called."""
        return self.relative.rpartition("/")[2].rpartition(".")[0]


def discover(
    root: Path,
    *,
    extensions: Iterable[str] = SOURCE_EXTENSIONS,
    excluded: Iterable[str] = (),
    max_file_size: int = MAX_FILE_BYTES,
    recursive: bool = True,
) -> tuple[DiscoveredFile, ...]:
    """All legacy sources below a folder, in the order of their paths.

    A link to a file is followed when its target lies inside the folder and in no excluded one; a linked folder never
    is, so that no loop is possible.

    Args:
        root: the folder; whether it exists is the caller's question.
        extensions: endings of sources, with the dot.
        excluded: names of folders to leave out at any depth, besides those that always are.
        max_file_size: larger files are listed, and not to be read; in bytes.
        recursive: whether to look into folders.
    """
    walk = _Walk(
        root,
        tuple(extension.lower() for extension in extensions),
        frozenset({*EXCLUDED_DIRECTORIES, *excluded}),
        max_file_size,
    )
    pending = [(os.fspath(root), "")]
    while pending:
        folder, relative = pending.pop()
        inner = walk.folder(folder, relative)
        if recursive:
            pending += inner
    walk.found.sort(key=lambda file: file.relative)
    return tuple(walk.found)


class _Walk:
    """One search: its rules and what it found."""

    def __init__(self, root: Path, extensions: tuple[str, ...], excluded: frozenset[str], most: int) -> None:
        self._root = root
        self._real_root = os.path.realpath(root)
        self._extensions = extensions
        self._excluded = excluded
        self._most = most
        self.found: list[DiscoveredFile] = []

    def folder(self, folder: str, relative: str) -> list[tuple[str, str]]:
        """Lists the sources of one folder; gives its folders."""
        inner: list[tuple[str, str]] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    below = f"{relative}{_shown(entry.name)}"
                    if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                        if entry.name not in self._excluded:
                            inner.append((entry.path, f"{below}/"))
                    elif entry.name.lower().endswith(self._extensions):
                        self._entry(entry, below)
        except OSError as error:
            message = f"can't be listed: {_why(error)}"
            self._add(folder, relative.rstrip("/") or ".", None, FileProblem.UNREADABLE, message)
        return inner

    def _entry(self, entry: os.DirEntry[str], relative: str) -> None:
        if entry.is_symlink():
            if _is_folder(entry):
                return
            problem, message = self._link(entry.path)
            if problem:
                self._add(entry.path, relative, None, problem, message)
                return
        try:
            status = entry.stat()
        except OSError as error:
            self._add(entry.path, relative, None, FileProblem.UNREADABLE, f"is not readable: {_why(error)}")
            return
        if not stat.S_ISREG(status.st_mode):
            self._add(entry.path, relative, None, FileProblem.NO_FILE, "is no regular file")
        elif status.st_size > self._most:
            message = f"has {status.st_size:,} bytes, more than the {self._most:,} that a file may have"
            self._add(entry.path, relative, status.st_size, FileProblem.TOO_LARGE, message)
        else:
            self._add(entry.path, relative, status.st_size)

    def _link(self, path: str) -> tuple[FileProblem | None, str]:
        """Whether a link to a file may be followed."""
        try:
            target = os.path.realpath(path, strict=True)
        except OSError as error:
            return FileProblem.BROKEN_LINK, f"is a link to nothing: {_why(error)}"
        try:
            inside = os.path.commonpath([target, self._real_root]) == self._real_root
        except ValueError:
            inside = False  # another drive
        if not inside:
            return FileProblem.LINK_OUTSIDE, "is a link that leads out of the folder; it is not followed"
        folders = os.path.relpath(target, self._real_root).split(os.sep)[:-1]
        if name := next((name for name in folders if name in self._excluded), None):
            return FileProblem.LINK_EXCLUDED, f"is a link into {name}/, which is not searched; it is not followed"
        return None, ""

    def _add(
        self, path: str, relative: str, size: int | None, problem: FileProblem | None = None, message: str = ""
    ) -> None:
        self.found.append(DiscoveredFile(Path(path), self._root, relative, size, problem, message))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of linked folder (Python 3.12 has a method for it)."""
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) if _WINDOWS else 0
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
