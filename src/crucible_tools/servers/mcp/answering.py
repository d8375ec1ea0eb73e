"""Answers to calls over MCP that are not sent yet: the package sends them in tasks of its own, after the calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send

_CALLS: Final = "crucible.calls"
"""Where a request's scope has what is told that it makes a call."""


class Answering:
    """The endpoint, as an ASGI application that knows which requests with calls it still has to answer.

    Requests that merely listen are none of them: they have no end of their own.

    Args:
        app: the endpoint.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: set[object] = set()
        self._none = asyncio.Event()
        self._none.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = object()

        def begins() -> None:
            self._open.add(request)
            self._none.clear()

        try:
            await self._app({**scope, _CALLS: begins}, receive, send)
        finally:
            self._open.discard(request)
            if not self._open:
                self._none.set()

    async def until_none(self, seconds: float) -> bool:
        """Waits until every call is answered.

        Args:
            seconds: how long at most.

        Returns:
            Whether every one is.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._none.wait()
        except TimeoutError:
            return False
        return True


def makes_call(scope: Scope) -> None:
    """Tells whoever ends the server that this request makes a call, whose answer has to be sent first."""
    begins = cast("Callable[[], None] | None", scope.get(_CALLS))
    if begins is not None:
        begins()
