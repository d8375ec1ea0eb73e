"""Replacing the contents of a file: all of it or nothing, and never what somebody else wrote meanwhile."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path


def replace_source(path: Path, root: Path, before: bytes, after: bytes) -> str | None:
    """Gives a source new contents, by renaming a finished file over it; its mode and owner stay.

    Args:
        path: the file; a link is followed as far as it stays below the root.
        root: the folder that was searched.
        before: what was read from it.
        after: what shall be in it.

    Returns:
        Why it was left as it is, as words that go behind the file's name; None when it was replaced.
    """
    try:
        target = Path(os.path.realpath(path, strict=True))
        if not target.is_relative_to(os.path.realpath(root)):
            return "is a link that leads out of the folder"
        if target.read_bytes() == after:
            return None  # another link to the same file came first
        if not os.access(target, os.W_OK):
            return "is read-only"
        unchanged = replace_file(target, after, unless=lambda: target.read_bytes() != before)
    except OSError as error:
        return f"can't be written: {error.strerror or error}"
    return None if unchanged else "changed since it was read; check it again"


def replace_file(target: Path, data: bytes, *, unless: Callable[[], bool] = lambda: False) -> bool:
    """Writes a file beside the target and renames it over the target.

    Args:
        target: the file, which need not exist yet; no link.
        data: what shall be in it.
        unless: is asked last; if it says yes, the target is left alone.

    Returns:
        Whether it was replaced.

    Raises:
        OSError: it can't be written; the target is as it was.
    """
    handle, name = tempfile.mkstemp(prefix=".crucible-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _take_over(target, name)
        if unless():
            return False
        os.replace(name, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
    return True


def _take_over(target: Path, name: str) -> None:
    """Gives the new file the mode of the target, and its owner as far as the system lets us."""
    try:
        status = target.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)  # what a file has that is made the usual way
        return
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(name, status.st_uid, status.st_gid)
    os.chmod(name, stat.S_IMODE(status.st_mode))
