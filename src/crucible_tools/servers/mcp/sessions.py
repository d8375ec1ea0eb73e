"""The sessions of clients of older revisions: bounded in all and for each caller, so that none starves the others."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

MOST_SESSIONS: Final = 2_000
"""Of more, one of the caller who has the most ends."""

MOST_OF_ONE: Final = 200
"""Of one caller; of more, one of its own ends."""


@dataclass(slots=True)
class _Session:
    caller: str | None
    used: float
    requests: int = 0
    """Those that are being answered, streams among them."""


class Sessions:
    """Who has which session, and which one ends when there are too many: of the caller who has the most of all, one
    that nobody uses at the moment if there is any, and of those the one that was not used for the longest time.

    Args:
        most: sessions of all callers.
        of_one: sessions of one caller, where callers are told apart.
        idle_s: seconds after which an unused session has ended by itself.
        clock: seconds, monotonic.
    """

    def __init__(self, most: int, of_one: int, idle_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._of_one = of_one
        self._idle_s = idle_s
        self._clock = clock
        self._sessions: dict[str, _Session] = {}

    def begin(self, session_id: str, caller: str | None) -> list[tuple[str, str | None]]:
        """A session has begun; those that have to end for it, each with its caller. They are forgotten here."""
        self._forget_idle()
        ending: list[tuple[str, str | None]] = []
        counts = Counter([session.caller for session in self._sessions.values()])
        while True:
            if caller is not None and counts[caller] >= self._of_one:
                loser = self._least_used({caller})
            elif counts.total() >= self._most:
                most = max(counts.values())
                loser = self._least_used({each for each, count in counts.items() if count == most})
            else:
                break
            ended = self._sessions.pop(loser)
            counts[ended.caller] -= 1
            ending.append((loser, ended.caller))
        self._sessions[session_id] = _Session(caller, self._clock())
        return ending

    def end(self, session_id: str, caller: str | None) -> None:
        """A session has ended; nothing where this caller has none of this id."""
        session = self._sessions.get(session_id)
        if session is not None and session.caller == caller:
            del self._sessions[session_id]

    @contextlib.contextmanager
    def used(self, session_id: str | None) -> Generator[None]:
        """While a request of a session is answered; nothing where there is none of this id."""
        session = None if session_id is None else self._sessions.get(session_id)
        if session is None:
            yield
            return
        session.requests += 1
        try:
            yield
        finally:
            session.requests -= 1
            session.used = self._clock()

    def _forget_idle(self) -> None:
        since = self._clock() - self._idle_s
        for session_id, session in list(self._sessions.items()):
            if not session.requests and session.used < since:
                del self._sessions[session_id]

    def _least_used(self, callers: set[str | None]) -> str:
        of_them = [(each, session) for each, session in self._sessions.items() if session.caller in callers]
        return min(of_them, key=lambda each: (each[1].requests > 0, each[1].used))[0]
