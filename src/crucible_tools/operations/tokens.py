"""Tokens of a server: made, listed, taken back, and given another secret."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from crucible_tools.errors import TokenNotFound, UsageError
from crucible_tools.model.access import ANY_TOOL, ID_LENGTH, NO_LIMITS, Limits, Scope, Secret, Token, TokenStatus
from crucible_tools.model.near import near
from crucible_tools.operations.times import coming_time
from crucible_tools.store.tokens import Tokens

_TOOLS: Final = re.compile(r"[A-Za-z0-9_.*-]{1,128}")
"""A pattern of what tools may be called."""

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
"""For ids: none that look like another one."""

_MOST_NAME: Final = 100

DEFAULT_SCOPES: Final = (Scope.CALL,)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token is to be for.

    Args:
        name: what its maker calls it; one that is in use by another active token is refused.
        scopes: what it may do.
        tools: patterns of the tools that it may do it with.
        expires: a time, a day, or a span such as `30d`; None is never.
        limits: how much it may call.
    """

    name: str = "token"
    scopes: Sequence[Scope] = DEFAULT_SCOPES
    tools: Sequence[str] = (ANY_TOOL,)
    expires: str | None = None
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token, and its secret, which is told this once."""

    token: Token
    secret: Secret


def make_token(wanted: NewToken, now: datetime | None = None) -> MadeToken:
    """A token that is recorded nowhere yet.

    Raises:
        UsageError: its name, a pattern or the time of its end is none.
    """
    now = now or datetime.now(UTC)
    if not wanted.name.strip() or len(wanted.name) > _MOST_NAME or not wanted.name.isprintable():
        raise UsageError(f"--name: {wanted.name!r} is no name", hint=f"up to {_MOST_NAME} characters in one line")
    for pattern in wanted.tools:
        if not _TOOLS.fullmatch(pattern):
            raise UsageError(f"--tools: {pattern!r} matches no tool", hint="a tool's name; * stands for any characters")
    token_id = "".join(secrets.choice(_LETTERS) for _ in range(ID_LENGTH))
    token = Token(
        id=token_id,
        name=wanted.name,
        scopes=frozenset(wanted.scopes or DEFAULT_SCOPES),
        tools=tuple(dict.fromkeys(wanted.tools)) or (ANY_TOOL,),
        created_at=now,
        expires_at=None if wanted.expires is None else coming_time("--expires", wanted.expires, now),
        limits=wanted.limits,
    )
    return MadeToken(token, _secret(token_id))


async def create_token(place: str, wanted: NewToken) -> MadeToken:
    """Make a token and record it; makes the state where there is none yet.

    Raises:
        UsageError: what is wanted is none, or its name is in use.
        StateError: the state can't be written.
    """
    made = make_token(wanted)
    now = made.token.created_at
    with Tokens(place) as tokens:
        for stored in tokens.all():
            if stored.token.name == wanted.name and stored.token.status(now) is TokenStatus.ACTIVE:
                raise UsageError(
                    f"the token {stored.token.id} is named {wanted.name!r} already",
                    hint="give the new one another --name, or rotate or revoke that one",
                )
        tokens.add(made.token, made.secret.digest)
    return made


async def list_tokens(place: str) -> list[Token]:
    """Every token, the oldest first, those that open nothing any longer too; none where there is no state yet.

    Raises:
        StateError: the state can't be read.
    """
    with Tokens(place) as tokens:
        return [stored.token for stored in tokens.all()]


async def revoke_token(place: str, wanted: str) -> Token:
    """Take a token back; servers know within a second. One that was taken back before stays as it is.

    Args:
        place: the state's folder or URL.
        wanted: the token's id, its name, or the whole token.

    Raises:
        TokenNotFound: there is no such token.
        UsageError: several tokens have this name, and none of them is the one active one.
        StateError: the state can't be written.
    """
    with Tokens(place) as tokens:
        found = _named(tokens, wanted)
        if found.revoked_at is not None:
            return found
        revoked = replace(found, revoked_at=datetime.now(UTC))
        tokens.revoke(revoked)
        return revoked


async def rotate_token(place: str, wanted: str, grace: str | None = None) -> MadeToken:
    """Give a token another secret, with the same id, scopes and end.

    Args:
        place: the state's folder or URL.
        wanted: the token's id, its name, or the whole token.
        grace: a span such as `10m` in which the secret before still opens; at once it opens nothing when None.

    Raises:
        TokenNotFound: there is no such token.
        UsageError: it opens nothing any longer, or the span is none.
        StateError: the state can't be written.
    """
    now = datetime.now(UTC)
    until = now if grace is None else coming_time("--grace", grace, now)
    with Tokens(place) as tokens:
        found = _named(tokens, wanted)
        status = found.status(now)
        if status is not TokenStatus.ACTIVE:
            raise UsageError(f"the token {found.id} is {status.value}", hint="make another: crucible token create")
        secret = _secret(found.id)
        rotated = replace(found, rotated_at=now)
        tokens.replace(rotated, secret.digest, until)
        return MadeToken(rotated, secret)


def _secret(token_id: str) -> Secret:
    return Secret.of(token_id, secrets.token_urlsafe(32))


def _named(tokens: Tokens, wanted: str) -> Token:
    presented = Secret.parse(wanted)
    wanted = presented.token_id if presented else wanted
    known = [stored.token for stored in tokens.all()]
    by_id = [token for token in known if token.id == wanted]
    now = datetime.now(UTC)
    by_name = [token for token in known if token.name == wanted]
    found = by_id or [token for token in by_name if token.status(now) is TokenStatus.ACTIVE] or by_name
    if not found:
        raise TokenNotFound(wanted, near=near(wanted, [name for token in known for name in (token.id, token.name)]))
    if len(found) > 1:
        raise UsageError(f"{len(found)} tokens are named {wanted!r}", hint="give the id of one: crucible token list")
    return found[0]
