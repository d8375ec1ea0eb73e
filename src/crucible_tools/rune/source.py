"""From the bytes of a file to its text: encoding, byte-order mark, line ends, digest."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

_DOC: Final = re.compile(r"///(?!/)")
"""Begins the documentation of an item, and so ends a header."""

_BOM: Final = b"\xef\xbb\xbf"

_PASSING: Final = frozenset(
    {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
    | {getattr(errno, name, errno.EIO) for name in ("ESTALE", "ETIMEDOUT")}
)
"""Errors of the system that a second attempt may not meet: a disk or a network that is busy, too many open files."""

_LOOKED_AT: Final = 512
_FEWEST: Final = 16

_GROWTH: Final = 1 << 20

LineEnds: TypeAlias = Literal["\n", "\r\n", "mixed"]


@dataclass(frozen=True, slots=True)
class Source:
    """A source file that could be read.

    Args:
        text: its text without the byte-order mark (Rune refuses one), line ends as they are.
        sha256: digest of the file's bytes, hexadecimal.
        size: length of the file in bytes.
        bom: whether the file begins with a byte-order mark; a repair puts it back.
        line_ends: what its lines end with.
    """

    text: str
    sha256: str
    size: int
    bom: bool
    line_ends: LineEnds


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read.

    Args:
        message: why, in words that go behind the file's name.
        encoding: whether its bytes were read and are no UTF-8.
        sha256: digest of its bytes, if they were read.
        data: its bytes, if they were read.
        passing: whether it may be readable the next time.
    """

    message: str
    encoding: bool = False
    sha256: str | None = None
    data: bytes = b""
    passing: bool = False


def read_source(path: Path, most: int) -> Source | Unreadable:
    """Reads a source file; never raises.

    Args:
        path: the file.
        most: greatest length in bytes; the file may have grown since it was found.
    """
    try:
        data = _read(path, most)
    except OSError as error:
        passing = error.errno in _PASSING
        return Unreadable(f"is not readable: {error.strerror or type(error).__name__}", passing=passing)
    if len(data) > most:
        return Unreadable(f"has more than the {most:,} bytes that a file may have")
    sha256 = hashlib.sha256(data).hexdigest()
    bom = data.startswith(_BOM)
    if is_wide(data):
        return Unreadable("is not UTF-8 but UTF-16, by its zero bytes", True, sha256, data)
    try:
        text = data[len(_BOM) if bom else 0 :].decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + (len(_BOM) if bom else 0)
        return Unreadable(f"is not UTF-8 (byte 0x{data[at]:02X} at offset {at})", True, sha256, data)
    return Source(text, sha256, len(data), bom, line_ends(text))


def is_wide(data: bytes) -> bool:
    """Whether bytes are UTF-16 without a mark that says so: of Latin letters, every second byte is zero."""
    begin = data[:_LOOKED_AT]
    if len(begin) < _FEWEST:
        return False
    zeros = (begin[::2].count(0), begin[1::2].count(0))
    return 2 * max(zeros) > len(begin) // 2 and 8 * min(zeros) < len(begin)


def line_ends(text: str) -> LineEnds:
    """What the lines of a text end with; a text of one line counts as `\\n`."""
    windows = text.count("\r\n")
    if windows == 0:
        return "\n"
    return "\r\n" if windows == text.count("\n") else "mixed"


def shebang_header(text: str) -> tuple[str, ...]:
    """The `//!` lines among the comments behind a `#!` line; Rune itself sees a header only where a source begins."""
    if not text.startswith("#!"):
        return ()
    found: list[str] = []
    for line in text.split("\n")[1:]:
        comment = line.strip()
        if comment.startswith("//!"):
            found.append(comment[3:].strip())
        elif comment and not (comment.startswith("//") and not _DOC.match(comment)):
            break
    return tuple(found)


def _read(path: Path, most: int) -> bytes:
    # Not blocking, and looked at again once it is open: it may have become a pipe since it was found.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "it is no regular file")
        # At once what it had when it was opened, then what it has grown by: asking for `most` takes memory for that.
        data = os.read(handle, min(found.st_size, most) + 1)
        while len(data) <= most and (more := os.read(handle, min(most + 1 - len(data), _GROWTH))):
            data += more
        return data
    finally:
        os.close(handle)
