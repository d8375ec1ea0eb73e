"""The world that host functions touch. Tests and replays put something else in its place."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from crucible_tools.engine.turns import Turns

if TYPE_CHECKING:
    import ssl

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Gives the addresses of a host name (and port), as texts. Raises OSError when there are none."""

Connect: TypeAlias = Callable[[str, int], Awaitable[Any]]
"""Connects to an address (never a name) and a port: an `httpcore2.AsyncNetworkStream`. Raises OSError or its errors."""


class Lookups:
    """Asks the system's resolver, which blocks, and cannot be told to stop: each lookup has a thread of its own.

    Not a thread of the pool that files use, or that the process waits for at its end: somebody's name server that never
    answers must hold up neither. A lookup that nobody waits for any more still counts until it ends.

    Args:
        most: lookups at the same time; others wait for their turn.
        ask: `socket.getaddrinfo`.
    """

    def __init__(self, most: int = 32, ask: Callable[..., Any] = socket.getaddrinfo) -> None:
        self._turns = Turns(most)
        self._ask = ask

    async def __call__(self, name: str, port: int) -> list[str]:
        """The addresses of a name, in the resolver's order.

        Raises:
            OSError: there are none.
        """
        await self._turns.take()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[str]] = loop.create_future()

        def end(addresses: list[str] | None) -> None:
            self._turns.give()
            if found.done():
                return
            if addresses is None:
                found.set_exception(OSError(f"there is no address of {name}"))
            else:
                found.set_result(addresses)

        def look_up() -> None:
            addresses: list[str] | None = None
            with suppress(OSError, UnicodeError):
                entries = self._ask(name, port, type=socket.SOCK_STREAM)
                addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
            with suppress(RuntimeError):  # the loop may be gone
                loop.call_soon_threadsafe(end, addresses)

        try:
            threading.Thread(target=look_up, name="crucible-lookup", daemon=True).start()
        except RuntimeError as error:
            self._turns.give()
            raise OSError("there is no thread to look a name up with") from error
        return await found


async def connect(address: str, port: int) -> Any:
    """A TCP connection."""
    import httpcore2  # only when a script makes a request: it takes as long to import as a call may take

    backend: Any = httpcore2.AnyIOBackend  # untyped: it may be missing where anyio is
    return await backend().connect_tcp(address, port)


def tls() -> ssl.SSLContext:
    """What servers must show: a certificate of the system's authorities for the host's name."""
    import ssl

    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class World:
    """Everything that host functions use and that is not a computation; the real thing by default.

    Args:
        resolve: host names to addresses.
        connect: addresses to connections.
        tls: makes the TLS context, once.
        environment: variables that secret headers and the search for programs read.
        working_directory: gives the folder that relative paths start from.
        open: `os.open`: every file and folder is opened through it.
        token: gives hexadecimal digits that nobody can guess, for names of temporary files.
        entropy: gives so many bytes that nobody can guess, which `random` makes numbers of.
        places: what `paths::kiln`, `paths::session` and `paths::workspace` give, by these last names.
    """

    resolve: Resolve = field(default_factory=Lookups)
    connect: Connect = connect
    tls: Callable[[], ssl.SSLContext] = tls
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    working_directory: Callable[[], str] = os.getcwd
    open: Callable[..., int] = os.open
    token: Callable[[], str] = lambda: os.urandom(8).hex()
    entropy: Callable[[int], bytes] = os.urandom
    places: Mapping[str, str] = field(default_factory=dict[str, str])
