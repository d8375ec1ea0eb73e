"""Room for connections: where none is left, who has kept the server waiting for the longest has to go."""

from __future__ import annotations

from typing import Final, Protocol

OTHER_FILES: Final = 200
"""Files that a server has open beside its connections, at most: the state, requests and programs of tools."""


class Guest(Protocol):
    """A connection."""

    def leave(self) -> None:
        """Ends it, since others need its place."""
        ...


def places(wanted: int) -> int:
    """So many connections as the system lets this process have beside its other files; half of them where that is few.

    The limit on open files is raised as far as that takes and as this process may. Without it a full house would keep
    the state from being opened, too.

    Args:
        wanted: connections, at most.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    return max(soft - OTHER_FILES, soft // 2)


class Room:
    """The connections of a server, and for which of them it waits: for a request, or for the rest of one.

    So whoever opens thousands of them and says nothing takes nobody's place who does. Addresses do not count: behind a
    proxy all clients have the same one.

    Args:
        most: connections at the same time. Where all of them are worked for, there is no room for another one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._guests: set[Guest] = set()
        self._waited_for: dict[Guest, None] = {}

    def enter(self, guest: Guest) -> bool:
        """A client has connected; gives whether there is room for it."""
        if len(self._guests) >= self._most and self._waited_for:
            longest = next(iter(self._waited_for))
            self.left(longest)
            longest.leave()
        fits = len(self._guests) < self._most
        self._guests.add(guest)
        self._waited_for[guest] = None
        return fits

    def wait_for(self, guest: Guest) -> None:
        """Its next request is waited for from now on."""
        if guest in self._guests:
            self._waited_for.setdefault(guest)

    def work_for(self, guest: Guest) -> None:
        """A request of it has come whole."""
        self._waited_for.pop(guest, None)

    def left(self, guest: Guest) -> None:
        """It is gone."""
        self._guests.discard(guest)
        self._waited_for.pop(guest, None)
