"""What subscribers hear: everything that they asked for, in order, or how much they missed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.errors import UsageError
from crucible_tools.events import (
    CustomEvent,
    EventBus,
    EventsLost,
    EventType,
    PublishedEvent,
    ToolRegistered,
    ToolRemoved,
)


def removed(tool: str) -> ToolRemoved:
    return ToolRemoved(identifier=tool)


def sequences(events: Sequence[PublishedEvent]) -> list[int]:
    return [event.sequence for event in events]


tools = st.sampled_from(["a", "b", "notes/a"])


@given(st.lists(tools, max_size=40))
def test_nothing_is_lost_below_the_bound_and_the_order_is_that_of_publishing(names: list[str]) -> None:
    bus = EventBus()
    everything = bus.subscribe(capacity=max(1, len(names)))
    for name in names:
        bus.publish(removed(name))

    heard = everything.take()

    assert [event.event.identifier for event in heard] == names
    assert sequences(heard) == list(range(1, len(names) + 1))
    assert everything.lost == 0


@given(st.lists(tools, max_size=40))
def test_subscribers_of_one_tool_hear_its_events_in_the_order_of_those_who_hear_all(names: list[str]) -> None:
    bus = EventBus()
    everything, one = bus.subscribe(), bus.subscribe(pattern="a")
    for name in names:
        bus.publish(removed(name))

    assert one.take() == [event for event in everything.take() if event.event.identifier == "a"]


@given(st.integers(1, 5), st.lists(st.one_of(st.just("publish"), st.just("take")), max_size=60))
def test_whatever_a_slow_subscriber_misses_is_counted_where_it_would_have_stood(
    capacity: int, steps: list[str]
) -> None:
    bus = EventBus()
    slow = bus.subscribe(capacity=capacity)
    heard: list[PublishedEvent] = []
    for step in steps:
        if step == "publish":
            bus.publish(removed("a"))
        else:
            heard += slow.take()
    heard += slow.take()

    accounted: list[int] = []
    lost = 0
    for published in heard:
        if isinstance(published.event, EventsLost):
            gap = published.event
            assert gap.last - gap.first + 1 == gap.count
            accounted += range(gap.first, gap.last + 1)
            lost += gap.count
        else:
            accounted.append(published.sequence)
    assert accounted == list(range(1, steps.count("publish") + 1))
    assert lost == slow.lost
    assert sequences(heard) == sorted(set(sequences(heard)))


@given(st.integers(0, 10), st.integers(0, 10))
def test_after_unsubscribing_nothing_more_is_heard_and_what_waited_can_still_be_taken(before: int, after: int) -> None:
    bus = EventBus()
    left, stays = bus.subscribe(), bus.subscribe()
    for _ in range(before):
        bus.publish(removed("a"))
    left.close()
    left.close()
    for _ in range(after):
        bus.publish(removed("a"))

    assert len(left.take()) == before
    assert len(stays.take()) == before + after
    assert bus.subscribers == 1


def test_a_publisher_never_waits_and_a_slow_subscriber_keeps_no_more_than_its_bound() -> None:
    bus = EventBus()
    slow, quick = bus.subscribe(capacity=3), bus.subscribe(capacity=1000)
    for _ in range(1000):
        bus.publish(removed("a"))

    assert [type(event.event) for event in slow.take()] == [EventsLost, ToolRemoved, ToolRemoved, ToolRemoved]
    assert slow.lost == 997
    assert len(quick.take()) == 1000


def test_a_loss_is_told_to_subscribers_who_asked_for_other_types_only() -> None:
    bus = EventBus()
    few = bus.subscribe([EventType.TOOL_REMOVED], capacity=1)
    bus.publish(removed("a"))
    bus.publish(ToolRegistered(identifier="a", version="1.0.0", level="safe", replaced=False))
    bus.publish(removed("a"))

    lost, last = few.take()

    assert lost.event == EventsLost(count=1, first=1, last=1)
    assert last.sequence == 3


async def test_a_subscriber_waits_for_events_and_ends_when_the_bus_is_closed() -> None:
    bus = EventBus()
    subscription = bus.subscribe()
    heard: list[str] = []

    async def listen() -> None:
        async for published in subscription:
            heard.append(published.event.identifier)

    listening = asyncio.create_task(listen())
    for name in ("a", "b"):
        bus.publish(removed(name))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert heard == ["a", "b"]
    bus.publish(removed("c"))
    bus.close()
    await asyncio.wait_for(listening, 10)

    assert heard == ["a", "b", "c"]
    assert subscription.closed
    assert not bus.heard


async def test_events_of_one_subscription_can_be_shared_among_several_takers() -> None:
    bus = EventBus()
    shared = bus.subscribe()
    first, second = (asyncio.ensure_future(anext(shared)) for _ in range(2))
    await asyncio.sleep(0)
    bus.publish(removed("a"))
    bus.publish(removed("b"))

    taken = await asyncio.wait_for(asyncio.gather(first, second), 10)

    assert sorted(sequences(taken)) == [1, 2]


async def test_leaving_a_subscriptions_block_closes_it() -> None:
    bus = EventBus()
    async with bus.subscribe() as subscription:
        assert bus.heard
        bus.publish(removed("a"))
        assert (await anext(subscription)).event == removed("a")

    assert bus.subscribers == 0


def test_what_nobody_hears_is_not_counted() -> None:
    bus = EventBus()
    bus.publish(removed("a"))

    assert bus.published == 0
    assert not bus.heard


@pytest.mark.parametrize("capacity", [0, -1, True, 1.5, "many", None])
def test_a_subscription_without_room_is_refused(capacity: Any) -> None:
    with pytest.raises(UsageError, match="at least one event"):
        EventBus().subscribe(capacity=capacity)


@pytest.mark.parametrize("pattern", [None, 1, b"*"])
def test_a_pattern_that_is_no_text_is_refused_when_it_is_given_and_not_at_the_first_event(pattern: Any) -> None:
    bus = EventBus()
    with pytest.raises(UsageError, match="is no text"):
        bus.subscribe(pattern=pattern)
    assert not bus.heard


def test_an_application_publishes_events_of_its_own_which_no_subscriber_can_change() -> None:
    bus = EventBus(lambda: 1_700_000_000.5)
    first, second = bus.subscribe(["note:created"]), bus.subscribe(pattern="notes/*")
    payload = {"tags": ["a"]}
    bus.publish(CustomEvent.of("note:created", "notes/a.md", payload))
    payload["tags"].append("b")
    first.take()[0].event.data()["tags"].append("c")

    assert second.take()[0].to_json() == {
        "sequence": 1,
        "at": "2023-11-14T22:13:20.500000+00:00",
        "type": "note:created",
        "identifier": "notes/a.md",
        "data": {"tags": ["a"]},
    }


@pytest.mark.parametrize(
    ("name", "payload", "wrong"),
    [
        ("", {}, "no event type"),
        ("two words", {}, "no event type"),
        ("a" * 65, {}, "no event type"),
        ("tool_registered", {}, "this package's own"),
        ("fine", {"time": object()}, "not JSON"),
        ("fine", {"number": float("nan")}, "not JSON"),
        ("fine", {"text": "x" * 70_000}, "more than"),
        ("fine", ["a list"], "no object"),
        ("fine", "a text", "no object"),
        (None, {}, "no event type"),
        (b"fine", {}, "no event type"),
    ],
)
def test_an_event_that_is_none_is_refused(name: Any, payload: Any, wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        CustomEvent.of(name, payload=payload)


@pytest.mark.parametrize("identifier", [None, 7])
def test_an_event_about_what_is_no_text_is_refused_before_a_pattern_fails_at_it(identifier: Any) -> None:
    with pytest.raises(UsageError, match="the identifier of fine is no text"):
        CustomEvent.of("fine", identifier)
