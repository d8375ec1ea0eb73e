"""Events are recorded while something is done, and read and followed from the state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crucible_tools.errors import StateLocked, UsageError
from crucible_tools.events import CustomEvent, Event, EventBus, ScriptCompiled, ToolRolledBack
from crucible_tools.model.enums import StopReason
from crucible_tools.operations.events import Wanted, events, follow, recorded, unknown_types, wanted
from crucible_tools.store.event_log import EventLog, NewEvent, Retention
from crucible_tools.store.place import Place, resolve
from crucible_tools.store.state import State

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A state in which nothing happened yet."""
    with State(tmp_path / ".crucible") as state, state.run("run-1", {}) as run:
        run.finish("completed", {})
    return resolve(tmp_path / ".crucible")


def rolled_back(tool: str = "a") -> Event:
    return ToolRolledBack(identifier=tool, run_id="run-1", active=True)


def kept(place: Place) -> list[tuple[str, str]]:
    return [(event.type, event.identifier) for event in EventLog(place).read()]


async def test_what_is_published_while_something_is_done_is_recorded_in_order(place: Place) -> None:
    bus = EventBus()
    async with recorded(bus.subscribe(), place):
        for name in ("a", "b", "a"):
            bus.publish(rolled_back(name))
        bus.publish(CustomEvent.of("note:created", "notes/a.md", {"n": 1}))

    assert kept(place) == [
        ("tool_rolled_back", "a"),
        ("tool_rolled_back", "b"),
        ("tool_rolled_back", "a"),
        ("note:created", "notes/a.md"),
    ]
    assert bus.subscribers == 0


async def test_what_is_published_is_recorded_before_the_end_too(place: Place) -> None:
    bus = EventBus()
    async with recorded(bus.subscribe(), place), asyncio.timeout(30):
        bus.publish(rolled_back())
        while not kept(place):
            await asyncio.sleep(0)


async def test_what_failed_is_recorded_up_to_its_failure(place: Place) -> None:
    bus = EventBus()

    async def fail() -> None:
        async with recorded(bus.subscribe(), place):
            bus.publish(rolled_back())
            raise KeyError

    with pytest.raises(KeyError):
        await fail()

    assert kept(place) == [("tool_rolled_back", "a")]


async def test_how_one_engine_goes_about_its_work_is_not_recorded(place: Place) -> None:
    bus = EventBus()
    async with recorded(bus.subscribe(), place):
        bus.publish(ScriptCompiled(identifier="a", reason=StopReason.FINISHED, seconds=0.1))

    assert kept(place) == []


async def test_a_loss_is_recorded_where_it_was(place: Place) -> None:
    bus = EventBus()
    async with recorded(bus.subscribe(capacity=1), place):
        for name in ("a", "b", "c"):
            bus.publish(rolled_back(name))

    lost, last = EventLog(place).read()
    assert (lost.type, lost.data) == ("events_lost", {"count": 2})
    assert last.identifier == "c"


