"""Page images on disk, so that a restarted engine need not compile its tools again.

An image is kept only for a script whose compilation had nothing to say, in a folder that belongs to this user alone,
with a digest beside it, as the compiled guest is (`engine.cache`). What a file holds is as hostile as the memory of
a guest: it is parsed with its bounds checked, and all it can reach is the linear memory of one VM.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import struct
from pathlib import Path
from typing import Final

from crucible_tools.engine.cache import read_entry, write_entry
from crucible_tools.engine.image import PageImage

_MAGIC: Final = b"crucible image 1"
_HEAD: Final = struct.Struct("<16sQI")
_RUN: Final = struct.Struct("<QI")
_MOST_RUNS: Final = 1 << 16
_MOST_BYTES: Final = 16 << 20
"""Larger images are compiled again: reading them takes as long."""

_SUFFIX: Final = ".image"
_PRUNE_EACH: Final = 100
"""Writes after which it is looked whether the folder has grown too large."""


def pack(image: PageImage) -> bytes:
    """An image as the bytes of a file."""
    table = b"".join(_RUN.pack(offset, len(data)) for offset, data in image.runs)
    head = _HEAD.pack(_MAGIC, image.memory_bytes, len(image.runs))
    return head + table + b"".join(data for _, data in image.runs)


def unpack(data: bytes) -> PageImage | None:
    """The image of a file's bytes; None when they are none."""
    if len(data) < _HEAD.size:
        return None
    magic, memory_bytes, count = _HEAD.unpack_from(data)
    start = _HEAD.size + count * _RUN.size
    if magic != _MAGIC or count > _MOST_RUNS or start > len(data):
        return None
    runs: list[tuple[int, bytes]] = []
    for offset, length in itertools.islice(_RUN.iter_unpack(data[_HEAD.size : start]), count):
        if length > len(data) - start:
            return None
        runs.append((offset, data[start : start + length]))
        start += length
    return PageImage(memory_bytes, tuple(runs)) if start == len(data) else None


class ImageStore:
    """A folder of images, the least recently used of which go when there are too many. Its methods block.

    Args:
        folder: made when the first image is written.
        most: images to keep.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._writes = itertools.count()

    def read(self, key: str) -> PageImage | None:
        """The image of this key; None when there is none, or none that is sound."""
        path = self._path(key)
        data = read_entry(path)
        if data is None:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return unpack(data)

    def write(self, key: str, image: PageImage) -> bool:
        """Keeps an image; False when there is no safe place for it, or it is too large."""
        if image.size > _MOST_BYTES or not write_entry(self._path(key), pack(image)):
            return False
        if next(self._writes) % _PRUNE_EACH == 0:
            self._prune()
        return True

    def drop(self, key: str) -> None:
        """Forgets the image of this key."""
        path = self._path(key)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.with_suffix(".sha256").unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}{_SUFFIX}"

    def _prune(self) -> None:
        with contextlib.suppress(OSError):
            found = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
            for path in found[self._most :]:
                path.unlink(missing_ok=True)
                path.with_suffix(".sha256").unlink(missing_ok=True)
