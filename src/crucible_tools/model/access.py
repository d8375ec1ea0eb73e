"""Who may use a server, and for what: tokens as the state records them, never their secrets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from crucible_tools.model.json import JsonObject

ANY_TOOL: Final = "*"
"""The pattern of every tool."""


class Scope(StrEnum):
    """What a token is for; each is asked for by some routes (docs/serving.md has the table)."""

    CALL = "call"
    """See the tools and call them; see and cancel the token's own calls."""
    READ = "read"
    """See what there is beside them: versions, all calls, runs, events, metrics. Calls nothing."""
    ADMIN = "admin"
    """Both, and cancel anybody's calls."""


class TokenStatus(StrEnum):
    """Whether a token opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a token may call; None is no limit.

    Args:
        per_minute: calls in any minute, of which a tenth of a minute's worth may come at once, and at least one.
        per_day: calls in a day of UTC, over all servers of the state.
    """

    per_minute: int | None = None
    per_day: int | None = None

    def to_json(self) -> JsonObject:
        """`{per_minute, per_day}`."""
        return {"per_minute": self.per_minute, "per_day": self.per_day}


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token without its secret.

    Args:
        id: what it is recognised by; a part of its text, and no secret.
        name: what its maker calls it.
        scopes: what it is for.
        tools: patterns of the tools that it is for.
        created_at: when it was made.
        expires_at: when it opens nothing any longer; None is never.
        revoked_at: when somebody took it back.
        rotated_at: when it got its present secret, if not when it was made.
        last_used_at: to the minute or so; None until it was used.
        limits: how much it may call.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    tools: tuple[str, ...] = (ANY_TOOL,)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    rotated_at: datetime | None = None
    last_used_at: datetime | None = None
    limits: Limits = NO_LIMITS

    def status(self, now: datetime) -> TokenStatus:
        """Whether it opens anything at this time."""
        if self.revoked_at is not None:
            return TokenStatus.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return TokenStatus.EXPIRED
        return TokenStatus.ACTIVE

    def to_json(self) -> JsonObject:
        """All of it; times in RFC 3339."""
        times = {
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
            "rotated_at": self.rotated_at,
            "last_used_at": self.last_used_at,
        }
        return {
            "id": self.id,
            "name": self.name,
            "scopes": names_of(self.scopes),
            "tools": list(self.tools),
            "limits": self.limits.to_json(),
            **{name: time.isoformat() if time else None for name, time in times.items()},
        }


def names_of(scopes: Iterable[Scope]) -> list[str]:
    """Their names, sorted."""
    return sorted(scope.value for scope in scopes)


@dataclass(frozen=True, slots=True)
class Secret:
    """The whole text of a token, which only its owner keeps: `crucible_ID_SECRET`.

    Args:
        token_id: the token's id.
        text: all of it.
    """

    token_id: str
    text: str

    @staticmethod
    def of(token_id: str, secret: str) -> "Secret":
        """The text of this id and these 256 random bits, as base64url."""
        return Secret(token_id, f"{_PREFIX}{token_id}_{secret}")

    @staticmethod
    def parse(text: str) -> "Secret | None":
        """What somebody presents as a token; None when it is none, whatever else it is."""
        rest = text.removeprefix(_PREFIX)
        token_id, separator, secret = rest.partition("_")
        if rest == text or not separator or len(token_id) != ID_LENGTH or len(secret) != SECRET_LENGTH:
            return None
        return Secret(token_id, text) if token_id.isalnum() and text.isascii() else None

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal: enough for what has 256 random bits, which nobody guesses at any speed."""
        return sha256(self.text.encode()).hexdigest()

    def __repr__(self) -> str:
        """Without the secret: a log may show it."""
        return f"Secret({self.token_id!r}, ...)"


_PREFIX: Final = "crucible_"
"""So that scanners for secrets that were committed recognise one."""

ID_LENGTH: Final = 8
SECRET_LENGTH: Final = 43
"""256 bits in base64url without padding."""


def limits_from(data: Mapping[str, object]) -> Limits:
    """The limits that `to_json` wrote; what is no number there limits to nothing at all: damage opens no door."""

    def number(name: str) -> int | None:
        value = data.get(name)
        return value if value is None or (isinstance(value, int) and not isinstance(value, bool)) else 0

    return Limits(number("per_minute"), number("per_day"))
