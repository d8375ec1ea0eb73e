"""Rounds: tasks that only make short calls let timers and other tasks have their turns."""

from __future__ import annotations

import asyncio
import time

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.rounds import ALONE_S, ROUND_S, Rounds
from crucible_tools.model.tools import ToolExecutionContext, ToolExecutionResult
from tests.engine.support import level, tool


async def test_a_round_is_not_over_when_it_has_just_begun() -> None:
    assert not Rounds().over


async def test_tasks_that_call_on_and_on_let_each_other_and_a_timer_in(engine: ScriptEngine) -> None:
    """None of these calls ever has to wait for anything: without rounds the first task would never end."""
    await engine.register_tool(tool(), "pub fn call(args) { 1 }")
    calls = [0] * 5
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, over.set)

    async def work(number: int) -> None:
        while not over.is_set():
            assert (await engine.execute_tool("tool", {})).result == 1
            calls[number] += 1

    async with asyncio.timeout(120):
        await asyncio.gather(*(work(number) for number in range(5)))
    assert min(calls) > 0


async def test_a_task_that_calls_again_is_held_up_sooner_than_one_that_calls_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    rounds, held_up = Rounds(), list[bool]()

    async def work(*times: float) -> None:
        nonlocal now
        for at in times:
            now = at
            held_up.append(rounds.over)

    await asyncio.gather(work(0, ALONE_S / 2, 2 * ALONE_S), work(2 * ALONE_S), work(2 * ROUND_S))
    assert held_up == [False, False, True, False, True]


async def test_of_several_tasks_that_call_again_each_makes_one_call_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.perf_counter", lambda: 0.0)
    rounds, order = Rounds(), list[int]()

    async def work(number: int) -> None:
        for _ in range(3):
            if rounds.over:
                await rounds.next()
            order.append(number)

    await asyncio.gather(*(work(number) for number in range(3)))
    # Nobody knows of the others before the first round is over.
    assert order == [0, 0, 0, 1, 2, 1, 2, 1, 2]


async def test_a_task_alone_makes_several_calls_a_round_also_when_others_called_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.perf_counter", lambda: 0.0)
    rounds = Rounds()

    async def work() -> None:
        assert not rounds.over

    await asyncio.gather(work(), work())
    for _ in range(2):
        await asyncio.sleep(0)
        assert not rounds.over
    assert not rounds.over


async def test_a_task_in_a_round_that_lasts_too_long_makes_one_call_and_then_the_next_one_does() -> None:
    """A round that never ends by itself: each task is let in once in every one of the loop's."""

    class Over(Rounds):
        @property
        def over(self) -> bool:
            return True

    rounds, order = Over(), list[int]()

    async def work(number: int) -> None:
        for _ in range(3):
            if rounds.over:
                await rounds.next()
            order.append(number)

    await asyncio.gather(*(work(number) for number in range(3)))
    assert order == [0, 1, 2] * 3


async def test_a_call_that_is_cancelled_while_the_loop_goes_round_waits_for_no_place() -> None:
    def call(call_id: str) -> asyncio.Task[ToolExecutionResult]:
        return asyncio.create_task(engine.execute_tool("tool", {}, ToolExecutionContext(call_id=call_id)))

    async def keep_the_loop() -> None:
        time.sleep(2 * ROUND_S)

    async def cancel(call_id: str) -> bool:
        return engine.cancel_execution(call_id)

    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=1)) as engine:
        await engine.register_tool(tool(), "pub fn call(args) { loop {} }", policy=level("development"))
        running = call("running")
        while engine.get_resource_usage().running_calls == 0:
            await asyncio.sleep(0)
        # All of them have their turns in one round, in this order.
        waiting = call("waiting")
        keeping = asyncio.create_task(keep_the_loop())
        held_up = call("held up")
        cancelling = asyncio.create_task(cancel("held up"))
        assert await cancelling
        result = await asyncio.wait_for(held_up, 30)
        assert result.error is not None
        assert result.error.kind == "cancelled"
        assert not waiting.done()
        engine.cancel_execution("waiting")
        engine.cancel_execution("running")
        await asyncio.gather(waiting, running, keeping)
