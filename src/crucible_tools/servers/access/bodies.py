"""Bodies of requests: read whole before a route sees them, bounded in size and in time."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Receive

from crucible_tools.model.policy import MIB
from crucible_tools.servers.refusals import BodyTooLarge, MalformedRequest, RequestTimeout

MOST_BODY_BYTES: Final = 8 * MIB
"""Twice what any policy lets through as arguments: JSON of them may be written with escapes."""

MOST_HEAD_BYTES: Final = 16 * 1024
MOST_HEADERS: Final = 100

BODY_S: Final = 30.0
"""Seconds in which a whole body has to come."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """How much of a request is read.

    Args:
        body_bytes: of its body.
        head_bytes: names and values of its headers, and its path.
        headers: how many headers.
        body_s: seconds in which the body has to come.
    """

    body_bytes: int = MOST_BODY_BYTES
    head_bytes: int = MOST_HEAD_BYTES
    headers: int = MOST_HEADERS
    body_s: float = BODY_S


class Disconnected(Exception):
    """The client went away before it had its answer: no error, and nobody is left to tell."""


async def read_body(receive: Receive, announced: str | None, limits: RequestLimits) -> bytes:
    """The whole body.

    Args:
        receive: of the request.
        announced: its Content-Length.
        limits: how much is read.

    Raises:
        BodyTooLarge: it is larger, or says that it will be.
        RequestTimeout: it took too long.
        MalformedRequest: its length is no number.
        Disconnected: the client went away.
    """
    if announced is not None:
        if not (announced.isascii() and announced.isdigit()):
            raise MalformedRequest(f"the Content-Length {announced!r} is no number")
        if len(announced) > 15 or int(announced) > limits.body_bytes:
            raise _too_large(limits)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.body_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                part: bytes = message.get("body", b"")
                size += len(part)
                if size > limits.body_bytes:
                    raise _too_large(limits)
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise RequestTimeout(f"the body did not come within {limits.body_s:g} s") from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, and then what comes after it: that the client went away."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _too_large(limits: RequestLimits) -> BodyTooLarge:
    return BodyTooLarge(f"the body has more than {limits.body_bytes:,} bytes", hint="send less, or in several calls")
