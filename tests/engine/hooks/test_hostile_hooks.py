"""Hooks that attack: the calls that they look at go on, and the engine stays what it was."""

from __future__ import annotations

import asyncio

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import EngineBusy
from crucible_tools.events import CustomEvent
from crucible_tools.model.hooks import HookEffect
from crucible_tools.model.tools import ToolExecutionResult
from tests.engine.hooks.support import echo, hook
from tests.engine.support import level, tool

HOSTILE = {
    "an endless loop": ("loop {}", "timed_out"),
    "an endless native loop": ("(0..).iter().count(); event", "timed_out"),
    "all memory": ('let s = "x"; loop { s = `${s}${s}`; }', "out_of_memory"),
    "endless recursion": ("fn f(n) { f(n + 1) + 1 } f(0)", "out_of_memory"),
    "a value that is none": ("ctx", "bad_value"),
    "an endless answer": ("let l = []; l.push(l); event.payload = l; event", ""),
    "a huge event": ('let s = "xxxxxxxxxxxxxxxx"; for _ in 0..20 { s = `${s}${s}`; } event.payload.s = s; event', ""),
    "a storm of events": ('for n in 0..1000 { ctx.emit_custom("storm", n); } event', "at most 16 events"),
    "an event of the engine": ('ctx.emit(#{ event_type: "tool:before", payload: #{} }); event', "only the engine"),
    "an event of a name of ours": ('ctx.emit_custom("script_executed", 1); event', "this package's own"),
    "an event that is none": ("ctx.emit(#{ payload: 1 }); event", "needs an event_type"),
    "a huge emitted event": (
        'let s = "xxxxxxxxxxxxxxxx"; for _ in 0..14 { s = `${s}${s}`; } ctx.emit_custom("big", s); event',
        "more than 65536 bytes",
    ),
    "keeping too much": (
        'let s = "xxxxxxxxxxxxxxxx"; for _ in 0..13 { s = `${s}${s}`; } ctx.set("s", s); event',
        "keeps at most 65,536 bytes",
    ),
    "keeping too many": ("for n in 0..300 { ctx.set(`${n}`, 1); } event", "at most 256 keys"),
    "a key that is none": ("ctx.set(1, 1); event", "must be of type string"),
    "what it has no power for": ('fs::read_to_string("/etc/passwd"); event', "denied"),
}


@pytest.mark.parametrize(("body", "message"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_hook_stops_no_call_and_is_told(engine: ScriptEngine, body: str, message: str) -> None:
    await echo(engine)
    heard = engine.subscribe("hook_acted")
    await hook(engine, body, time_limit_s=0.2 if message == "timed_out" else 5.0)
    for _ in range(2):
        assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 1}
    acts = [published.event.data() for published in heard.take()]
    assert [act["effect"] for act in acts] == [HookEffect.FAILED] * 2
    assert message in acts[0]["message"]


async def test_a_hook_that_cancels_everything_refuses_only_what_it_sees(engine: ScriptEngine) -> None:
    await echo(engine)
    await echo(engine, "power", policy=level("development"))
    await hook(engine, "event.cancelled = true; event", None)
    assert not (await engine.execute_tool("echo", {"n": 1})).success
    assert (await engine.execute_tool("power", {"n": 1})).success


async def test_events_of_hooks_end_also_when_hooks_answer_each_other(engine: ScriptEngine) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        await hook(engine, 'ctx.emit_custom("ping", 1); ctx.emit_custom("ping", 2); ()', "ping", name=name)
    engine.publish(CustomEvent.of("ping"))
    await engine.settle_hooks()
    runs = sum(sum(info.runs.values()) for info in engine.list_hooks())
    assert 6 < runs < 2000


async def test_a_storm_of_events_is_lost_counted_and_one_line_of_the_log(
    engine: ScriptEngine, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b", "c"):
        await hook(engine, 'for n in 0..16 { ctx.emit_custom("storm", n); } ()', "storm", name=name)
    engine.publish(CustomEvent.of("storm"))
    await engine.settle_hooks()
    lost = engine.get_resource_usage().events_lost
    assert lost > 0
    assert [record.getMessage() for record in caplog.records] == [
        f"{lost} events for hooks were lost: more than 256 waited"
    ]


async def test_a_flood_of_calls_does_not_wait_in_hooks_without_bound() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_concurrent_operations=2, max_queued_calls=3)) as engine:
        await echo(engine)
        await hook(engine, "loop {}", time_limit_s=0.2)
        calls = [asyncio.ensure_future(engine.execute_tool("echo", {"n": 1})) for _ in range(8)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(result, EngineBusy) for result in results) == 3
        assert sum(isinstance(result, ToolExecutionResult) and result.success for result in results) == 5
        assert engine.get_execution_stats().refused == 3
        await engine.unregister_hook("hook.rn")
        assert (await engine.execute_tool("echo", {"n": 1})).success


async def test_a_name_of_a_hook_is_shown_escaped(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.cancelled = true; event", name="evil\x1b[2J\n.rn")
    result = await engine.execute_tool("echo", {"n": 1})
    assert result.error is not None
    assert result.error.message.isprintable()


async def test_all_hooks_of_a_call_together_have_a_bound(engine: ScriptEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crucible_tools.engine.hooks.chain.PHASE_S", 0.3)
    await echo(engine)
    heard = engine.subscribe("hook_acted")
    for number in range(20):
        await hook(engine, "loop {}", name=f"{number}.rn", time_limit_s=0.2)
    assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 1}
    acts = [published.event.data()["message"] for published in heard.take()]
    assert len(acts) == 20
    assert "took the" in acts[-1]


async def test_a_hook_cannot_make_a_result_that_is_none(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("small"), "pub fn call(args) { 1 }", policy=level("safe", max_result_bytes=100))
    await hook(
        engine, 'let s = "xxxx"; for _ in 0..10 { s = `${s}${s}`; } event.payload.result = s; event', "tool:after"
    )
    assert (await engine.execute_tool("small", {})).result == 1
