"""Calls as streams, and calls that are cancelled by their id: by whoever knows it, whatever they are at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import anyio
import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, LogEvent, ProgressEvent, ResultEvent, ScriptEngine, StreamEvent
from crucible_tools.errors import CompileFailed, EngineBusy, ScriptNotFound, ToolNotFound
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.rehearsal import Part
from tests.engine.support import level, tool

STEPS = """
pub fn call(args) {
    for i in 0..args.n {
        crucible::log_info(`step ${i}`);
        progress::report((i as f64 + 1.0) / (args.n as f64), `did ${i}`);
    }
    args.n
}
"""

ENDLESS = {
    "loop": "pub fn main() { loop {} }",
    "native loop": "pub fn main() { (0..100000000000).iter().count() }",
    "loop in a callback": "pub fn main() { [1, 2].iter().map(|x| { loop {} }).collect::<Vec>() }",
    "recursion of native sorts": "pub fn main() { let v = []; for i in 0..1000 { v.push(i); } loop { v.sort(); } }",
    "text that grows": 'pub fn main() { loop { let s = String::new(); for i in 0..1000 { s.push_str("x"); } } }',
    "host calls": 'pub fn main() { loop { crucible::categorize_by_name("x"); } }',
}


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what is about to happen."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def collected(events: object) -> list[StreamEvent]:
    return [event async for event in events]  # type: ignore[attr-defined]


async def test_a_stream_gives_lines_and_progress_in_their_order_and_the_result_last(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), STEPS)
    events = await collected(engine.execute_tool_stream("tool", {"n": 2}))
    assert events[:4] == [
        LogEvent("info", "step 0"),
        ProgressEvent(0.5, "did 0"),
        LogEvent("info", "step 1"),
        ProgressEvent(1.0, "did 1"),
    ]
    last = events[4]
    assert isinstance(last, ResultEvent)
    assert last.result.result == 2
    assert last.result.metadata["logs"] == [{"level": "info", "text": f"step {i}"} for i in range(2)]


async def test_events_come_while_the_script_runs() -> None:
    module, opened = HostModule("gate"), asyncio.Event()

    @module.function(params={})
    async def enter() -> None:
        await opened.wait()

    async with ScriptEngine(modules=[module]) as engine:
        source = 'pub fn call(args) { println!("before"); gate::enter(); println!("after"); 1 }'
        await engine.register_tool(tool(), source, policy=level("development"))
        events = engine.execute_tool_stream("tool", {})
        assert await asyncio.wait_for(anext(events), 10) == LogEvent("print", "before\n")
        opened.set()
        rest = await collected(events)
    assert rest[0] == LogEvent("print", "after\n")
    assert isinstance(rest[1], ResultEvent)


async def test_events_of_a_script_on_a_workers_thread_keep_their_order(engine: ScriptEngine) -> None:
    source = """
    pub fn main(args) {
        for i in 0..args.n { for j in 0..2000 { let x = i * j; } crucible::log_info(`${i}`); }
        0
    }
    """
    events = await collected(engine.execute_script_source_stream(source, {"n": 300}))
    assert [event.text for event in events if isinstance(event, LogEvent)] == [str(i) for i in range(300)]
    assert isinstance(events[-1], ResultEvent)


async def test_a_failure_is_the_last_event_of_a_stream_and_not_an_exception(engine: ScriptEngine) -> None:
    source = 'pub fn main() { println!("so far"); panic("so far and no further") }'
    events = await collected(engine.execute_script_source_stream(source))
    assert events[0] == LogEvent("print", "so far\n")
    last = events[1]
    assert isinstance(last, ResultEvent)
    assert last.result.error is not None
    assert "no further" in last.result.error.message


async def test_what_cannot_be_called_is_an_error_of_the_stream(engine: ScriptEngine) -> None:
    with pytest.raises(ToolNotFound):
        engine.execute_tool_stream("missing", {})
    with pytest.raises(ScriptNotFound):
        engine.execute_script_stream("script-0")
    with pytest.raises(CompileFailed):
        await collected(engine.execute_script_source_stream("pub fn main( {"))


async def test_closing_a_stream_before_its_end_cancels_the_call(engine: ScriptEngine) -> None:
    source = 'pub fn main() { println!("begun"); loop {} }'
    events = engine.execute_script_source_stream(source)
    assert await anext(events) == LogEvent("print", "begun\n")
    await events.aclose()
    assert engine.list_executions() == []
    assert engine.get_resource_usage().running_calls == 0


async def test_progress_outside_of_its_range_stops_the_script_and_says_why(engine: ScriptEngine) -> None:
    result = await engine.execute_script_source('pub fn main() { progress::report(1.5, "too far") }')
    assert result.error is not None
    assert "the fraction 1.5 is not between 0 and 1" in result.error.message


async def test_progress_counts_as_a_line_of_the_log() -> None:
    config = ScriptEngineConfig(policy=level("safe", max_log_bytes=1000))
    async with ScriptEngine(config) as engine:
        source = 'pub fn main() { for i in 0..1000 { progress::report(0.5, "x"); } 1 }'
        result = await engine.execute_script_source(source)
    assert result.error is not None
    assert result.error.kind == "limit_exceeded"


async def test_a_rehearsed_tool_may_tell_its_progress(engine: ScriptEngine) -> None:
    part = Part(tool(), (Variant({"n": 1}, "with n"),))
    rehearsal = await engine.rehearse(STEPS, "x.rn", [part])
    assert [trial.result for trial in rehearsal.trials] == [1]
    assert rehearsal.trials[0].effects == ()
    alone = await engine.inspect_alone(STEPS, "x.rn")
    assert alone.compiles
    alone.close()


async def test_an_application_may_bring_its_own_progress() -> None:
    module, told = HostModule("progress", capability="basic"), list[tuple[float, str]]()

    @module.function(params={"fraction": "number", "message": "string"})
    def report(fraction: float, message: str) -> None:
        told.append((fraction, message))

    async with ScriptEngine(modules=[module]) as engine:
        await engine.execute_script_source('pub fn main() { progress::report(2.0, "own") }')
    assert told == [(2.0, "own")]


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
async def test_a_call_is_cancelled_by_its_id_whatever_it_runs(source: str, engine: ScriptEngine) -> None:
    context = ToolExecutionContext(call_id="mine")
    policy = level("safe", max_host_calls=None)
    await engine.set_security_policy(policy)
    call = asyncio.create_task(engine.execute_script_source(source, context=context))
    await until(lambda: engine.get_resource_usage().running_calls == 1)
    began = time.perf_counter()
    assert engine.cancel_execution("mine")
    result = await asyncio.wait_for(call, 5)
    assert time.perf_counter() - began < 2
    assert result.error is not None
    assert result.error.kind == "cancelled"
    assert not engine.cancel_execution("mine")
    assert (await engine.execute_script_source("pub fn main() { 1 }")).result == 1


async def test_a_waiting_call_is_cancelled_by_its_id_and_gives_its_place_up() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=1, max_queued_calls=1)) as engine:
        info = await engine.compile_script("pub fn main() { loop {} }")

        def begin(call_id: str) -> asyncio.Task[object]:
            return asyncio.create_task(
                engine.execute_script(info.script_id, context=ToolExecutionContext(call_id=call_id))
            )

        running, waiting = begin("running"), begin("waiting")
        await until(lambda: engine.get_resource_usage().waiting_calls == 1)
        assert engine.list_executions() == ["running", "waiting"]
        with pytest.raises(EngineBusy):
            await engine.execute_script(info.script_id)
        assert engine.cancel_execution("waiting")
        assert (await waiting).error.kind == "cancelled"  # type: ignore[attr-defined]
        assert engine.get_resource_usage().waiting_calls == 0
        assert engine.cancel_execution("running")
        assert (await running).error.kind == "cancelled"  # type: ignore[attr-defined]


async def test_a_call_is_cancelled_by_its_id_while_its_script_is_compiled() -> None:
    source = "pub fn main() { 1 }" + "".join(f"\nfn f{i}() {{ [{i}, {i}] }}" for i in range(3000))
    async with ScriptEngine(ScriptEngineConfig(enable_caching=False)) as engine:
        info = await engine.compile_script(source)
        await engine.execute_script(info.script_id)
        context = ToolExecutionContext(call_id="mine")
        call = asyncio.create_task(engine.execute_script(info.script_id, context=context))
        await until(lambda: engine.cancel_execution("mine"))
        result = await call
    assert result.error is not None
    assert result.error.kind == "cancelled"
    assert engine.instances == 0


async def test_all_calls_of_one_id_are_cancelled_together(engine: ScriptEngine) -> None:
    context = ToolExecutionContext(call_id="same")
    calls = [
        asyncio.create_task(engine.execute_script_source("pub fn main() { loop {} }", context=context))
        for _ in range(3)
    ]
    await until(lambda: engine.get_resource_usage().running_calls == 3)
    assert engine.cancel_execution("same")
    assert [(await call).error.kind for call in calls] == ["cancelled"] * 3  # type: ignore[union-attr]


async def test_a_reader_that_is_cancelled_again_and_again_cancels_its_call_once(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), 'pub fn call(args) { progress::report(0.1, "begun"); loop {} }')
    with anyio.CancelScope() as scope:
        async for _ in engine.execute_tool_stream("tool", {}):
            scope.cancel()  # from now on, each wait of this task is cancelled
    await until(lambda: not engine.list_executions())
