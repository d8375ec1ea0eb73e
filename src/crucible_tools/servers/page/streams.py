"""Parts of pages that keep themselves up to date: a stream of their HTML, made where the page is made."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from crucible_tools.servers.access.caller import caller_of
from crucible_tools.servers.access.places import Places
from crucible_tools.servers.http.calling import EVENT_STREAM, server_sent

LOOK_S: Final = 0.4
"""Seconds after which a part is looked at again."""

_BEAT_S: Final = 15.0
"""Seconds of silence after which a stream says that it is alive."""

_MOST: Final = 100
"""Streams of this kind at the same time: each renders its part again and again."""

MOST_OF_ONE: Final = 25
"""Streams of one token."""


class Streams:
    """Streams of parts. The door ends those whose token was taken back.

    Args:
        ending: is set when the server is being stopped.
    """

    def __init__(self, ending: asyncio.Event) -> None:
        self._ending = ending
        self._places = Places(_MOST, MOST_OF_ONE)

    def answer(self, request: Request, look: Callable[[], tuple[str, bool]]) -> Response:
        """A stream of a part, which is sent when it is another one than before.

        Args:
            request: for it.
            look: gives its HTML, and whether it stays so from now on.

        Raises:
            RateLimited: too many are open.
        """
        user = caller_of(request.scope).user
        self._places.check(user)
        if request.method == "HEAD":
            return Response(media_type=EVENT_STREAM)
        return StreamingResponse(self._parts(user, look), media_type=EVENT_STREAM)

    async def _parts(self, user: str, look: Callable[[], tuple[str, bool]]) -> AsyncGenerator[bytes]:
        with self._places.taken(user):
            shown, told = "", time.monotonic()
            while not self._ending.is_set():
                html, final = look()
                if html != shown:
                    shown, told = html, time.monotonic()
                    yield server_sent("html", {"html": html})
                if final:
                    yield server_sent("end", {})
                    return
                if time.monotonic() - told >= _BEAT_S:
                    told = time.monotonic()
                    yield b": still here\n\n"
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._ending.wait()
                except TimeoutError:
                    continue
