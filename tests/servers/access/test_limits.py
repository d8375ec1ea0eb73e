"""Rates refill by the second, quotas by the day; what can't be recorded is not lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crucible_tools.model.access import Limits, Scope, Token
from crucible_tools.servers.access.limits import Usage
from crucible_tools.servers.refusals import RateLimited
from crucible_tools.store.tokens import StoredToken

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.passed = 0.0

    def clock(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def usage(time: Time) -> Usage:
    return Usage(time.clock, time.now)


def stored(*, used: int = 0, day: str = "", **limits: int) -> StoredToken:
    token = Token(id="t", name="t", scopes=frozenset({Scope.CALL}), created_at=NOON, limits=Limits(**limits))
    return StoredToken(token=token, digest="", used=used, day=day)


def let_in(usage: Usage, token: StoredToken, times: int) -> int:
    """How many of so many calls are."""
    count = 0
    for _ in range(times):
        try:
            usage.call(token)
        except RateLimited:
            continue
        count += 1
    return count


def test_a_tenth_of_a_minutes_calls_may_come_at_once_and_the_rest_as_time_goes_by(usage: Usage, time: Time) -> None:
    token = stored(per_minute=60)
    assert let_in(usage, token, 20) == 6
    time.passed = 2.0
    assert let_in(usage, token, 20) == 2
    time.passed = 1000.0
    assert let_in(usage, token, 20) == 6


def test_who_is_refused_is_told_when_there_is_room(usage: Usage, time: Time) -> None:
    token = stored(per_minute=1)
    usage.call(token)
    time.passed = 15.0
    with pytest.raises(RateLimited) as refused:
        usage.call(token)
    assert refused.value.retry_after_s == 45


def test_a_quota_counts_what_is_recorded_and_what_waits(usage: Usage) -> None:
    token = stored(per_day=10, used=7, day="2026-11-29")
    assert let_in(usage, token, 20) == 3
    with pytest.raises(RateLimited) as refused:
        usage.call(token)
    assert refused.value.retry_after_s == 12 * 3600


def test_yesterdays_calls_do_not_count(usage: Usage) -> None:
    assert let_in(usage, stored(per_day=10, used=10, day="2026-11-28"), 20) == 10


def test_a_limit_of_nothing_lets_nothing_in(usage: Usage) -> None:
    assert let_in(usage, stored(per_day=0), 3) == let_in(usage, stored(per_minute=0), 3) == 0


def test_what_could_not_be_recorded_waits_for_the_next_time(usage: Usage) -> None:
    token = stored()
    usage.call(token)
    taken = usage.take()
    assert usage.take() == {}
    usage.put_back(taken)
    usage.call(replace(token))
    assert usage.take()["t"].calls == 2


def test_calls_that_are_being_recorded_count_until_it_is_known_that_they_are(usage: Usage) -> None:
    assert let_in(usage, stored(per_day=3), 2) == 2
    taken = usage.take()
    assert let_in(usage, stored(per_day=3), 5) == 1
    assert usage.is_recording("t")
    usage.recorded(taken)
    assert let_in(usage, stored(per_day=3, used=2, day="2026-11-29"), 5) == 0
    assert not usage.is_recording("t")