async def test_nothing_fails_when_events_cannot_be_recorded(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.database.write_bytes(b"no database at all, for sure" * 100)
    bus = EventBus()
    with caplog.at_level(logging.WARNING, "crucible_tools.events"):
        async with recorded(bus.subscribe(), place):
            bus.publish(rolled_back())

    assert "1 event could not be recorded: the state" in caplog.text


class Busy:
    """A log whose state another program keeps busy for some attempts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, attempts: int) -> None:
        self.left = attempts
        append = EventLog.append

        def hindered(log: EventLog, events: Iterable[NewEvent], now: datetime | None = None) -> int:
            if self.left:
                self.left -= 1
                raise StateLocked("the state is in use by another program")
            return append(log, events, now)

        monkeypatch.setattr(EventLog, "append", hindered)


@pytest.mark.parametrize("attempts", [1, 3])
async def test_events_wait_for_a_state_that_is_busy_and_keep_their_order(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, attempts: int
) -> None:
    busy, bus = Busy(monkeypatch, attempts), EventBus()
    async with recorded(bus.subscribe(), place), asyncio.timeout(60):
        bus.publish(rolled_back("a"))
        while busy.left == attempts:
            await asyncio.sleep(0.01)
        bus.publish(rolled_back("b"))

    assert [name for _, name in kept(place)] == ["a", "b"]
    assert caplog.text == ""


async def test_events_of_a_state_that_stays_busy_are_lost_in_the_end_and_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Busy(monkeypatch, 1000)
    bus = EventBus()
    async with recorded(bus.subscribe(), place):
        bus.publish(rolled_back("a"))
        bus.publish(rolled_back("b"))

    assert kept(place) == []
    assert "2 events could not be recorded: the state is in use" in caplog.text


async def test_events_make_no_state(tmp_path: Path) -> None:
    bus = EventBus()
    async with recorded(bus.subscribe(), resolve(tmp_path / "none")):
        bus.publish(rolled_back())

    assert list(tmp_path.iterdir()) == []


def write(place: Place, *names: str, retention: Retention | None = None) -> None:
    found = [NewEvent(datetime.now(UTC), "tool_migrated", name, {}) for name in names]
    EventLog(place, retention).append(found)


async def test_events_are_chosen_by_type_tool_number_and_time(place: Place) -> None:
    write(place, "just_build", "slugify")
    EventLog(place).append([NewEvent(datetime.now(UTC), "error", "just_build", {})])

    async def chosen(**fields: object) -> list[int]:
        found = await events(str(place.folder), Wanted(**fields))  # type: ignore[arg-type]
        return [event.sequence for event in found.events]

    assert await chosen() == [1, 2, 3]
    assert await chosen(types=frozenset({"error"})) == [3]
    assert await chosen(pattern=wanted(tool="just_*").pattern) == [1, 3]
    assert await chosen(after=2) == [3]
    assert await chosen(since=datetime.now(UTC) + timedelta(hours=1)) == []


async def test_all_events_are_found_however_many_there_are(place: Place) -> None:
    write(place, *(f"t{number}" for number in range(1200)))
    found = await events(str(place.folder), Wanted())

    assert [event.identifier for event in found.events] == [f"t{number}" for number in range(1200)]


async def test_going_on_after_an_event_tells_what_is_no_longer_kept(place: Place) -> None:
    write(place, *"abcdef", retention=Retention(count=2))

    assert (await events(str(place.folder), Wanted(after=2))).forgotten == 4
    assert (await events(str(place.folder), Wanted(after=4))).forgotten == 0
    assert (await events(str(place.folder), Wanted())).forgotten == 0


async def heard(place: Path, what: Wanted, until: int, then: Callable[[int], None]) -> list[str]:
    """The identifiers that a follower hears, and what is done meanwhile: `then` is told how many it has."""
    names: list[str] = []
    async with asyncio.timeout(60):
        async for found in follow(str(place), what):
            names += [event.identifier for event in found.events]
            if len(names) >= until:
                return names
            then(len(names))
    raise AssertionError("following has no end")


async def test_a_follower_hears_what_was_and_then_what_comes(place: Place) -> None:
    write(place, "a", "b")

    assert await heard(place.folder, Wanted(), 3, lambda count: write(place, "c")) == ["a", "b", "c"]
    assert await heard(place.folder, Wanted(after=1), 3, lambda count: write(place, "d")) == ["b", "c", "d"]


async def test_a_follower_waits_for_a_state_that_does_not_exist_yet(tmp_path: Path) -> None:
    folder = tmp_path / ".crucible"
    following = asyncio.create_task(heard(folder, Wanted(), 1, lambda count: None))
    await asyncio.sleep(0)
    with State(folder) as state, state.run("run-1", {}) as run:
        run.finish("completed", {})
    write(resolve(folder), "a")

    assert await following == ["a"]


async def test_a_slow_follower_is_told_what_was_forgotten_meanwhile(place: Place) -> None:
    write(place, "a")
    following = follow(str(place.folder), Wanted())
    async with asyncio.timeout(60):
        first = await anext(following)
        write(place, *"bcdef", retention=Retention(count=2))
        second = await anext(following)
    await following.aclose()

    assert [event.sequence for event in first.events] == [1]
    assert ([event.sequence for event in second.events], second.forgotten) == ([5, 6], 4)


def test_since_is_a_number_or_a_time() -> None:
    assert wanted(since="17") == Wanted(after=17)
    assert wanted(since="2026-11-24T12:00:00Z") == Wanted(since=NOON)
    for wrong, said in (("soon", "is no time"), ("-1", "is no time"), ("9999-01-01", "has not come yet")):
        with pytest.raises(UsageError, match=said):
            wanted(since=wrong)


def test_types_that_are_not_of_this_package_are_named_with_near_ones() -> None:
    assert unknown_types(wanted(types=["error", "eror", "note:created"])) == [("eror", ["error"]), ("note:created", [])]
