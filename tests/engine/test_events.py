"""What a ScriptEngine publishes, and to whom."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import CompileFailed
from crucible_tools.events import (
    CacheCleared,
    CapabilityDenied,
    CustomEvent,
    ErrorHappened,
    Event,
    EventType,
    HealthChanged,
    LimitHit,
    ScriptCached,
    ScriptCompiled,
    ScriptExecuted,
    SecurityPolicyUpdated,
    Subscription,
    ToolRegistered,
    ToolRemoved,
)
from crucible_tools.model.enums import SecurityLevel, ServiceStatus, StopReason
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import level, tool

ECHO = "pub fn call(args) { args }"
ENDLESS = "pub fn call(args) { loop {} }"


def heard(subscription: Subscription) -> list[Event]:
    return [published.event for published in subscription.take()]


def types(subscription: Subscription) -> list[str]:
    return [event.type for event in heard(subscription)]


async def test_a_tools_life_is_told_in_order(engine: ScriptEngine) -> None:
    everything = engine.subscribe()
    await engine.register_tool(tool("echo"), ECHO)
    await engine.execute_tool("echo", {}, ToolExecutionContext(call_id="c-1", user="ann"))
    await engine.register_tool(tool("echo", version="2.0.0"), ECHO, policy=level("production"))
    await engine.unregister_tool("echo")

    events = heard(everything)
    assert [event.type for event in events] == [
        "script_compiled",
        "script_cached",
        "tool_registered",
        "script_executed",
        "script_compiled",
        "script_cached",
        "tool_registered",
        "tool_removed",
    ]
    assert {event.identifier for event in events} == {"echo"}
    assert events[2] == ToolRegistered(identifier="echo", version="1.0.0", level="safe", replaced=False)
    assert events[6] == ToolRegistered(identifier="echo", version="2.0.0", level="production", replaced=True)
    executed = events[3]
    assert isinstance(executed, ScriptExecuted)
    assert (executed.call_id, executed.user, executed.reason) == ("c-1", "ann", StopReason.FINISHED)
    assert executed.seconds > 0
    assert executed.peak_memory_bytes > 0


async def test_concurrent_calls_are_told_in_one_order_to_everybody(engine: ScriptEngine) -> None:
    for name in ("a", "b"):
        await engine.register_tool(tool(name), ECHO)
    everything, one = engine.subscribe(), engine.subscribe(EventType.SCRIPT_EXECUTED, pattern="b")
    await asyncio.gather(*(engine.execute_tool("ab"[number % 2], {}) for number in range(40)))

    told = everything.take()
    of_b = [item for item in told if item.event.identifier == "b" and isinstance(item.event, ScriptExecuted)]
    assert one.take() == of_b
    assert len(of_b) == 20
    assert [item.sequence for item in told] == sorted({item.sequence for item in told})


async def test_a_subscriber_hears_only_the_types_and_tools_that_it_asked_for(engine: ScriptEngine) -> None:
    removals = engine.subscribe("tool_removed", pattern="just_*")
    for name in ("just_build", "slugify"):
        await engine.register_tool(tool(name), ECHO)
        await engine.retire_tool(name)
    assert not await engine.retire_tool("just_build")

    assert heard(removals) == [ToolRemoved(identifier="just_build")]


async def test_a_source_that_does_not_compile_is_told(engine: ScriptEngine) -> None:
    compiled = engine.subscribe(EventType.SCRIPT_COMPILED)
    with pytest.raises(CompileFailed):
        await engine.register_tool(tool("broken"), "pub fn call(")

    (event,) = heard(compiled)
    assert isinstance(event, ScriptCompiled)
    assert (event.identifier, event.reason) == ("broken", StopReason.SCRIPT_ERROR)


@pytest.mark.parametrize(
    ("source", "reason", "said"),
    [
        ("pub fn call(args) { panic!(`bad luck`) }", StopReason.SCRIPT_ERROR, "bad luck"),
        ("pub fn call(args) { Err(`no such note`) }", StopReason.TOOL_ERROR, "no such note"),
        ("pub fn call(args) { || 1 }", StopReason.BAD_VALUE, ""),
    ],
)
async def test_a_call_that_fails_by_fault_is_an_error(
    engine: ScriptEngine, source: str, reason: StopReason, said: str
) -> None:
    await engine.register_tool(tool(), source)
    everything = engine.subscribe()
    await engine.execute_tool("tool", {})

    executed, error = heard(everything)[-2:]
    assert isinstance(executed, ScriptExecuted)
    assert isinstance(error, ErrorHappened)
    assert executed.reason == error.reason == reason
    assert executed.call_id == error.call_id
    assert said in error.message


async def test_what_a_host_function_of_the_application_raises_is_an_error() -> None:
    module = HostModule("shop", capability="basic")

    def buy() -> int:
        raise KeyError("apples")

    module.add("buy", buy, params={})
    async with ScriptEngine(modules=[module]) as engine:
        await engine.register_tool(tool(), "pub fn call(args) { shop::buy() }")
        errors = engine.subscribe(EventType.ERROR)
        with pytest.raises(KeyError):
            await engine.execute_tool("tool", {})

    (event,) = heard(errors)
    assert isinstance(event, ErrorHappened)
    assert (event.reason, event.message) == (StopReason.CRASHED, "KeyError: 'apples'")


@pytest.mark.parametrize(
    ("source", "limits", "reason"),
    [
        (ENDLESS, {"timeout_s": 0.05}, StopReason.TIMED_OUT),
        (
            "pub fn call(args) { let a = []; loop { a.push(`x`); } }",
            {"memory_bytes": 8 << 20},
            StopReason.OUT_OF_MEMORY,
        ),
        (
            "pub fn call(args) { let a = ``; for _ in 0..5000 { a += `x`; } a }",
            {"max_result_bytes": 1000},
            StopReason.LIMIT,
        ),
    ],
)
async def test_a_call_that_ends_at_a_limit_says_which(
    engine: ScriptEngine, source: str, limits: dict[str, float], reason: StopReason
) -> None:
    await engine.register_tool(tool(), source, policy=level("safe", **limits))
    hits = engine.subscribe(EventType.LIMIT_HIT, EventType.ERROR)
    result = await engine.execute_tool("tool", {})

    (event,) = heard(hits)
    assert isinstance(event, LimitHit)
    assert event.reason == reason
    assert result.error is not None
    assert event.message == result.error.message


async def test_a_denied_capability_is_told_with_what_was_wanted(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), 'pub async fn call(args) { crucible::file_read("/etc/passwd").await }')
    denials = engine.subscribe(EventType.CAPABILITY_DENIED, EventType.ERROR, EventType.LIMIT_HIT)
    await engine.execute_tool("tool", {}, ToolExecutionContext(call_id="c-1", user="ann"))

    (event,) = heard(denials)
    assert isinstance(event, CapabilityDenied)
    assert (event.identifier, event.call_id, event.user, event.capability) == ("tool", "c-1", "ann", "file")
    assert "file" in event.why


async def test_a_call_whose_caller_goes_away_is_told_as_cancelled(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), ENDLESS)
    ends = engine.subscribe(EventType.SCRIPT_EXECUTED, EventType.ERROR)
    task = asyncio.create_task(engine.execute_tool("tool", {}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    (event,) = heard(ends)
    assert isinstance(event, ScriptExecuted)
    assert event.reason is StopReason.CANCELLED


async def test_arguments_and_results_are_in_no_event(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("echo", input_schema={"type": "object", "required": ["a"]}), ECHO)
    everything = engine.subscribe()
    await engine.execute_tool("echo", {"a": "hunter2"})
    await engine.execute_tool("echo", {"b": "hunter2"})

    assert "hunter2" not in str([published.to_json() for published in everything.take()])


async def test_another_policy_is_told_and_other_settings_are_not(engine: ScriptEngine) -> None:
    everything = engine.subscribe()
    await engine.reload_config(replace(engine.config, max_cache_size=5))
    await engine.reload_config(ScriptEngineConfig(security_level=SecurityLevel.PRODUCTION))

    assert heard(everything) == [SecurityPolicyUpdated(level="production")]


async def test_an_application_publishes_events_of_its_own(engine: ScriptEngine) -> None:
    notes = engine.subscribe("note:created", pattern="notes/*")
    engine.publish(CustomEvent.of("note:created", "notes/a/b.md", {"tags": ["x"]}))
    engine.publish(CustomEvent.of("note:deleted", "notes/a/b.md"))

    (event,) = heard(notes)
    assert event.data() == {"tags": ["x"]}


async def test_a_slow_subscriber_slows_no_call_and_learns_how_much_it_missed(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("echo"), ECHO)
    slow = engine.subscribe(EventType.SCRIPT_EXECUTED, capacity=2)
    for _ in range(10):
        assert (await engine.execute_tool("echo", {})).success

    assert types(slow) == ["events_lost", "script_executed", "script_executed"]
    assert slow.lost == 8


async def test_a_restart_goes_unnoticed_by_subscribers_and_a_stop_ends_them() -> None:
    engine = ScriptEngine()
    subscription = engine.subscribe()
    await engine.start()
    await engine.register_tool(tool("echo"), ECHO)
    await engine.restart()
    await engine.execute_tool("echo", {})
    assert types(subscription)[-1] == "script_executed"

    await engine.stop()
    assert [published async for published in subscription] == []


async def test_after_unsubscribing_nothing_is_heard(engine: ScriptEngine) -> None:
    subscription = engine.subscribe()
    engine.unsubscribe(subscription)
    await engine.register_tool(tool("echo"), ECHO)

    assert heard(subscription) == []


async def test_a_tools_own_policy_is_told_with_its_name(engine: ScriptEngine) -> None:
    await engine.register_tool(tool("echo"), ECHO)
    updates = engine.subscribe(EventType.SECURITY_POLICY_UPDATED)
    await engine.set_security_policy(level("production"), "echo")

    assert heard(updates) == [SecurityPolicyUpdated(identifier="echo", level="production")]


async def test_a_cleared_cache_is_told_and_what_is_kept_again(engine: ScriptEngine) -> None:
    for name in ("a", "b"):
        await engine.register_tool(tool(name), ECHO)
    events = engine.subscribe(EventType.CACHE_CLEARED, EventType.SCRIPT_CACHED)
    engine.clear_cache("a")
    await engine.execute_tool("a", {})
    engine.clear_cache()

    assert heard(events) == [
        CacheCleared(identifier="a", count=1),
        ScriptCached(identifier="a"),
        CacheCleared(count=2),
    ]


async def test_scripts_tell_the_same_under_the_name_that_they_were_given(engine: ScriptEngine) -> None:
    everything = engine.subscribe()
    script = await engine.compile_script("pub fn main() { panic!(`bad luck`) }", "report")
    await engine.execute_script(script.script_id)

    events = heard(everything)
    assert [event.type for event in events] == ["script_compiled", "script_cached", "script_executed", "error"]
    assert {event.identifier for event in events} == {"report"}


async def test_another_health_is_told_once(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { panic!(`bad luck`) }")
    changes = engine.subscribe(EventType.HEALTH_CHANGED)
    await engine.health()
    await engine.health()
    assert heard(changes) == [HealthChanged(identifier="engine", before=None, status=ServiceStatus.HEALTHY)]

    for _ in range(20):
        await engine.execute_tool("tool", {})
    found = await engine.health()
    await engine.health()
    details = tuple(detail.what for detail in found.details)
    assert heard(changes) == [
        HealthChanged(
            identifier="engine", before=ServiceStatus.HEALTHY, status=ServiceStatus.UNHEALTHY, details=details
        )
    ]
