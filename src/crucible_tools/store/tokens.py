"""The tokens of a state: digests of secrets, what each is for, and how much it was used."""

import contextlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sqlalchemy import String, bindparam, case, func, insert, select, update

from crucible_tools.errors import StateDamaged
from crucible_tools.model.access import Scope, Token, limits_from, names_of
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.store import schema
from crucible_tools.store.audit import auditing
from crucible_tools.store.connected import Connected
from crucible_tools.store.lock import held
from crucible_tools.store.place import RESTORE

if TYPE_CHECKING:
    from sqlalchemy import Connection

_T = TypeVar("_T")

_TOKENS: Final = select(schema.tokens).order_by(schema.tokens.c.created_at, schema.tokens.c.id)
_ADD: Final = insert(schema.tokens)
_TODAY: Final = bindparam("today", type_=String)
_USED: Final = (
    update(schema.tokens)
    .where(schema.tokens.c.id == bindparam("token"))
    .values(
        last_used_at=bindparam("at"),
        used=case((schema.tokens.c.day == _TODAY, schema.tokens.c.used), else_=0) + bindparam("calls"),
        day=_TODAY,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredToken:
    """A token with what proves its secret.

    Args:
        token: what it is for.
        digest: `Secret.digest` of its secret.
        previous_digest: that of the secret before, which still opens until `previous_until`.
        previous_until: until when.
        day: the day of UTC that `used` counts, as 2026-11-29.
        used: calls on that day.
    """

    token: Token
    digest: str
    previous_digest: str | None = None
    previous_until: datetime | None = None
    day: str = ""
    used: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """What a token was used for since it was last recorded.

    Args:
        at: the last time.
        calls: how many calls since then.
    """

    at: datetime
    calls: int


class Tokens(Connected):
    """The tokens of one state. Its methods are synchronous, and called in turn, on any thread.

    Args:
        place: the folder or URL, or a resolved place.
    """

    def all(self) -> list[StoredToken]:
        """Every token, the oldest first, revoked ones too; none where there is no state yet.

        Raises:
            StateError: the state can't be read.
        """
        if not self._database.exists():
            return []
        with self._database.read() as connection:
            return [_decoded(dict(row)) for row in connection.execute(_TOKENS).mappings()]

    def add(self, token: Token, digest: str) -> None:
        """Record a new token; makes the state where there is none yet.

        Raises:
            StateError: the state can't be written.
        """
        self._create_if_missing()
        with self._changing(AuditKind.TOKEN_CREATED, token) as connection:
            connection.execute(_ADD, {**_row(token), "digest": digest, "day": "", "used": 0})

    def replace(self, token: Token, digest: str, previous_until: datetime) -> None:
        """Give a token another secret; the present one still opens until then."""
        tokens = schema.tokens
        with self._changing(AuditKind.TOKEN_ROTATED, token) as connection:
            connection.execute(
                update(tokens)
                .where(tokens.c.id == token.id)
                .values(
                    digest=digest,
                    previous_digest=tokens.c.digest,
                    previous_until=previous_until,
                    rotated_at=token.rotated_at,
                )
            )

    def revoke(self, token: Token) -> None:
        """Record that a token was taken back, at its `revoked_at`."""
        tokens = schema.tokens
        with self._changing(AuditKind.TOKEN_REVOKED, token) as connection:
            revoked = update(tokens).where(tokens.c.id == token.id).values(revoked_at=token.revoked_at)
            connection.execute(revoked)

    def record_use(self, uses: Mapping[str, Use]) -> None:
        """Add what tokens were used for, by their ids; those that are gone are left out.

        Raises:
            StateError: the state can't be written.
        """
        if not uses or not self._database.exists():
            return
        rows = [
            {"token": token, "at": use.at, "calls": use.calls, "today": day_of(use.at)} for token, use in uses.items()
        ]
        with self._database.write() as connection:
            connection.execute(_USED, rows)

    def count(self) -> int:
        """How many tokens there ever were; revoked ones stay."""
        if not self._database.exists():
            return 0
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(schema.tokens)) or 0

    def _create_if_missing(self) -> None:
        if self._database.exists():
            return
        with held(self.place, "token"):
            self._database.create_if_missing()

    @contextlib.contextmanager
    def _changing(self, kind: AuditKind, token: Token) -> Generator["Connection"]:
        """A transaction that also accounts for what it does."""
        facts: dict[str, Json] = {"token": token.id, "name": token.name}
        if kind is AuditKind.TOKEN_CREATED:
            facts |= {"scopes": names_of(token.scopes), "tools": list(token.tools)}
        with self._database.write() as connection, auditing(connection) as trail:
            yield connection
            trail.add(kind, **facts)


def day_of(time: datetime) -> str:
    """The day of UTC, as quotas count."""
    return time.astimezone(UTC).date().isoformat()


def _row(token: Token) -> JsonObject:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": names_of(token.scopes),
        "tools": list(token.tools),
        "limits": token.limits.to_json(),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "rotated_at": token.rotated_at,
        "last_used_at": token.last_used_at,
    }


def _decoded(row: Mapping[str, Any]) -> StoredToken:
    """A row of `tokens`.

    Raises:
        StateDamaged: the row does not hold what was written; it opens nothing.
    """
    try:
        token = Token(
            id=row["id"],
            name=row["name"],
            scopes=frozenset(_items(row["scopes"], Scope)),
            tools=tuple(_items(row["tools"], _text)),
            limits=limits_from(cast("JsonObject", row["limits"])),
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            revoked_at=row["revoked_at"],
            rotated_at=row["rotated_at"],
            last_used_at=row["last_used_at"],
        )
        return StoredToken(
            token=token,
            digest=row["digest"],
            previous_digest=row["previous_digest"],
            previous_until=row["previous_until"],
            day=_text(row["day"]),
            used=int(row["used"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateDamaged(
            f"the state is damaged: the record of token {row['id']!r} can't be read: {error!r}", hint=RESTORE
        ) from error


def _items(value: object, make: Callable[[Any], _T]) -> list[_T]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return [make(item) for item in cast("list[object]", value)]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
