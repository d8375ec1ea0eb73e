"""The bus: takes each event that is published to those who subscribed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from crucible_tools.events.event import Event, PublishedEvent
from crucible_tools.events.pattern import Pattern
from crucible_tools.events.subscription import Subscription


class Publisher(Protocol):
    """Where events go."""

    def publish(self, event: Event) -> None:
        """Tells what happened. Never waits and never fails."""
        ...


class EventBus:
    """Events in one order for everybody. Used on one event loop's thread; nothing here waits.

    Args:
        clock: gives the present time in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.heard = False
        """Whether anybody subscribed: without one, an event need not even be made."""
        self.published = 0
        """How many events were heard by somebody, or could have been: the sequence of the last one."""
        self._lost = 0
        self._clock = clock
        self._subscriptions: tuple[Subscription, ...] = ()

    def publish(self, event: Event) -> None:
        """Gives an event the next number, and gives it to everybody who asked for it."""
        if not self.heard:
            return
        self.published += 1
        published = PublishedEvent(self.published, self._clock(), event)
        for subscription in self._subscriptions:
            subscription.offer(published)

    def subscribe(self, types: Iterable[str] = (), pattern: str = "*", capacity: int = 1024) -> Subscription:
        """Hears what is published from now on.

        Args:
            types: members of `EventType` or custom types; all when empty.
            pattern: of identifiers, `*` for any characters.
            capacity: events that wait at most; beyond it the oldest are lost, counted and told.

        Raises:
            UsageError: the capacity is no positive number.
        """
        subscription = Subscription(frozenset(str(item) for item in types), Pattern(pattern), capacity, self._forget)
        self._subscriptions = (*self._subscriptions, subscription)
        self.heard = True
        return subscription

    def _forget(self, closed: Subscription) -> None:
        self._subscriptions = tuple(item for item in self._subscriptions if item is not closed)
        self.heard = bool(self._subscriptions)
        self._lost += closed.lost

    @property
    def lost(self) -> int:
        """How many events slow subscribers have lost, those that are gone included."""
        return self._lost + sum(subscription.lost for subscription in self._subscriptions)

    @property
    def subscribers(self) -> int:
        """How many subscriptions are open."""
        return len(self._subscriptions)

    def close(self) -> None:
        """Closes all subscriptions: they end when what waits was taken."""
        for subscription in self._subscriptions:
            subscription.close()
