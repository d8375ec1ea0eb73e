"""A subscription: the events that one subscriber asked for, until it takes them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from crucible_tools.errors import UsageError
from crucible_tools.events.event import EventsLost, PublishedEvent
from crucible_tools.events.pattern import Pattern


def _check_capacity(capacity: object) -> None:
    if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1:
        raise UsageError("a subscription has room for at least one event", hint="capacity=1 or more")


class Subscription:
    """An asynchronous iterator over events, in the order in which they were published.

    At most `capacity` events wait here. When another one comes, the oldest is lost: the next thing that the subscriber
    takes is then an `EventsLost` that says how many, in their place. Whoever publishes never waits.

    Args:
        types: the types that are heard; all when empty.
        pattern: which identifiers.
        capacity: events that wait at most.
        on_close: is told when it is closed.
    """

    def __init__(
        self,
        types: frozenset[str],
        pattern: Pattern,
        capacity: int,
        on_close: Callable[[Subscription], None],
    ) -> None:
        _check_capacity(capacity)
        self.types = types
        self.pattern = pattern
        self.capacity = capacity
        self.lost = 0
        """How many events were lost here since it began."""
        self._waiting: deque[PublishedEvent] = deque()
        self._gap: tuple[int, int, PublishedEvent] | None = None
        """Events lost and not told yet: how many, the sequence of the first, and the last."""
        self._wake = asyncio.Event()
        self._closed = False
        self._on_close = on_close

    def offer(self, published: PublishedEvent) -> None:
        """Keeps an event if it is one of those that were asked for. For the bus; never waits."""
        event = published.event
        if (self.types and event.type not in self.types) or not self.pattern.matches(event.identifier):
            return
        waiting = self._waiting
        waiting.append(published)
        if len(waiting) > self.capacity:
            self.lost += 1
            oldest = waiting.popleft()
            count, first, _ = self._gap or (0, oldest.sequence, oldest)
            self._gap = count + 1, first, oldest
        self._wake.set()

    def take(self) -> list[PublishedEvent]:
        """Everything that waits, at once; nothing when nothing does."""
        taken = [self._told_gap()] if self._gap else []
        taken += self._waiting
        self._waiting.clear()
        return taken

    def _told_gap(self) -> PublishedEvent:
        assert self._gap is not None, "only a gap is told"
        count, first, last = self._gap
        self._gap = None
        return PublishedEvent(last.sequence, last.time, EventsLost(count=count, first=first, last=last.sequence))

    @property
    def closed(self) -> bool:
        """Whether it hears nothing any more."""
        return self._closed

    def close(self) -> None:
        """Hears nothing from now on; what waits can still be taken, and then the iteration ends. Twice is fine."""
        if not self._closed:
            self._closed = True
            self._wake.set()
            self._on_close(self)

    async def wait(self) -> bool:
        """Waits until there is something to take; False when there will never be."""
        while not self._waiting:
            if self._closed:
                return False
            self._wake.clear()
            await self._wake.wait()
        return True

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> PublishedEvent:
        """The next event; waits for one. Ends when it is closed."""
        if not await self.wait():
            raise StopAsyncIteration
        return self._told_gap() if self._gap else self._waiting.popleft()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()
