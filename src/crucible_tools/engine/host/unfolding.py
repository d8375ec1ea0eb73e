"""Undoing what a server did to an answer's body to make it shorter, however hostile it is."""

from __future__ import annotations

import zlib
from typing import Any, Final

ENCODINGS: Final = ("gzip", "x-gzip", "deflate")
"""Values of `Content-Encoding` that are read."""

_GZIP: Final = b"\x1f\x8b"
_HEAD_BYTES: Final = 2
"""What tells gzip, zlib and a bare deflate from each other."""
_MOST_MEMBERS: Final = 1000
"""Members of one gzip answer: each costs as much as some kilobytes, and an honest one has one."""


class Unfolding:
    """Unfolds a body piece by piece; no more comes out than is asked for, and nothing that is no part of it is kept.

    gzip may have several members, one after the other (RFC 1952, 2.2). `deflate` is zlib's format (RFC 9110, 8.4.1.2),
    or a bare deflate, as many servers send it and browsers read it. What stands behind the end is dropped, as they do.

    Args:
        encoding: one of `ENCODINGS`.
    """

    def __init__(self, encoding: str) -> None:
        self._deflate = encoding == "deflate"
        self._stream: Any = None
        """Unfolds the present member; None before each."""
        self._kept = b""
        self._members = 0
        self.over = False
        """Whether nothing that comes can be part of the body any more."""

    @property
    def complete(self) -> bool:
        """Whether the body has come to its end."""
        return self._members > 0 and self._stream is None

    def feed(self, data: bytes, most: int) -> bytes:
        """What a piece unfolds to, up to `most` bytes; who is given so many has to stop there.

        Raises:
            zlib.error: it is damaged.
        """
        self._kept += data
        found = bytearray()
        while self._kept and len(found) < most:
            stream = self._stream = self._stream or self._begun()
            if stream is None:
                break
            found += stream.decompress(self._kept, most - len(found))
            self._kept = stream.unused_data if stream.eof else stream.unconsumed_tail
            if stream.eof:
                self._stream = None
                self._members += 1
        return bytes(found)

    def _begun(self) -> Any:
        """What unfolds the member that begins here; None when none does, or too little has come to tell."""
        head = self._kept[:_HEAD_BYTES]
        if self._members and (self._deflate or not _GZIP.startswith(head)):
            self.over, self._kept = True, b""
            return None
        if len(head) < _HEAD_BYTES:
            return None
        if self._members == _MOST_MEMBERS:
            raise zlib.error("too many members")
        bare = self._deflate and head != _GZIP and (head[0] & 0x0F != 8 or int.from_bytes(head, "big") % 31)
        return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32)
