"""The queue of calls: bounds that hold, turns that go round, and nothing lost whoever gives up when."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.engine.queue import CallQueue, Line
from crucible_tools.errors import EngineBusy, ToolInactive


async def settle() -> None:
    """Lets every task that can go on do so."""
    for _ in range(3):
        await asyncio.sleep(0)


async def wait_in(queue: CallQueue, line: Line, order: list[str], timeout_s: float | None = None) -> bool:
    entered = await queue.enter(line, queue.join(line), timeout_s)
    if entered:
        order.append(line.name)
    return entered


async def test_free_places_go_round_the_tools_however_many_calls_each_has_waiting() -> None:
    queue, order = CallQueue(1, 100), []
    flood, one, other = Line("flood", None), Line("one", None), Line("other", None)
    assert queue.try_enter(flood)
    lines = [flood] * 20 + [one] * 2 + [other] * 2
    tasks = [asyncio.create_task(wait_in(queue, line, order)) for line in lines]
    await settle()
    current = flood
    for _ in lines:
        queue.leave(current)
        await settle()
        current = {"flood": flood, "one": one, "other": other}[order[-1]]
    assert order[:6] == ["flood", "one", "other", "flood", "one", "other"]
    assert Counter(order) == Counter(line.name for line in lines)
    await asyncio.gather(*tasks)


async def test_a_tool_at_its_own_limit_keeps_nobody_else_from_a_free_place() -> None:
    queue, order = CallQueue(2, 10), []
    narrow, other = Line("narrow", 1), Line("other", None)
    assert queue.try_enter(narrow)
    assert not queue.try_enter(narrow)
    waiting = asyncio.create_task(wait_in(queue, narrow, order))
    await settle()
    assert queue.try_enter(other)
    queue.leave(narrow)
    await waiting
    assert order == ["narrow"]


async def test_a_full_queue_refuses_the_tool_that_floods_it_and_says_who_waits() -> None:
    queue, order = CallQueue(1, 3), []
    flood = Line("flood", None)
    assert queue.try_enter(flood)
    tasks = [asyncio.create_task(wait_in(queue, flood, order)) for _ in range(3)]
    await settle()
    with pytest.raises(EngineBusy, match="flood cannot be called now: 1 calls run and 3 wait") as caught:
        queue.join(flood)
    assert caught.value.details() == {"running": 1, "waiting": {"flood": 3}}
    assert caught.value.hint is not None
    assert queue.full
    queue.expel_all(ToolInactive("over"))
    assert {type(end) for end in await asyncio.gather(*tasks, return_exceptions=True)} == {ToolInactive}


async def test_a_full_queue_takes_a_place_from_the_longest_line_for_a_tool_that_has_none() -> None:
    queue, order = CallQueue(1, 3), []
    flood, quiet = Line("flood", None), Line("quiet", None)
    assert queue.try_enter(flood)
    floods = [asyncio.create_task(wait_in(queue, flood, order)) for _ in range(3)]
    await settle()
    patient = asyncio.create_task(wait_in(queue, quiet, order))
    await settle()
    assert [task.done() for task in floods] == [False, False, True]
    assert isinstance(floods[2].exception(), EngineBusy)
    for line in (flood, flood, quiet):
        queue.leave(line)
        await settle()
    await asyncio.gather(patient, *floods[:2])
    assert order == ["flood", "quiet", "flood"]


async def test_nobody_may_wait_in_a_queue_without_places() -> None:
    queue, line = CallQueue(1, 0), Line("tool", None)
    assert queue.try_enter(line)
    with pytest.raises(EngineBusy, match="nobody may wait"):
        queue.join(line)
    assert queue.refused == 1


async def test_a_place_that_comes_in_the_moment_of_a_cancellation_goes_to_the_next() -> None:
    queue, order, line = CallQueue(1, 5), [], Line("tool", None)
    assert queue.try_enter(line)
    first, second = (asyncio.create_task(wait_in(queue, line, order)) for _ in range(2))
    await settle()
    queue.leave(line)
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert first.cancelled()
    assert (order, queue.running, queue.waiting) == (["tool"], 1, 0)


async def test_a_cancelled_ticket_ends_its_waiting_without_a_place() -> None:
    queue, line = CallQueue(1, 5), Line("tool", None)
    assert queue.try_enter(line)
    ticket = queue.join(line)
    waiting = asyncio.create_task(queue.enter(line, ticket))
    await settle()
    ticket.cancel()
    assert await waiting is False
    assert (queue.running, queue.waiting) == (1, 0)


async def test_whoever_waits_too_long_is_told_so_and_leaves_no_trace() -> None:
    queue, line = CallQueue(1, 5), Line("tool", None)
    assert queue.try_enter(line)
    with pytest.raises(TimeoutError):
        await queue.enter(line, queue.join(line), 0.001)
    assert (queue.running, queue.waiting) == (1, 0)


async def test_wider_bounds_let_waiting_calls_in_at_once() -> None:
    queue, order = CallQueue(1, 10), []
    line = Line("tool", 2)
    assert queue.try_enter(line)
    tasks = [asyncio.create_task(wait_in(queue, line, order)) for _ in range(4)]
    await settle()
    queue.resize(10, 10)
    await settle()
    assert len(order) == 1
    queue.widen(line, None)
    await asyncio.gather(*tasks)
    assert len(order) == 4


STEPS = st.lists(
    st.tuples(st.sampled_from(["call", "leave", "cancel", "withdraw", "expel", "resize"]), st.integers(0, 40)),
    max_size=60,
)


@settings(deadline=None, max_examples=150)
@given(
    STEPS,
    st.integers(1, 4),
    st.integers(0, 8),
    st.lists(st.one_of(st.none(), st.integers(1, 3)), min_size=1, max_size=4),
)
def test_whatever_happens_bounds_hold_no_place_is_idle_while_somebody_could_use_it_and_nothing_is_lost(
    steps: list[tuple[str, int]], most_running: int, most_waiting: int, limits: list[int | None]
) -> None:
    async def live() -> None:
        queue, bound = CallQueue(most_running, most_waiting), most_running
        lines = [Line(str(i), limit) for i, limit in enumerate(limits)]
        running: list[Line] = []
        waiting: dict[asyncio.Task[bool], tuple[Line, asyncio.Future[None]]] = {}
        ends: Counter[str] = Counter()

        async def collect() -> None:
            await settle()
            for task in [task for task in waiting if task.done()]:
                line, _ = waiting.pop(task)
                if task.cancelled():
                    ends["cancelled"] += 1
                elif task.exception() is not None:
                    ends[type(task.exception()).__name__] += 1
                elif task.result():
                    running.append(line)
                    ends["entered"] += 1
                else:
                    ends["withdrawn"] += 1

        begun = 0
        for step, number in steps:
            line = lines[number % len(lines)]
            chosen = list(waiting)[number % len(waiting)] if waiting else None
            if step == "call":
                begun += 1
                if queue.try_enter(line):
                    running.append(line)
                    ends["entered"] += 1
                else:
                    try:
                        ticket = queue.join(line)
                    except EngineBusy:
                        ends["refused"] += 1
                    else:
                        waiting[asyncio.ensure_future(queue.enter(line, ticket))] = (line, ticket)
                        await asyncio.sleep(0)
            elif step == "leave" and running:
                queue.leave(running.pop(number % len(running)))
            elif step == "cancel" and chosen is not None:
                chosen.cancel()
            elif step == "withdraw" and chosen is not None:
                waiting[chosen][1].cancel()
            elif step == "expel":
                queue.expel(line, ToolInactive("over"))
            elif step == "resize":
                bound = max(bound, 1 + number % 5)
                queue.resize(bound, most_waiting)
            # Half of the steps see tasks that have not noticed yet what happened to them.
            if number % 2:
                await collect()
        await collect()
        assert sum(ends.values()) + len(waiting) == begun
        assert queue.running == len(running) <= bound
        assert queue.waiting == len(waiting) <= most_waiting
        for line in lines:
            assert line.running == sum(each is line for each in running)
            assert line.limit is None or line.running <= line.limit
            waits = sum(other is line for other, _ in waiting.values())
            assert len(line.waiting) == waits
            assert not waits or line.full or queue.running == bound
        while running:
            queue.leave(running.pop())
            await collect()
        assert not waiting
        assert (queue.running, queue.waiting) == (0, 0)

    asyncio.run(live())


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=6))
def test_while_all_tools_wait_none_is_ever_a_turn_ahead_of_another(waiting: list[int]) -> None:
    async def live() -> None:
        queue = CallQueue(1, sum(waiting))
        lines, busy = [Line(str(i), None) for i in range(len(waiting))], Line("busy", None)
        assert queue.try_enter(busy)
        tickets = [(line, queue.join(line)) for line, count in zip(lines, waiting, strict=True) for _ in range(count)]
        queue.leave(busy)
        turns: Counter[str] = Counter({line.name: 0 for line in lines})
        for _ in range(min(waiting) * len(lines)):
            line, ticket = next(pair for pair in tickets if pair[1].done())
            tickets.remove((line, ticket))
            turns[line.name] += 1
            assert max(turns.values()) - min(turns.values()) <= 1
            queue.leave(line)

    asyncio.run(live())
