"""Which session of older clients ends when there are too many."""

from __future__ import annotations

import pytest

from crucible_tools.servers.mcp.sessions import Sessions


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(most=4, of_one=3, idle_s=1000.0, clock=clock)


def test_of_one_caller_the_session_that_was_not_used_for_the_longest_time_ends(sessions: Sessions) -> None:
    for name in ("a1", "a2", "a3"):
        assert sessions.begin(name, "a") == []
    with sessions.used("a1"):
        pass
    assert sessions.begin("a4", "a") == [("a2", "a")]


def test_a_session_that_is_used_ends_after_those_that_are_not(sessions: Sessions) -> None:
    for name in ("a1", "a2", "a3"):
        sessions.begin(name, "a")
    with sessions.used("a1"), sessions.used("a2"):
        assert sessions.begin("a4", "a") == [("a3", "a")]
        assert sessions.begin("a5", "a") == [("a4", "a")]


def test_among_callers_who_have_as_many_the_least_used_session_ends(sessions: Sessions) -> None:
    for name in ("a1", "b1", "c1", "d1"):
        sessions.begin(name, name[0])
    with sessions.used("a1"):
        pass
    assert sessions.begin("e1", "e") == [("b1", "b")]


def test_callers_who_are_not_told_apart_share_all_places(sessions: Sessions) -> None:
    assert [sessions.begin(str(number), None) for number in range(5)] == [[], [], [], [], [("0", None)]]


def test_sessions_that_ended_leave_their_places_but_not_when_a_stranger_says_so(sessions: Sessions) -> None:
    for name in ("a1", "a2", "a3"):
        sessions.begin(name, "a")
    sessions.end("a1", "b")
    assert sessions.begin("a4", "a") == [("a1", "a")]
    sessions.end("a2", "a")
    assert sessions.begin("a5", "a") == []


def test_sessions_that_nobody_used_for_long_have_ended_by_themselves(sessions: Sessions, clock: Clock) -> None:
    for name in ("a1", "a2", "a3"):
        sessions.begin(name, "a")
    with sessions.used("a2"):
        clock.now = 2000.0
        assert sessions.begin("a4", "a") == []
        assert sessions.begin("a5", "a") == []
        assert sessions.begin("a6", "a") == [("a4", "a")]
