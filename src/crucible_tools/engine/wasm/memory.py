"""The linear memory of an instance: copies into and out of it, its image, and the pages that the system gives it.

Nothing here trusts the guest: every pointer and length is checked against the memory's present size.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
import sys
from ctypes import addressof, c_size_t, c_uint64, c_void_p, memmove, string_at
from typing import Any, Final

from crucible_tools.engine.image import WASM_PAGE_BYTES, PageImage, changed_pages
from crucible_tools.engine.wasm.capi import error_delete, memory_data, memory_data_size, memory_grow
from crucible_tools.errors import BadGuestAnswer, EngineClosed

STACK_BYTES: Final = 1 << 20
"""The guest's own stack, with which its memory begins (guest/build.py); a running script has as much native stack."""

_SPARE_RANGES: Final = 8
_SPARE: Final = struct.Struct(f"<{1 + 2 * _SPARE_RANGES}I")
_PAGE: Final = mmap.PAGESIZE
_MADV_DONTNEED: Final = 4
_MADV_POPULATE_WRITE: Final = 23

# What describing and compiling write to: the end of the stack, and behind it, by the source's length, the block of
# guest/src/block.rs.
_STACK_USED: Final = 6 * 4096
_BLOCK_USED: Final = 12 * 4096
_BLOCK_BYTES: Final = 96 * 4096
_BLOCK_A_BYTE: Final = 50

# As the functions of the C API that take a microsecond, this one keeps the interpreter's lock.
_copy = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t)(ctypes.cast(memmove, c_void_p).value or 0)

# A page that is dropped reads as it did before it was first written, zeros or the image: so says Linux, and only Linux.
_madvise: Any = None
if sys.platform == "linux":
    _madvise = ctypes.CDLL(None).madvise
    _madvise.argtypes = (c_void_p, c_size_t, ctypes.c_int)


class Memory:
    """The linear memory of one instance, as long as that lives.

    Args:
        context: of the instance's store.
        handle: the exported memory, as the C API names it.
    """

    __slots__ = ("_at", "_base", "_context", "_handle", "_known_size")

    def __init__(self, context: int, handle: Any) -> None:
        self._context = context
        self._handle = handle
        self._at = addressof(handle)
        # Its whole address space is reserved: it never moves.
        self._base: int = memory_data(context, self._at)
        self._known_size = 0

    def close(self) -> None:
        """Forgets where it was, before the store is freed. May be called twice."""
        # Nothing is known to be inside of it any more, so whoever still reads or writes asks for its size.
        self._context = self._known_size = 0

    def size(self) -> int:
        """Present size in bytes. It never shrinks, so it is the peak too.

        Raises:
            EngineClosed: the instance was freed.
        """
        if not self._context:
            raise EngineClosed("the VM is closed: it has no memory any more")
        size = self._known_size = memory_data_size(self._context, self._at)
        return size

    def read(self, pointer: int, length: int) -> bytes:
        """Copies out of the guest's memory.

        Raises:
            BadGuestAnswer: the range is not inside the memory.
            EngineClosed: the instance was freed.
        """
        pointer &= 0xFFFFFFFF
        length &= 0xFFFFFFFF
        if pointer + length > self._known_size and pointer + length > self.size():
            raise BadGuestAnswer(f"the guest named {length} bytes at {pointer}, which is outside of its memory")
        return string_at(self._base + pointer, length)

    def write(self, pointer: int, data: bytes) -> None:
        """Copies into the guest's memory.

        Raises:
            BadGuestAnswer: the range is not inside the memory.
            EngineClosed: the instance was freed.
        """
        pointer &= 0xFFFFFFFF
        if pointer + len(data) > self._known_size and pointer + len(data) > self.size():
            raise BadGuestAnswer(f"the guest named {pointer} for {len(data)} bytes, which is outside of its memory")
        _copy(self._base + pointer, data, len(data))

    def image(self, fresh: bytes) -> PageImage:
        """What differs from the memory of a fresh instance."""
        # Chunk by chunk: a copy of all would take longer than comparing it.
        return changed_pages(self.read, self.size(), fresh)

    def restore(self, image: PageImage) -> None:
        """Puts a script that another instance has loaded into this fresh one.

        What is in the image is as hostile as any memory of a guest: it can hurt this instance only.

        Raises:
            BadGuestAnswer: it does not fit into the memory that this instance may have.
            EngineClosed: the instance was freed.
        """
        missing = image.memory_bytes - self.size()
        if missing > 0:
            before = c_uint64()
            error = memory_grow(self._context, self._at, -(-missing // WASM_PAGE_BYTES), addressof(before))
            if error:
                error_delete(error)
                raise BadGuestAnswer(f"an image of {image.memory_bytes:,} bytes does not fit into the VM's memory")
        size = self.size()
        for offset, data in image.runs:
            if not 0 <= offset <= size - len(data):
                raise BadGuestAnswer(f"an image has {len(data)} bytes at {offset}, which is outside of its memory")
            self.write(offset, data)

    def drop_spare(self, pointer: int) -> None:
        """Gives the pages back to the system that hold nothing, as the guest says after `load`; Linux only.

        A guest that lies loses its own memory, and no other's. Whoever calls sees to it that nobody frees the memory
        meanwhile.

        Args:
            pointer: where the guest says it.

        Raises:
            BadGuestAnswer: a range is not inside the memory.
        """
        if _madvise is None:
            return
        count, *numbers = _SPARE.unpack(self.read(pointer, _SPARE.size))
        for i in range(0, 2 * min(count, _SPARE_RANGES), 2):
            start, end = numbers[i], numbers[i] + numbers[i + 1]
            if end > self._known_size and end > self.size():
                raise BadGuestAnswer(f"the guest has no use for {start} to {end}, which is outside of its memory")
            # The guest's pages have 4 KiB; the system's may be larger.
            start, end = -(-start // _PAGE) * _PAGE, end // _PAGE * _PAGE
            if start < end:
                _madvise(self._base + start, end - start, _MADV_DONTNEED)

    def expect(self, length: int) -> None:
        """Takes the pages at once that compiling a source of this many bytes will write to; Linux only.

        One at a time, as each is written to, costs three times as much. Where the system can't, nothing happens.
        """
        if _madvise is not None:
            block = min(_BLOCK_USED + length * _BLOCK_A_BYTE, _BLOCK_BYTES)
            start = (STACK_BYTES - _STACK_USED) // _PAGE * _PAGE
            _madvise(self._base + start, (STACK_BYTES - start + block) // _PAGE * _PAGE, _MADV_POPULATE_WRITE)
