"""Threads for long calls: first turns come first, nobody starves, and what waits can be taken back."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.workers import Job, Workers
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import tool


class Busy:
    """A pool of one thread that is kept busy until the test lets it go."""

    def __init__(self) -> None:
        self.workers = Workers(1)
        self.order: list[str] = []
        self._go = threading.Event()
        entered = threading.Event()

        def hold() -> bool:
            entered.set()
            return self._go.wait(10)

        self.held = self.workers.submit(hold)
        entered.wait(10)

    def submit(self, name: str, turn: int) -> Job:
        def work() -> bool:
            self.order.append(name)
            return True

        return self.workers.submit(work, turn)

    async def run(self, jobs: list[Job]) -> None:
        self._go.set()
        for job in (self.held, *jobs):
            await job.wait(10)
        self.workers.close()


async def test_a_first_turn_comes_before_later_turns_that_wait_for_longer() -> None:
    busy = Busy()
    jobs = [busy.submit("old", 3), busy.submit("old too", 1), busy.submit("new", 0)]
    await busy.run(jobs)
    assert busy.order == ["new", "old", "old too"]
    assert all(job.result() for job in jobs)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")
async def test_the_thread_of_the_event_loop_comes_before_those_of_long_calls() -> None:
    workers = Workers(1)
    seen: list[int] = []

    def look() -> bool:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return True

    await workers.submit(look).wait(10)
    workers.close()
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert seen[0] > here or seen == [19]


async def test_a_later_turn_waits_for_a_bounded_number_of_first_ones() -> None:
    busy = Busy()
    jobs = [busy.submit("old", 1), *(busy.submit("new", 0) for _ in range(20))]
    await busy.run(jobs)
    assert busy.order.index("old") == Workers.PATIENCE


async def test_work_that_waits_is_taken_back_and_never_runs() -> None:
    busy = Busy()
    assert busy.workers.crowded is False
    taken, other = busy.submit("taken back", 0), busy.submit("other", 0)
    assert busy.workers.crowded
    assert taken.cancel()
    await busy.run([other])
    assert busy.order == ["other"]
    assert taken.result() is False


async def test_work_that_runs_is_not_taken_back() -> None:
    entered, go = threading.Event(), threading.Event()
    workers = Workers(1)

    def work() -> bool:
        entered.set()
        return go.wait(10)

    job = workers.submit(work)
    await asyncio.to_thread(entered.wait, 10)
    assert not job.cancel()
    go.set()
    assert await job.wait(10)
    assert job.result()
    workers.close()


async def test_an_error_of_the_work_is_raised_to_who_waits_and_the_thread_goes_on() -> None:
    workers = Workers(1)

    def fail() -> bool:
        raise KeyboardInterrupt

    job = workers.submit(fail)
    await job.wait(10)
    with pytest.raises(KeyboardInterrupt):
        job.result()
    again = workers.submit(lambda: True)
    await again.wait(10)
    assert again.result()
    workers.close()


async def test_closing_takes_waiting_work_back_and_ends_the_threads() -> None:
    begun, go = threading.Event(), threading.Event()
    workers = Workers(1)

    def work() -> bool:
        begun.set()
        return go.wait(120)

    running = workers.submit(work)
    assert begun.wait(120)
    waiting = workers.submit(lambda: True)
    assert waiting.cancel()
    dropped = workers.submit(lambda: True)
    threading.Timer(0.01, go.set).start()
    await asyncio.to_thread(workers.close)
    workers.close()
    for job in (running, waiting, dropped, workers.submit(lambda: True)):
        await job.wait(10)
    assert (running.result(), waiting.result(), dropped.result()) == (True, False, False)


async def test_a_call_that_waits_for_a_thread_is_cancelled_at_once(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { loop {} }")
    ids = [f"c{number}" for number in range(8)]
    calls = [
        asyncio.create_task(engine.execute_tool("tool", {}, ToolExecutionContext(call_id=call_id))) for call_id in ids
    ]
    await asyncio.sleep(0.05)
    for call_id in ids:
        assert engine.cancel_execution(call_id)
    results = await asyncio.wait_for(asyncio.gather(*calls), 10)
    assert {result.error.kind for result in results if result.error} == {"cancelled"}
    assert engine.get_resource_usage().running_calls == 0


async def test_a_short_call_ends_while_more_endless_ones_run_than_there_are_threads() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=50)) as engine:
        await engine.register_tool(tool("endless"), "pub fn call(args) { loop {} }")
        # Some slices long, so that it needs a thread.
        await engine.register_tool(tool("long"), "pub fn call(args) { let s = 0; for i in 0..200000 { s += i; } s }")
        endless = [asyncio.create_task(engine.execute_tool("endless", {})) for _ in range(10)]
        result = await asyncio.wait_for(engine.execute_tool("long", {}), 9)
        assert result.success
        assert not any(call.done() for call in endless)
        for call in endless:
            call.cancel()
        await asyncio.gather(*endless, return_exceptions=True)
