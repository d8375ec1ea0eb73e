"""How much each token may call: a rate that refills by the second, and a quota of the day."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from crucible_tools.model.access import Limits
from crucible_tools.servers.refusals import RateLimited
from crucible_tools.store.tokens import StoredToken, Use, day_of

_BURST: Final = 10
"""A tenth of what a minute allows may come at once."""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


@dataclass(slots=True)
class _Unrecorded:
    calls: int = 0
    at: datetime | None = None


class Usage:
    """What tokens are used for, until it is recorded; and whether they may call once more.

    Args:
        clock: seconds, monotonic.
        now: the present time.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._clock = clock
        self._now = now
        self._buckets: dict[str, _Bucket] = {}
        self._unrecorded: dict[str, _Unrecorded] = {}
        self._recording: dict[str, int] = {}
        """Calls that are being recorded: they count as long as it is not known that they are."""

    def seen(self, token_id: str) -> None:
        """A token was used."""
        self._unrecorded.setdefault(token_id, _Unrecorded()).at = self._now()

    def call(self, stored: StoredToken) -> None:
        """A token is used for a call.

        Raises:
            RateLimited: it may not call at the moment.
        """
        token = stored.token
        self._check_rate(token.id, token.limits)
        self._check_quota(stored)
        waiting = self._unrecorded.setdefault(token.id, _Unrecorded())
        waiting.calls += 1
        waiting.at = self._now()

    def take(self) -> dict[str, Use]:
        """What is to be recorded; its calls count here until `recorded` or `put_back` is told how that went."""
        taken, self._unrecorded = self._unrecorded, {}
        uses = {token: Use(use.at, use.calls) for token, use in taken.items() if use.at is not None}
        for token, use in uses.items():
            self._recording[token] = self._recording.get(token, 0) + use.calls
        return uses

    def recorded(self, uses: Mapping[str, Use]) -> None:
        """What was taken is recorded, and counts in `StoredToken.used` from now on."""
        for token, use in uses.items():
            left = self._recording.pop(token, 0) - use.calls
            if left > 0:
                self._recording[token] = left

    def put_back(self, uses: Mapping[str, Use]) -> None:
        """What was taken could not be recorded; it waits for the next time."""
        self.recorded(uses)
        for token, use in uses.items():
            waiting = self._unrecorded.setdefault(token, _Unrecorded())
            waiting.calls += use.calls
            waiting.at = waiting.at or use.at

    def is_recording(self, token_id: str) -> bool:
        """Whether calls of a token are being recorded: what is read of it meanwhile may have them or not."""
        return token_id in self._recording

    def _check_rate(self, token_id: str, limits: Limits) -> None:
        if limits.per_minute is None:
            return
        most = max(1.0, limits.per_minute / _BURST) if limits.per_minute else 0.0
        now = self._clock()
        bucket = self._buckets.setdefault(token_id, _Bucket(most, now))
        a_second = limits.per_minute / 60
        bucket.level = min(most, bucket.level + (now - bucket.at) * a_second)
        bucket.at = now
        if bucket.level < 1:
            raise RateLimited(
                f"the token {token_id} may make {limits.per_minute:,} calls a minute",
                retry_after_s=(1 - bucket.level) / a_second if a_second else 60.0,
                hint="call again later, or make a token with another --per-minute",
            )
        bucket.level -= 1

    def _check_quota(self, stored: StoredToken) -> None:
        most, token_id = stored.token.limits.per_day, stored.token.id
        if most is None:
            return
        now = self._now()
        waiting = self._unrecorded.get(token_id)
        used = stored.used if stored.day == day_of(now) else 0
        used += (waiting.calls if waiting else 0) + self._recording.get(token_id, 0)
        if used >= most:
            tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            raise RateLimited(
                f"the token {token_id} may make {most:,} calls a day, and has made them",
                retry_after_s=(tomorrow - now).total_seconds(),
                hint="call again tomorrow (UTC), or make a token with another --per-day",
            )
