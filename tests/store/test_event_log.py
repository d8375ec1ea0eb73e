"""Events are kept in their order, for a bounded time and number, and no number is given twice."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.errors import StateDamaged, StateLocked, StateTooNew
from crucible_tools.store.event_log import EventLog, NewEvent, Retention, StoredEvent
from crucible_tools.store.place import resolve
from crucible_tools.store.state import State
from tests.on_server import execute, kept_busy
from tests.store.conftest import fill

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def event(number: int = 0, at: datetime = NOON, type: str = "tool_migrated") -> NewEvent:
    return NewEvent(at, type, f"tool-{number}", {"number": number})


def numbers(events: list[StoredEvent]) -> list[int]:
    return [item.data["number"] for item in events]


@pytest.fixture
def log(state: State, folder: Path) -> EventLog:
    """The log of a state that exists."""
    fill(state)
    return EventLog(resolve(folder))


def test_events_are_read_as_they_were_kept(log: EventLog) -> None:
    first, second = NewEvent(NOON, "error", "a", {"message": "é\x00\ud800"}), event(2, NOON + timedelta(seconds=1))
    assert log.append([first, second], NOON) == 2

    read = log.read()
    assert [item.to_json() for item in read] == [
        {
            "sequence": 1,
            "at": "2026-11-24T12:00:00.000000+00:00",
            "type": "error",
            "identifier": "a",
            "data": {"message": "é\x00\ud800"},
        },
        {
            "sequence": 2,
            "at": "2026-11-24T12:00:01.000000+00:00",
            "type": "tool_migrated",
            "identifier": "tool-2",
            "data": {"number": 2},
        },
    ]


def test_an_identifier_that_is_no_unicode_is_kept_escaped(log: EventLog) -> None:
    log.append([NewEvent(NOON, "error", "a\ud800", {})], NOON)

    assert log.read()[0].identifier == "a\\ud800"


def test_reading_goes_on_after_a_sequence_or_begins_at_a_time(log: EventLog) -> None:
    log.append([event(number, NOON + timedelta(minutes=number)) for number in range(5)], NOON)

    assert numbers(log.read(after=3)) == [3, 4]
    assert numbers(log.read(since=NOON + timedelta(minutes=2))) == [2, 3, 4]
    assert numbers(log.read(limit=2)) == [0, 1]
    assert log.bounds() == (1, 5)


@settings(max_examples=25)
@given(count=st.integers(1, 6), batches=st.lists(st.integers(0, 5), max_size=8))
def test_the_newest_events_are_kept_and_sequences_only_grow(count: int, batches: list[int]) -> None:
    with TemporaryDirectory() as root, State(Path(root) / "state") as state:
        fill(state)
        log = EventLog(state.place, Retention(count=count))
        added = 0
        for size in batches:
            log.append([event(added + number) for number in range(1, size + 1)], NOON)
            added += size
            kept = log.read()
            assert numbers(kept) == list(range(max(1, added - count + 1), added + 1))
            assert [item.sequence for item in kept] == numbers(kept)


def test_old_events_are_forgotten_but_the_newest_so_that_no_number_is_given_twice(log: EventLog) -> None:
    log.append([event(1), event(2)], NOON)
    later = NOON + timedelta(days=31)
    log.append([event(3, NOON)], later)
    assert [item.sequence for item in log.read()] == [3]

    log.append([event(4, later)], later)
    assert [item.sequence for item in log.read()] == [4]


def test_where_there_is_no_state_no_event_makes_one(folder: Path) -> None:
    log = EventLog(resolve(folder))

    assert log.append([event()], NOON) == 0
    assert log.read() == []
    assert log.bounds() == (0, 0)
    assert not folder.exists()


def test_several_writers_lose_nothing(log: EventLog) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 20):
            log.append([event(number)], NOON)

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    kept = log.read()
    assert [item.sequence for item in kept] == list(range(1, 61))
    for start in (0, 100, 200):
        assert [number for number in numbers(kept) if start <= number < start + 20] == list(range(start, start + 20))


@pytest.mark.sqlite_only("the first release had no other")
def test_a_state_of_the_first_release_is_upgraded_to_keep_events(folder: Path) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / "crucible.db")
    connection.executescript(Path(__file__).with_name("state_1.sql").read_text())
    connection.close()
    log = EventLog(resolve(folder))

    log.append([event(1)], NOON)
    assert numbers(log.read()) == [1]


def test_a_newer_state_is_refused(log: EventLog, folder: Path) -> None:
    execute(folder, "UPDATE schema_upgrades SET version = 99")

    for use in (lambda: log.append([event()], NOON), log.read, log.bounds):
        with pytest.raises(StateTooNew, match="99"):
            use()


def test_a_damaged_event_is_named(log: EventLog, folder: Path) -> None:
    log.append([event(1)], NOON)
    execute(folder, "UPDATE events SET data = '{'")

    with pytest.raises(StateDamaged, match="event 1"):
        log.read()


def test_a_state_that_another_program_keeps_busy_is_not_waited_for_long(log: EventLog, folder: Path) -> None:
    with kept_busy(folder), pytest.raises(StateLocked):
        EventLog(log.place, busy_seconds=0.01).append([event(1)], NOON)

    assert log.read() == []
