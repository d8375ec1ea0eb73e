"""What a running engine counts, and what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crucible_tools import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import CompileFailed, EngineBusy
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.monitoring.prometheus import Exposition
from tests.engine.support import level, tool

ECHO = "pub fn call(args) { args }"
WAITS = "pub async fn call(args) { door::pass().await }"


class Door:
    """A host function that scripts wait at."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.reached = asyncio.Semaphore(0)
        self.module = HostModule("door", capability="door")

        async def wait() -> int:
            self.reached.release()
            await self.opened.wait()
            return 1

        self.module.add("pass", wait, params={}, awaited=True)


@pytest.fixture
async def door() -> Door:
    return Door()


@pytest.fixture
async def engine(door: Door) -> AsyncIterator[ScriptEngine]:
    config = ScriptEngineConfig(max_concurrent_operations=2, max_queued_calls=1)
    async with ScriptEngine(config, modules=[door.module]) as running:
        yield running


async def test_calls_count_by_how_they_ended_refused_ones_too(engine: ScriptEngine) -> None:
    schema = {"type": "object", "required": ["n"]}
    await engine.register_tool(
        tool(input_schema=schema), "pub fn call(args) { if args.n == 0 { Err(1) } else { args.n } }"
    )
    late = ToolExecutionContext(deadline=datetime.now(UTC) - timedelta(seconds=1))
    for arguments, context in (({"n": 1}, None), ({"n": 0}, None), ({}, None), ({"n": 1}, late)):
        await engine.execute_tool("tool", arguments, context)
    ends = {"finished": 1, "tool_error": 1, "invalid_arguments": 1, "timed_out": 1}
    assert engine.snapshot().calls() == ends


async def test_running_and_waiting_calls_are_seen_and_busy_ones_counted(engine: ScriptEngine, door: Door) -> None:
    await engine.register_tool(tool(), WAITS, policy=level("development"))
    calls = [asyncio.ensure_future(engine.execute_tool("tool", {})) for _ in range(2)]
    for _ in calls:
        await door.reached.acquire()
    calls.append(asyncio.ensure_future(engine.execute_tool("tool", {})))
    await asyncio.sleep(0)
    with pytest.raises(EngineBusy):
        await engine.execute_tool("tool", {})
    usage = engine.snapshot().usage
    assert (usage.running_calls, usage.waiting_calls, usage.most_running, usage.most_waiting) == (2, 1, 2, 1)
    door.opened.set()
    assert [each.result for each in await asyncio.gather(*calls)] == [1, 1, 1]
    after = engine.snapshot()
    assert (after.usage.running_calls, after.usage.waiting_calls) == (0, 0)
    assert after.calls() == {"finished": 3, "busy": 1}


async def test_a_call_whose_task_is_cancelled_counts_as_cancelled(engine: ScriptEngine, door: Door) -> None:
    await engine.register_tool(tool(), WAITS, policy=level("development"))
    call = asyncio.ensure_future(engine.execute_tool("tool", {}))
    await door.reached.acquire()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert engine.snapshot().calls() == {"cancelled": 1}


async def test_host_calls_and_waits_count_by_capability(engine: ScriptEngine, door: Door) -> None:
    door.opened.set()
    await engine.register_tool(tool(), WAITS, policy=level("development"))
    await engine.execute_tool("tool", {})
    now = engine.snapshot()
    assert now.host_calls == {"application": 1}
    assert sum(now.host_times["application"].buckets) == 1


async def test_denials_count_by_capability(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), 'pub async fn call(args) { crucible::file_read("/etc/passwd").await }')
    assert not (await engine.execute_tool("tool", {})).success
    now = engine.snapshot()
    assert (now.denials, now.calls()) == ({"file": 1}, {"denied": 1})


async def test_loads_count_by_how_they_ended(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ECHO)
    with pytest.raises(CompileFailed):
        await engine.register_tool(tool("broken"), "pub fn call(")
    now = engine.snapshot()
    assert now.loads == {"finished": 1, "script_error": 1}
    assert sum(now.load_times.buckets) == 2


async def test_the_text_for_prometheus_is_what_the_engine_did(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ECHO)
    await engine.execute_tool("tool", {})
    text = Exposition(engine.snapshot).text().decode()
    found = {
        (sample.name, sample.labels.get("tool"), sample.labels.get("reason")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["crucible_calls_total", "tool", "finished"] == 1
    assert found["crucible_registered_tools", None, None] == 1
    assert found["crucible_vms", None, None] == 1


async def test_an_engine_that_was_stopped_says_so() -> None:
    engine = ScriptEngine()
    assert not engine.snapshot().running


async def test_events_and_those_that_a_slow_subscriber_missed_are_counted(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ECHO)
    assert engine.snapshot().usage.events == 0
    slow = engine.subscribe(capacity=1)
    for _ in range(3):
        await engine.execute_tool("tool", {})
    usage = engine.snapshot().usage
    assert (usage.events_lost, usage.subscribers) == (usage.events - 1, 1)
    slow.close()
    after = engine.snapshot().usage
    assert (after.events, after.events_lost, after.subscribers) == (usage.events, usage.events_lost, 0)
    assert usage.events_lost > 0


async def test_the_first_events_of_a_kind_are_an_increase_of_a_series_that_was_there(engine: ScriptEngine) -> None:
    """As an alert sees them: the figures of one scrape, less those of the scrape before."""
    await engine.register_tool(tool(), 'pub async fn call(args) { crucible::file_read("/etc/passwd").await }')
    page = Exposition(engine.snapshot)

    def scraped() -> dict[tuple[str, ...], float]:
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(page.text().decode())
            for sample in family.samples
        }

    before = scraped()
    for _ in range(5):
        await engine.execute_tool("tool", {})
    with pytest.raises(CompileFailed):
        await engine.register_tool(tool("broken"), "pub fn call(")
    after = scraped()
    for series, count in (
        (("crucible_calls_total", "denied", "tool"), 5),
        (("crucible_denials_total", "file"), 5),
        (("crucible_loads_total", "script_error"), 1),
    ):
        assert after[series] - before[series] == count


async def test_a_tool_that_was_removed_or_never_loaded_has_no_record_and_its_calls_stay_counted(
    engine: ScriptEngine, door: Door
) -> None:
    await engine.register_tool(tool(), WAITS, policy=level("development"))
    call = asyncio.ensure_future(engine.execute_tool("tool", {}))
    await door.reached.acquire()
    await engine.retire_tool("tool")
    with pytest.raises(CompileFailed):
        await engine.register_tool(tool("broken"), "pub fn call(")
    door.opened.set()
    assert (await call).result == 1
    assert dict(engine.snapshot().tools) == {}
    assert engine.get_execution_stats().calls == 1


async def test_a_cache_that_was_cleared_does_not_degrade_the_service(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ECHO)
    for _ in range(40):
        engine.clear_cache()
        await engine.execute_tool("tool", {})
    assert (await engine.health()).details == ()
