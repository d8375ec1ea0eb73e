"""A page image: what loading a script changed in the memory of a fresh guest, so that others need not compile it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PAGE_BYTES: Final = 4096
"""Granularity of an image: that of the processor's pages, which a fresh instance shares until it writes to them."""

WASM_PAGE_BYTES: Final = 64 << 10
"""Granularity in which linear memory grows."""

_CHUNK: Final = 16 * PAGE_BYTES


@dataclass(frozen=True, slots=True)
class PageImage:
    """The pages that differ from those of a fresh instance.

    Args:
        memory_bytes: size of the linear memory.
        runs: offset and bytes of each run of such pages.
    """

    memory_bytes: int
    runs: tuple[tuple[int, bytes], ...]

    @property
    def size(self) -> int:
        """Bytes that the image holds."""
        return sum(len(data) for _, data in self.runs)

    def fits(self, memory_bytes: int) -> bool:
        """Whether it makes sense in a memory that may grow to this size."""
        size = self.memory_bytes
        if not 0 < size <= memory_bytes or size % WASM_PAGE_BYTES:
            return False
        return all(0 <= offset <= size - len(data) for offset, data in self.runs)


def changed_pages(read: Callable[[int, int], bytes], size: int, fresh: bytes) -> PageImage:
    """The image of a memory, compared with that of a fresh instance; what lies beyond the fresh one's end was zero.

    Args:
        read: copies out of the memory: offset, length.
        size: its length.
        fresh: the fresh one.
    """
    runs: list[tuple[int, bytearray]] = []
    for chunk in range(0, size, _CHUNK):
        end = min(chunk + _CHUNK, size)
        memory = read(chunk, end - chunk)
        if memory == fresh[chunk:end]:
            continue
        for offset in range(chunk, end, PAGE_BYTES):
            page = memory[offset - chunk : offset - chunk + PAGE_BYTES]
            if page == (fresh[offset : offset + PAGE_BYTES] or bytes(len(page))):
                continue
            if runs and runs[-1][0] + len(runs[-1][1]) == offset:
                runs[-1][1].extend(page)
            else:
                runs.append((offset, bytearray(page)))
    return PageImage(size, tuple((offset, bytes(data)) for offset, data in runs))
