"""Standard input and output as pipes that the event loop reads and writes.

The `mcp` package reads them on threads, where a read that waits can't be cancelled: a server that gets SIGTERM would
stay until its host says something.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

from crucible_tools.model.policy import MIB

MOST_LINE_BYTES: Final = 5 * MIB
"""Longest message: the arguments that a policy lets through at most, and what is around them."""

_STDIN: Final = 0
_STDOUT: Final = 1
_STDERR: Final = 2

_LOG: Final = logging.getLogger("crucible_tools.serving")


class Lines:
    """Messages that come in, a line each; one that is too long is left out, and told in the log."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    def __aiter__(self) -> AsyncIterator[str]:
        """Each line as text."""
        return self._lines()

    async def _lines(self) -> AsyncGenerator[str]:
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                if error.partial:
                    yield error.partial.decode("utf-8", "replace")
                return
            except asyncio.LimitOverrunError:
                await self._skip()
                _LOG.warning("a message of more than %d bytes was left out", MOST_LINE_BYTES)
            else:
                yield line.decode("utf-8", "replace")

    async def _skip(self) -> None:
        """Reads to the end of a line that is too long, and keeps none of it."""
        while True:
            try:
                await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                await self._reader.readexactly(error.consumed)
            except asyncio.IncompleteReadError:
                return
            else:
                return


class Output:
    """Messages that go out."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def write(self, text: str) -> None:
        """Writes a text; waits while the host reads too slowly. A host that is gone reads nothing any more."""
        with contextlib.suppress(ConnectionError):
            self._writer.write(text.encode("utf-8", "replace"))
            await self._writer.drain()

    async def flush(self) -> None:
        """Nothing is kept back."""


def are_pipes() -> bool:
    """Whether standard input and output are pipes or sockets: files never wait, and terminals are shared."""
    if os.name != "posix":
        return False
    kinds = [os.fstat(number).st_mode for number in (_STDIN, _STDOUT)]
    return all(stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) for kind in kinds)


@contextlib.asynccontextmanager
async def pipes() -> AsyncGenerator[tuple[Lines, Output]]:
    """Both, while the block runs; whatever else reads or writes them meanwhile gets nothing, and writes to stderr."""
    loop = asyncio.get_running_loop()
    incoming, outgoing = os.dup(_STDIN), os.dup(_STDOUT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    os.dup2(_STDERR, _STDOUT)
    reader = asyncio.StreamReader(limit=MOST_LINE_BYTES, loop=loop)
    source, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader, loop=loop), os.fdopen(incoming, "rb", buffering=0)
    )
    sink, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=loop), loop=loop),
        os.fdopen(outgoing, "wb", buffering=0),
    )
    try:
        yield Lines(reader), Output(asyncio.StreamWriter(sink, protocol, None, loop))
    finally:
        source.close()
        # What was written is given a moment to leave; a host that reads nothing must not hold the server.
        sink.close()
