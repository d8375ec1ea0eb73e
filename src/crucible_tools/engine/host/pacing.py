"""Taking an answer off a connection in pieces that cost little: what a server sends may be dear to take apart."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final

import httpcore2

PIECE_BYTES: Final = 2048
"""Bytes between two turns of the event loop. One byte a chunk is the dearest: some 6 ms a piece of such an answer."""


class Paced(httpcore2.AsyncNetworkStream):
    """A connection that lets the event loop go round between pieces, and ends with a server that sends without end.

    Args:
        stream: the connection.
        most: bytes that are read of it at most, heads and all.
        refuse: gives what is raised beyond them.
    """

    def __init__(self, stream: httpcore2.AsyncNetworkStream, most: int, refuse: Callable[[], Exception]) -> None:
        self._stream = stream
        self._left = most
        self._refuse = refuse

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads what is there, a piece at most."""
        # What was decrypted before is there at once, and would never let anybody else have a turn.
        await asyncio.sleep(0)
        data = await self._stream.read(min(max_bytes, PIECE_BYTES), timeout)
        self._left -= len(data)
        if self._left < 0:
            raise self._refuse()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Closes it."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """The same connection, encrypted."""
        encrypted = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return Paced(encrypted, self._left, self._refuse)

    def get_extra_info(self, info: str) -> Any:
        """What the library wants to know of it."""
        return self._stream.get_extra_info(info)
