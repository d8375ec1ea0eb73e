"""The state's events as a stream, which goes on where it was left, or as a page of JSON."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from crucible_tools.errors import StateError
from crucible_tools.events import EVERYTHING, Pattern
from crucible_tools.model.access import Scope
from crucible_tools.operations.events import Wanted
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.access.places import Places
from crucible_tools.servers.http.calling import EVENT_STREAM, server_sent
from crucible_tools.servers.http.queries import check_names, takes, whole_number
from crucible_tools.servers.http.resource import json_answer
from crucible_tools.servers.refusals import MalformedRequest
from crucible_tools.store.event_log import EventLog, StoredEvent

_POLL_S: Final = 0.2
"""Seconds after which it is looked again for new events, once for all streams: other programs write them."""

_BEAT_S: Final = 15.0
"""Seconds of silence after which a stream says that it is alive, for proxies."""

_PAGE: Final = 500

_MOST_STREAMS: Final = 500
MOST_OF_ONE: Final = 100
"""Streams of one token."""


class EventRoutes:
    """`/events`. The door ends streams whose token was taken back.

    Args:
        serving: has the state.
        ending: is set when the server is being stopped: every stream ends.
    """

    def __init__(self, serving: Serving, ending: asyncio.Event) -> None:
        self._log = EventLog(serving.place)
        self._ending = ending
        self._news = _News(self._log)
        self._places = Places(_MOST_STREAMS, MOST_OF_ONE)

    async def events(self, request: Request) -> Response:
        """`GET /events`: a stream for who takes one, else a page of those that are kept."""
        caller = caller_of(request.scope)
        caller.need(Scope.READ)
        check_names(request, ("after", "type", "tool", "limit"))
        wanted = Wanted(
            types=frozenset(request.query_params.getlist("type")),
            pattern=Pattern(request.query_params["tool"]) if "tool" in request.query_params else EVERYTHING,
        )
        holds, last = _filter(caller, wanted), _last_event(request)
        if takes(request, EVENT_STREAM):
            return await self._stream(request, caller.user, holds, last)
        limit = whole_number(request, "limit", _PAGE, least=1, most=_PAGE)
        after = whole_number(request, "after", last or 0)
        found = await asyncio.to_thread(self._log.read, after=after, limit=limit)
        if not found and after > (newest := (await asyncio.to_thread(self._log.bounds))[1]):
            return json_answer({"events": [], "next": newest, "forgotten": newest})
        return json_answer(
            {
                "events": [event.to_json() for event in found if holds(event)],
                "next": found[-1].sequence if found else after,
                "forgotten": _forgotten(found, after),
            }
        )

    async def _stream(
        self, request: Request, user: str, holds: Callable[[StoredEvent], bool], last: int | None
    ) -> Response:
        self._places.check(user)
        if last is None and "after" in request.query_params:
            last = whole_number(request, "after", 0)
        newest = (await asyncio.to_thread(self._log.bounds))[1]
        if request.method == "HEAD":
            return Response(media_type=EVENT_STREAM)
        return StreamingResponse(self._lines(user, newest, last, holds), media_type=EVENT_STREAM)

    async def _lines(
        self, user: str, newest: int, last: int | None, holds: Callable[[StoredEvent], bool]
    ) -> AsyncGenerator[bytes]:
        """The stream.

        Args:
            user: whose it is.
            newest: the last event that there is.
            last: the last one that the client has seen, if it says so.
            holds: which events are told.
        """
        with self._places.taken(user):
            yield b": events of the state\n\n"
            after = newest if last is None else min(last, newest)
            if last is not None and last > newest:
                # A number that this state has not come to: it is another state than then, or an older copy of it.
                yield server_sent("lost", {"up_to": newest}, newest)
            told = time.monotonic()
            while not self._ending.is_set():
                page = await asyncio.to_thread(self._log.read, after=after, limit=_PAGE)
                if lost := _forgotten(page, after):
                    yield server_sent("lost", {"up_to": lost})
                for event in page:
                    if holds(event):
                        yield server_sent(event.type, event.to_json(), event.sequence)
                        told = time.monotonic()
                after = page[-1].sequence if page else after
                if len(page) == _PAGE:
                    continue
                if time.monotonic() - told >= _BEAT_S:
                    yield b": still here\n\n"
                    told = time.monotonic()
                await self._news.wait(after, min(_BEAT_S, 1.0), self._ending)


def _last_event(request: Request) -> int | None:
    """The event after which a client goes on, as browsers say it.

    Raises:
        MalformedRequest: it is none.
    """
    last = request.headers.get("last-event-id")
    if last is None:
        return None
    if not (last.isascii() and last.isdigit() and len(last) < 19):
        raise MalformedRequest("the Last-Event-ID is none of this server's", hint="it is the number of an event")
    return int(last)


class _News:
    """Whether there are newer events: one look at the state serves every stream."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._newest = 0
        self._looked_at = float("-inf")
        self._look = asyncio.Lock()

    async def wait(self, after: int, most_s: float, ending: asyncio.Event) -> None:
        """Waits for an event after this one, at most so many seconds, or until the server is being stopped."""
        until = time.monotonic() + most_s
        while time.monotonic() < until and not ending.is_set():
            if await self._latest() > after:
                return
            try:
                async with asyncio.timeout(_POLL_S):
                    await ending.wait()
            except TimeoutError:
                continue

    async def _latest(self) -> int:
        async with self._look:
            if time.monotonic() - self._looked_at >= _POLL_S / 2:
                with contextlib.suppress(StateError):  # the stream stays open: it may be readable again soon
                    self._newest = (await asyncio.to_thread(self._log.bounds))[1]
                self._looked_at = time.monotonic()
            return self._newest


def _filter(caller: Caller, wanted: Wanted) -> Callable[[StoredEvent], bool]:
    """What is asked for, of that the token may know of."""

    def holds(event: StoredEvent) -> bool:
        return wanted.holds(event) and (caller.all_tools or caller.allows(event.identifier))

    return holds


def _forgotten(page: list[StoredEvent], after: int) -> int:
    """The last event that is no longer kept, when reading was to go on after an earlier one."""
    before = page[0].sequence - 1 if page else 0
    return before if after and before > after else 0
