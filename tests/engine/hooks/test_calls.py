"""Hooks around calls: what they see, what they may change, and what their failures do."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import ConfigurationError
from crucible_tools.events import HookActed, ScriptExecuted
from crucible_tools.model.hooks import HookAct, HookEffect, HookFailure, HookScope
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.hooks.support import WAITS, Gate, echo, hook
from tests.engine.support import level, tool


class Acts:
    """Remembers what hooks did."""

    def __init__(self, engine: ScriptEngine) -> None:
        self.found: list[HookAct] = []
        engine.add_hook_sink(self)

    def acted(self, act: HookAct) -> None:
        self.found.append(act)

    @property
    def effects(self) -> list[HookEffect]:
        return [act.effect for act in self.found]


async def test_a_hook_before_a_call_sees_its_arguments_and_may_rewrite_them(engine: ScriptEngine) -> None:
    acts = Acts(engine)
    await echo(engine)
    await hook(engine, "event.payload.n += 1; event")
    result = await engine.execute_tool("echo", {"n": 1}, ToolExecutionContext(call_id="c-1", user="ann"))
    assert result.result == {"n": 2}
    assert result.metadata["hooks"] == [
        {"hook": "hook.rn", "function": "look", "event": "tool:before", "effect": "rewrote", "message": ""}
    ]
    (act,) = acts.found
    assert (act.identifier, act.call_id, act.user) == ("echo", "c-1", "ann")
    assert len(act.before) == len(act.after) == 64
    assert act.before != act.after


@pytest.mark.parametrize("answer", ["event", "()", "None", "Ok(event)"])
async def test_a_hook_that_changes_nothing_leaves_no_trace(engine: ScriptEngine, answer: str) -> None:
    acts = Acts(engine)
    await echo(engine)
    await hook(engine, answer)
    result = await engine.execute_tool("echo", b'{"n": 1}')
    assert result.result == {"n": 1}
    assert "hooks" not in result.metadata
    assert acts.found == []
    assert engine.list_hooks()[0].runs[HookEffect.UNCHANGED] == 1


@pytest.mark.parametrize("event", ["tool:before", "tool:after"])
async def test_the_order_of_keys_is_no_change(engine: ScriptEngine, event: str) -> None:
    acts = Acts(engine)
    given = {"n": 1, **{f"key{number}": number for number in range(20)}}
    await echo(engine)
    await hook(engine, "event", event)
    assert (await engine.execute_tool("echo", given)).result == given
    assert acts.found == []
    await hook(engine, "event.payload.n = true; event", "tool:after")
    result = await engine.execute_tool("echo", given)
    assert acts.effects == [HookEffect.REWROTE]
    assert result.result == given


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("7", "neither an event nor null"),
        ("#{ n: 7 }", "neither an event nor null"),
        ('event.identifier = "other"; event.payload.n = 7; event', "changed the event's identifier"),
        ('event.event_type = "tool:after"; event', "changed the event's event_type"),
        ('event.source = "me"; event', "changed the event's source"),
        ("event.cancelled = 1; event", "neither true nor false"),
    ],
)
async def test_what_is_no_answer_is_told_and_changes_nothing(
    engine: ScriptEngine, caplog: pytest.LogCaptureFixture, answer: str, message: str
) -> None:
    acts = Acts(engine)
    await echo(engine)
    await hook(engine, answer, on_failure=HookFailure.DENY)
    with caplog.at_level(logging.WARNING):
        result = await engine.execute_tool("echo", {"n": 1})
    assert result.result == {"n": 1}
    assert acts.effects == [HookEffect.IGNORED]
    assert message in acts.found[0].message
    assert message in caplog.text


async def test_a_hook_that_cancels_refuses_the_call_with_its_reason(engine: ScriptEngine) -> None:
    acts = Acts(engine)
    calls = engine.subscribe("script_executed", "hook_acted")
    await echo(engine)
    await hook(engine, 'event.cancelled = true; event.payload.reason = "set confirm"; event')
    result = await engine.execute_tool("echo", {"n": 1})
    assert not result.success
    assert result.error is not None
    assert (result.error.kind, result.metadata["stop_reason"]) == ("refused", "refused")
    assert result.error.message == "the hook hook.rn refused the call: set confirm"
    assert acts.effects == [HookEffect.REFUSED]
    events = [published.event for published in calls.take()]
    assert [type(event) for event in events] == [HookActed]
    assert not any(isinstance(event, ScriptExecuted) for event in events)
    assert engine.get_execution_stats().failed == 1


async def test_hooks_run_by_priority_and_each_sees_what_the_one_before_left(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.payload.n *= 10; event", name="late.rn", handler={"priority": 50})
    await hook(engine, "event.payload.n += 1; event", name="early.rn", handler={"priority": -5})
    await hook(engine, "event.payload.n += 3; event", name="second-late.rn", handler={"priority": 50})
    assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 23}
    assert [info.definition.name for info in engine.list_hooks()] == ["late.rn", "early.rn", "second-late.rn"]


async def test_nothing_sees_a_call_that_was_refused(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.cancelled = true; event", name="guard.rn", handler={"priority": 1})
    await hook(engine, "event", name="other.rn")
    await engine.execute_tool("echo", {"n": 1})
    assert [sum(info.runs.values()) for info in engine.list_hooks()] == [1, 0]


async def test_rewritten_arguments_must_fit_the_schema(engine: ScriptEngine) -> None:
    acts = Acts(engine)
    await echo(engine)
    await hook(engine, "event.payload.n = 101; event")
    result = await engine.execute_tool("echo", {"n": 1})
    assert result.result == {"n": 1}
    assert acts.effects == [HookEffect.FAILED]
    assert "101 is greater than the maximum of 100" in acts.found[0].message


async def test_arguments_that_do_not_fit_are_refused_before_any_hook_sees_them(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.payload.n = 5; event")
    result = await engine.execute_tool("echo", {"n": 101})
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"
    assert sum(engine.list_hooks()[0].runs.values()) == 0


@pytest.mark.parametrize("body", ['panic!("broken")', "event.payload.n = 101; event", "loop {}", "Err(1)"])
async def test_a_guard_that_fails_refuses_the_call_and_another_hook_does_not(engine: ScriptEngine, body: str) -> None:
    acts = Acts(engine)
    await echo(engine)
    await hook(engine, body, name="hook.rn", time_limit_s=0.1)
    assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 1}
    await hook(engine, body, name="hook.rn", time_limit_s=0.1, on_failure=HookFailure.DENY)
    refused = await engine.execute_tool("echo", {"n": 1})
    assert refused.error is not None
    assert refused.error.kind == "refused"
    assert "a guard could not look at the call" in refused.error.message
    assert acts.effects == [HookEffect.FAILED, HookEffect.REFUSED]


UNFIT_RESULTS = {
    'panic!("broken")': "broken",
    "loop {}": "took longer",
    'event.payload = "nothing"; event': "without a result",
    "event.payload = #{}; event": "without a result",
    'let s = "xxxx"; for _ in 0..10 { s = `${s}${s}`; } event.payload.result = s; event': "4,098 bytes as JSON",
}


@pytest.mark.parametrize("body", UNFIT_RESULTS)
async def test_a_guard_that_fails_after_a_call_keeps_its_result_back_and_another_hook_does_not(
    engine: ScriptEngine, body: str
) -> None:
    acts = Acts(engine)
    source = 'pub fn call(args) { println!("s3cr3t"); "s3cr3t" }'
    executed = engine.subscribe("script_executed")
    await engine.register_tool(tool(), source, policy=level("safe", max_result_bytes=1000))
    await hook(engine, body, "tool:after", name="hook.rn", time_limit_s=0.1)
    assert (await engine.execute_tool("tool", {})).result == "s3cr3t"
    await hook(engine, body, "tool:after", name="hook.rn", time_limit_s=0.1, on_failure=HookFailure.DENY)
    kept_back = await engine.execute_tool("tool", {})
    assert kept_back.error is not None
    assert (kept_back.error.kind, kept_back.metadata["stop_reason"]) == ("cancelled", "cancelled")
    assert "hook.rn kept the result back: a guard could not look at the result" in kept_back.error.message
    assert [act["effect"] for act in kept_back.metadata["hooks"]] == ["refused"]
    assert executed.take()[-1].event.data()["reason"] == "cancelled"
    assert "s3cr3t" not in str(kept_back)
    assert acts.effects == [HookEffect.FAILED, HookEffect.REFUSED]
    assert all(UNFIT_RESULTS[body] in act.message for act in acts.found)


async def test_hooks_after_a_call_see_its_result_and_may_replace_it(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(
        engine,
        "event.payload.result = `${event.payload.result.n} in ${event.payload.duration_ms >= 0}`; event",
        "tool:after",
    )
    result = await engine.execute_tool("echo", {"n": 1})
    assert result.result == "1 in true"
    assert [act["effect"] for act in result.metadata["hooks"]] == ["rewrote"]


async def test_hooks_after_a_failed_call_see_its_error_and_cannot_change_it(engine: ScriptEngine) -> None:
    acts = Acts(engine)
    await engine.register_tool(tool("broken"), 'pub fn call(args) { Err("no luck") }')
    await hook(
        engine, 'ctx.emit_custom("seen", event.payload.error); event.payload.error = "fine"; event', "tool:error"
    )
    seen = engine.subscribe("seen")
    result = await engine.execute_tool("broken", {})
    assert result.error is not None
    assert result.error.message == "no luck"
    assert acts.effects == [HookEffect.IGNORED]
    assert [published.event.data() for published in seen.take()] == [{"value": "no luck"}]


async def test_a_pattern_is_of_the_whole_name(engine: ScriptEngine) -> None:
    for name in ("build_docs", "rebuild_docs"):
        await echo(engine, name)
    await hook(engine, "event.cancelled = true; event", handler={"pattern": "build_*"})
    assert not (await engine.execute_tool("build_docs", {"n": 1})).success
    assert (await engine.execute_tool("rebuild_docs", {"n": 1})).success


async def test_a_hook_sees_tools_of_its_own_folder_unless_it_is_told_otherwise(engine: ScriptEngine) -> None:
    await echo(engine, "near", folder="tools")
    await echo(engine, "far", folder="others")
    await hook(engine, "event.cancelled = true; event", folder="tools")
    assert [(await engine.execute_tool(name, {"n": 1})).success for name in ("near", "far")] == [False, True]
    await hook(engine, "event.cancelled = true; event", folder="tools", scope=HookScope.ALL)
    assert [(await engine.execute_tool(name, {"n": 1})).success for name in ("near", "far")] == [False, False]


@pytest.mark.parametrize(
    ("hooks", "tools", "seen"),
    [
        (level("safe"), level("production"), False),
        (level("production"), level("safe"), True),
        (level("safe"), level("safe", capabilities=frozenset({"basic", "file"})), False),
        (level("development"), level("development"), True),
    ],
    ids=["higher level", "lower level", "more capabilities", "same level"],
)
async def test_a_hook_sees_no_tool_of_more_powers_than_its_own(
    engine: ScriptEngine, hooks: object, tools: object, seen: bool
) -> None:
    await echo(engine, policy=tools)
    await hook(engine, "event.cancelled = true; event", scope=HookScope.ALL, policy=hooks)  # type: ignore[arg-type]
    assert (await engine.execute_tool("echo", {"n": 1})).success is not seen


async def test_a_tool_that_is_registered_is_discovered_once(engine: ScriptEngine) -> None:
    await hook(engine, 'ctx.emit_custom("new", event.payload.name); ()', "tool:discovered")
    seen = engine.subscribe("new")
    await echo(engine)
    await echo(engine)
    assert [published.event.data() for published in seen.take()] == [{"value": "echo"}]


async def test_a_hook_that_is_removed_or_switched_off_sees_nothing(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.cancelled = true; event", handler={"enabled": False})
    assert (await engine.execute_tool("echo", {"n": 1})).success
    await hook(engine, "event.cancelled = true; event")
    assert not (await engine.execute_tool("echo", {"n": 1})).success
    assert await engine.unregister_hook("hook.rn")
    assert not await engine.unregister_hook("hook.rn")
    assert (await engine.execute_tool("echo", {"n": 1})).success


async def test_calls_in_a_stream_have_hooks_too_and_scripts_have_none(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.cancelled = true; event")
    events = [event async for event in engine.execute_tool_stream("echo", {"n": 1})]
    assert "refused" in str(events[-1])
    assert (await engine.execute_script_source("pub fn main() { 3 }")).result == 3


async def test_hooks_survive_a_restart(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.payload.n = 9; event")
    await engine.restart()
    assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 9}


async def test_what_a_hook_keeps_survives_a_restart_and_another_policy(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, 'let n = ctx.get("n").unwrap_or(0) + 1; ctx.set("n", n); event.payload.n = n; event')
    assert (await engine.execute_tool("echo", {"n": 0})).result == {"n": 1}
    await engine.restart()
    assert (await engine.execute_tool("echo", {"n": 0})).result == {"n": 2}
    await engine.update_config(security_level="production")
    assert (await engine.execute_tool("echo", {"n": 0})).result == {"n": 3}
    assert sum(engine.list_hooks()[0].runs.values()) == 3


async def test_a_hook_without_a_policy_has_the_engines_whatever_that_becomes(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.payload.n = 9; event", name="engines.rn")
    await hook(engine, "event.payload.n = 7; event", name="own.rn", policy=level("safe"))
    await engine.set_security_policy(level("production"))
    assert [info.policy.level.value for info in engine.list_hooks()] == ["production", "safe"]
    # The one of a lower level than the tool's sees it no more.
    assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 9}


@pytest.mark.parametrize("event", ["tool:before", "tool:after"])
async def test_a_call_can_be_cancelled_while_its_hooks_run(event: str) -> None:
    gate = Gate()
    async with ScriptEngine(modules=[gate.module]) as engine:
        await echo(engine)
        await hook(engine, WAITS, event, policy=level("development"), time_limit_s=60.0)
        running = asyncio.ensure_future(engine.execute_tool("echo", {"n": 1}, ToolExecutionContext(call_id="c-1")))
        await gate.reached.wait()
        assert engine.cancel_execution("c-1")
        result = await running
        assert result.error is not None
        assert (result.error.kind, result.metadata["stop_reason"]) == ("cancelled", "cancelled")
        assert engine.list_executions() == []
        await engine.unregister_hook("hook.rn")
        assert (await engine.execute_tool("echo", {"n": 1})).success


async def test_a_caller_who_goes_away_ends_the_hooks_of_its_call(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "loop {}", time_limit_s=60.0)
    running = asyncio.ensure_future(engine.execute_tool("echo", {"n": 1}, ToolExecutionContext(call_id="c-1")))
    while engine.list_executions() != ["c-1"]:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert engine.list_executions() == []


@pytest.mark.parametrize("event", ["tool:before", "tool:after"])
async def test_a_deadline_includes_the_hooks_of_a_call(engine: ScriptEngine, event: str) -> None:
    await echo(engine)
    await hook(engine, "loop {}", event, time_limit_s=60.0)
    context = ToolExecutionContext(deadline=datetime.now(UTC) + timedelta(seconds=0.3))
    result = await engine.execute_tool("echo", {"n": 1}, context)
    assert result.error is not None
    assert (result.error.kind, result.result) == ("timed_out", None)
    assert "while hooks looked at the call" in result.error.message


async def test_a_deadline_without_a_time_zone_is_refused_with_hooks_too(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event")
    with pytest.raises(ConfigurationError, match="time zone"):
        await engine.execute_tool("echo", {"n": 1}, ToolExecutionContext(deadline=datetime(2030, 1, 1)))  # noqa: DTZ001


async def test_concurrent_calls_take_turns_in_one_hook(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, 'let n = ctx.get("n").unwrap_or(0) + 1; ctx.set("n", n); event.payload.n = n; event')
    results = await asyncio.gather(*(engine.execute_tool("echo", {"n": 0}) for _ in range(20)))
    assert sorted(result.result["n"] for result in results) == list(range(1, 21))


async def test_runs_of_hooks_are_counted_by_event_and_effect(engine: ScriptEngine) -> None:
    await echo(engine)
    await hook(engine, "event.payload.n += 1; event")
    await hook(engine, "()", "tool:after", name="after.rn")
    await engine.execute_tool("echo", {"n": 1})
    assert engine.metrics.hooks == {("tool:before", "rewrote"): 1, ("tool:after", "unchanged"): 1}
