"""Sessions of browsers: a cookie stands for a token, for a while."""

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crucible_tools.model.access import Secret

COOKIE: Final = "crucible_session"

LASTS_S: Final = 12 * 3600
"""Seconds after which a session ends, used or not."""

MOST_SESSIONS: Final = 1000
"""Of more, the first one of the token that has the most ends."""

MOST_OF_ONE: Final = 100
"""Of one token; of more, its first one ends."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has presented a token.

    Args:
        token_id: of the token.
        digest: of its secret: when that changes, the session ends.
        csrf: what its requests that change something repeat.
        until: when it ends, by the clock.
    """

    token_id: str
    digest: str
    csrf: str
    until: float


class Sessions:
    """The sessions of one process; they end with it.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        """In the order in which they were begun."""
        self._by_token: Counter[str] = Counter()

    def begin(self, secret: Secret, *, instead_of: str | None = None) -> str:
        """A session for whoever has presented this; gives its id, which is the cookie's value.

        Args:
            secret: what was presented.
            instead_of: the id of a session that the same browser had, and that ends.
        """
        if instead_of is not None:
            self.end(instead_of)
        if self._by_token[secret.token_id] >= MOST_OF_ONE:
            self._end_first(secret.token_id)
        elif len(self._sessions) >= MOST_SESSIONS:
            self._end_first(self._by_token.most_common(1)[0][0])
        session_id = secrets.token_urlsafe(32)
        session = Session(secret.token_id, secret.digest, secrets.token_urlsafe(32), self._clock() + LASTS_S)
        self._sessions[session_id] = session
        self._by_token[secret.token_id] += 1
        return session_id

    def find(self, session_id: str) -> Session | None:
        """The session of this id, unless it has ended."""
        session = self._sessions.get(session_id)
        if session is not None and session.until <= self._clock():
            self.end(session_id)
            return None
        return session

    def end(self, session_id: str) -> None:
        """End a session; one that has ended stays so."""
        session = self._sessions.pop(session_id, None)
        if session is not None:
            self._by_token[session.token_id] -= 1
            if not self._by_token[session.token_id]:
                del self._by_token[session.token_id]

    def _end_first(self, token_id: str) -> None:
        self.end(next(each for each, session in self._sessions.items() if session.token_id == token_id))


def session_id_of(cookies: str) -> str | None:
    """The session's id out of a Cookie header; None when there is none."""
    pairs = (part.strip().partition("=") for part in cookies.split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), None)


def set_cookie(session_id: str, *, secure: bool) -> str:
    """The header that gives a browser its session: no script reads it, and no other site's page sends it."""
    return f"{COOKIE}={session_id}; Path=/; Max-Age={LASTS_S}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def unset_cookie() -> str:
    """The header that takes a session from a browser."""
    return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
