"""Answers kept for requests that may come again: the same key gets the same answer, and nothing is done twice."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from crucible_tools.errors import StateDamaged
from crucible_tools.store import dialect, schema
from crucible_tools.store.database import Database
from crucible_tools.store.place import RESTORE, Place

KEPT_FOR: Final = timedelta(hours=24)
"""After that a key is a new one."""

MOST_KEPT: Final = 10_000
"""Answers of one token; of more the oldest are forgotten."""

MOST_BYTES: Final = 1 << 20
"""Of one answer; of a larger one it is only known that there was one."""

ABANDONED_AFTER: Final = timedelta(hours=1)
"""A request that has no answer after that long is taken for one whose server died: its key is free again."""

_TABLE: Final = schema.idempotency
_COLUMNS: Final = _TABLE.c


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was given.

    Args:
        status: of HTTP.
        media_type: of the body.
        body: None when it was too large to be kept.
    """

    status: int
    media_type: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a key.

    Args:
        digest: of the request that came with it.
        answer: None as long as that request has none.
    """

    digest: str
    answer: Answer | None


class KeptAnswers:
    """The kept answers of one state. Its methods are synchronous, and called in turn, on any thread.

    Args:
        place: the state; it exists.
    """

    def __init__(self, place: Place) -> None:
        self._database = Database(place)

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        self._database.close()

    def claim(self, token: str, key: str, digest: str, now: datetime) -> Kept | None:
        """Take a key for a request; None when it was free and is now taken.

        Args:
            token: the id of the token that the request came with: keys of different tokens are different keys.
            key: the client's.
            digest: of the request.
            now: the present time.

        Raises:
            StateError: the state can't be written.
        """
        mine = _COLUMNS.token_id == token
        with self._database.write() as connection:
            connection.execute(delete(_TABLE).where(_COLUMNS.at < now - KEPT_FOR))
            connection.execute(delete(_TABLE).where(_COLUMNS.at < now - ABANDONED_AFTER, _COLUMNS.status.is_(None)))
            row = {"token_id": token, "key": key, "digest": digest, "at": now}
            if connection.execute(dialect.insert_if_missing(_TABLE), row).rowcount:
                newest = select(_COLUMNS.at).where(mine).order_by(_COLUMNS.at.desc())
                first_too_many = connection.scalar(newest.offset(MOST_KEPT).limit(1))
                if first_too_many is not None:
                    connection.execute(delete(_TABLE).where(mine, _COLUMNS.at <= first_too_many))
                return None
            row = connection.execute(select(_TABLE).where(mine, _COLUMNS.key == key)).mappings().one()
        if row["status"] is None:
            return Kept(row["digest"], None)
        return Kept(row["digest"], Answer(row["status"], row["media_type"] or "", _unpacked(row["body"])))

    def keep(self, token: str, key: str, answer: Answer) -> None:
        """Keep the answer to the request that took the key.

        Raises:
            StateError: the state can't be written.
        """
        body = answer.body
        packed = None if body is None or len(body) > MOST_BYTES else zlib.compress(body, 1)
        with self._database.write() as connection:
            connection.execute(
                update(_TABLE)
                .where(_COLUMNS.token_id == token, _COLUMNS.key == key)
                .values(status=answer.status, media_type=answer.media_type, body=packed)
            )

    def release(self, token: str, key: str) -> None:
        """Free a key whose request did nothing: it may come again.

        Raises:
            StateError: the state can't be written.
        """
        with self._database.write() as connection:
            connection.execute(delete(_TABLE).where(_COLUMNS.token_id == token, _COLUMNS.key == key))


def _unpacked(body: bytes | None) -> bytes | None:
    if body is None:
        return None
    try:
        unpacker = zlib.decompressobj()
        return unpacker.decompress(body, MOST_BYTES)
    except (zlib.error, TypeError) as error:
        raise StateDamaged(f"the state is damaged: a kept answer can't be read: {error}", hint=RESTORE) from error
