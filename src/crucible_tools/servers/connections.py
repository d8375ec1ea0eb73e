"""Connections that can't be held open for nothing: what is sent has to come, and answers have to be taken, in time."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Final, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from crucible_tools.servers.problems import MEDIA_TYPE, problem
from crucible_tools.servers.refusals import HeadersTooLarge, MalformedRequest, Refusal
from crucible_tools.servers.room import Room

HEAD_S: Final = 10.0
"""Seconds in which the head of a request has to come, counted from its first byte, or from the connection."""

TAKE_S: Final = 60.0
"""Seconds for which a client may take nothing of an answer."""

REST_S: Final = 5.0
"""Seconds in which the rest of a request has to come that was answered before it had come whole: who sends a body
without a token has its answer, and may use the connection again once the body is through, but not hold it."""

MOST_HEAD_BYTES: Final = 32 * 1024
"""What is buffered of a head before it is refused unread; the access layer takes less of one that was read."""


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with bounds that it lacks. Configured by `bounded_protocol`."""

    head_s: float = HEAD_S
    take_s: float = TAKE_S
    rest_s: float = REST_S
    room: Room

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waits_for_head: asyncio.TimerHandle | None = None
        self._waits_for_taking: asyncio.TimerHandle | None = None
        self._waits_for_rest: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected, and has to say something."""
        super().connection_made(transport)
        if not self.room.enter(self):
            self.limit_concurrency = 0  # whatever it asks for is answered 503
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client has gone."""
        self.room.left(self)
        self._head_came()
        self._taken()
        self._rest_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A client has said something: a head that is not whole has to become so in time."""
        super().data_received(data)
        if self._in_request():
            self._head_came()
            self._rest_came()
            if self.conn.their_state is not h11.SEND_BODY:
                self.room.work_for(self)
        elif self._rest_is_coming():
            pass  # its time runs since the answer, however much of it comes
        elif self.conn.trailing_data[0]:
            self._rest_came()
            if self._waits_for_head is None:
                self._expect_head()
        elif self._waits_for_rest is not None:
            self._rest_came()
            self._idle()

    def on_response_complete(self) -> None:
        """An answer is sent: what is left of its request, and of its taking, has a bound."""
        super().on_response_complete()
        if not self._in_request():  # else the next request came with this one
            self.room.wait_for(self)
        if self.transport.is_closing():
            self._end_taking()
        elif self._waits_for_rest is None and self._rest_is_coming():
            self._waits_for_rest = self.loop.call_later(self.rest_s, self._end)

    def leave(self) -> None:
        """Others need its place."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """A connection is idle for long enough."""
        super().timeout_keep_alive_handler()
        self._end_taking()

    def pause_writing(self) -> None:
        """A client takes nothing of its answer."""
        super().pause_writing()
        if self._waits_for_taking is None:
            self._waits_for_taking = self.loop.call_later(self.take_s, self.transport.abort)

    def resume_writing(self) -> None:
        """A client takes some of its answer."""
        super().resume_writing()
        self._taken()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as every other mistake; a head that is too large has a status of its own."""
        error = sys.exc_info()[1]
        large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == 431
        refusal: Refusal = (
            HeadersTooLarge(f"the head has more than {MOST_HEAD_BYTES:,} bytes")
            if large
            else MalformedRequest("the request is no HTTP/1.1")
        )
        made = problem(refusal)
        reason = b"Request Header Fields Too Large" if large else b"Bad Request"
        head = b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(head % (made.status, reason, MEDIA_TYPE.encode(), len(made.body)) + made.body)
        self._end()

    def _in_request(self) -> bool:
        cycle = cast("Any", self.cycle)  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _expect_head(self) -> None:
        self._waits_for_head = self.loop.call_later(self.head_s, self._too_slow)

    def _head_came(self) -> None:
        if self._waits_for_head is not None:
            self._waits_for_head.cancel()
            self._waits_for_head = None

    def _rest_is_coming(self) -> bool:
        """Whether what was answered already is still being sent."""
        return not self._in_request() and self.conn.their_state is h11.SEND_BODY

    def _rest_came(self) -> None:
        if self._waits_for_rest is not None:
            self._waits_for_rest.cancel()
            self._waits_for_rest = None

    def _idle(self) -> None:
        """As after an answer; what came since has ended uvicorn's own waiting."""
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _end(self) -> None:
        self.transport.close()
        self._end_taking()

    def _end_taking(self) -> None:
        """A connection that is being closed waits for what is not taken yet, which nothing else bounds."""
        if self._waits_for_taking is None and self.transport.get_write_buffer_size():
            self._waits_for_taking = self.loop.call_later(self.take_s, self.transport.abort)

    def _taken(self) -> None:
        if self._waits_for_taking is not None:
            self._waits_for_taking.cancel()
            self._waits_for_taking = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            self._end()


def bounded_protocol(head_s: float, take_s: float, rest_s: float, room: Room) -> type[BoundedProtocol]:
    """The protocol with these bounds, in seconds, for the connections of one server."""
    bounds = {"head_s": head_s, "take_s": take_s, "rest_s": rest_s, "room": room}
    return type("BoundedProtocol", (BoundedProtocol,), bounds)
