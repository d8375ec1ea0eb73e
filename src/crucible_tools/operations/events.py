"""The events of a state: recorded while something is done, read, and followed.

`crucible call` imports this: it must not need SQLAlchemy or pydantic.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crucible_tools.errors import StateError, StateLocked
from crucible_tools.events import EVERYTHING, EventsLost, EventType, Pattern, PublishedEvent, Subscription
from crucible_tools.formats.text import count
from crucible_tools.model.near import near
from crucible_tools.operations.times import past_time
from crucible_tools.store.event_log import EventLog, NewEvent, Retention, StoredEvent
from crucible_tools.store.place import Place, resolve

CAPACITY: Final = 10_000
"""Events that wait to be recorded at most: as many as are kept at all."""

UNRECORDED: Final = frozenset(
    {EventType.SCRIPT_COMPILED, EventType.SCRIPT_CACHED, EventType.TOOL_REGISTERED, EventType.TOOL_REMOVED}
)
"""Types that only subscribers hear: how one engine goes about its work says nothing about the state."""

_GATHER_S: Final = 0.1
"""Seconds in which events gather for one transaction."""

_LAST_TRIES: Final = 5
"""How often what is left at the end is tried, each time for as long as `EventLog` waits for others."""

_POLL_S: Final = 0.2
"""Seconds after which it is looked again for new events: other programs write them."""

_PAGE: Final = 500

_LOG: Final = logging.getLogger("crucible_tools.events")


@contextlib.asynccontextmanager
async def recorded(
    subscription: Subscription, place: Place, retention: Retention | None = None
) -> AsyncGenerator[None]:
    """Record what a subscription hears, in the state's event log, while the block runs; all of it at its end.

    What can't be recorded is lost and logged: nothing that is done fails for an event's sake.

    Args:
        subscription: of an engine or a bus, with the capacity `CAPACITY`; it is closed at the end.
        place: the state; without one nothing is recorded.
        retention: which events are kept; the usual ones if not given.
    """
    ended = asyncio.Event()
    task = asyncio.create_task(_record(subscription, EventLog(place, retention), ended))
    try:
        yield
    finally:
        subscription.close()
        ended.set()
        await asyncio.shield(task)


async def _record(subscription: Subscription, log: EventLog, ended: asyncio.Event) -> None:
    rows: list[NewEvent] = []
    while await subscription.wait():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _GATHER_S)
        rows += [_row(item) for item in subscription.take() if item.event.type not in UNRECORDED]
        rows = await _append(log, rows, keep=CAPACITY)
    for last in range(_LAST_TRIES, 0, -1):
        rows = await _append(log, rows, keep=CAPACITY if last > 1 else 0)


async def _append(log: EventLog, rows: list[NewEvent], *, keep: int) -> list[NewEvent]:
    """Records these; gives those for another time, `keep` at most: the state was busy with another transaction."""
    if not rows:
        return rows
    try:
        await asyncio.to_thread(log.append, rows)
    except StateError as error:
        kept = rows[-keep:] if keep and isinstance(error, StateLocked) else []
        if lost := len(rows) - len(kept):
            _LOG.warning("%s could not be recorded: %s", count(lost, "event"), error.message)
        return kept
    return []


def _row(published: PublishedEvent) -> NewEvent:
    event = published.event
    # Sequences of a bus mean nothing in the log, which has its own.
    data = {"count": event.count} if isinstance(event, EventsLost) else event.data()
    return NewEvent(published.at, event.type, event.identifier, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are asked for.

    Args:
        types: of these types; of all when empty.
        pattern: of these tools, or whatever they happened to.
        after: only those with a higher sequence.
        since: only those that happened then or later.
    """

    types: frozenset[str] = frozenset()
    pattern: Pattern = EVERYTHING
    after: int = 0
    since: datetime | None = None

    def holds(self, event: StoredEvent) -> bool:
        """Whether an event is one of these types and tools."""
        return (not self.types or event.type in self.types) and self.pattern.matches(event.identifier)


def wanted(*, types: Iterable[str] = (), tool: str | None = None, since: str | None = None) -> Wanted:
    """Which events are asked for on a command line.

    Args:
        types: of these types; of all when empty.
        tool: of the tools that this pattern matches.
        since: the sequence of an event: those after it; or a time: those since then.

    Raises:
        UsageError: `since` is neither, or has not come yet.
    """
    number = since is not None and since.strip().isdecimal()
    return Wanted(
        types=frozenset(types),
        pattern=EVERYTHING if tool is None else Pattern(tool),
        after=int(since) if since and number else 0,
        since=past_time("--since", since) if since is not None and not number else None,
    )


def unknown_types(what: Wanted) -> list[tuple[str, list[str]]]:
    """Types that are asked for and are none of this package's, with near ones: an application's own, or mistakes."""
    known = [kind.value for kind in EventType]
    return [(name, near(name, known)) for name in sorted(what.types - set(known))]


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the events that were asked for.

    Args:
        events: the oldest first.
        forgotten: the sequence of the last event that was asked for and is no longer kept; 0 when there is none.
    """

    events: tuple[StoredEvent, ...]
    forgotten: int = 0


async def events(place: str, what: Wanted) -> Found:
    """The events that are asked for and kept; none where there is no state yet.

    Raises:
        StateError: the state can't be read.
    """
    log, found, after, forgotten = EventLog(resolve(place)), list[StoredEvent](), what.after, 0
    while page := log.read(after=after, since=what.since, limit=_PAGE):
        found += filter(what.holds, page)
        forgotten = forgotten or _forgotten(page, after)
        after = page[-1].sequence
        await asyncio.sleep(0)
    return Found(tuple(found), forgotten)


async def follow(place: str, what: Wanted) -> AsyncGenerator[Found, None]:
    """The events that are asked for, and then those that come, as they come; it has no end of its own.

    Args:
        place: the state; one that does not exist yet is waited for.
        what: which events.

    Raises:
        StateError: the state can't be read.
    """
    log, after = EventLog(resolve(place)), what.after
    while True:
        page = log.read(after=after, since=what.since, limit=_PAGE)
        if page:
            yield Found(tuple(filter(what.holds, page)), _forgotten(page, after))
            after = page[-1].sequence
        if len(page) < _PAGE:
            await asyncio.sleep(_POLL_S)


def _forgotten(page: list[StoredEvent], after: int) -> int:
    """The last event that is no longer kept, when reading was to go on after an earlier one."""
    before = page[0].sequence - 1
    return before if after and before > after else 0
