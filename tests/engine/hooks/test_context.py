"""`ctx`, and events that go to hooks: an application's own, and those that hooks emit."""

from __future__ import annotations

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import CompileFailed, RegistrationError, UsageError
from crucible_tools.events import CustomEvent
from crucible_tools.model.hooks import HookDefinition, HookEvent, HookHandler
from tests.engine.hooks.support import echo, hook


async def noted(engine: ScriptEngine, payload: dict[str, object], name: str = "note:parsed") -> object:
    """What hooks make of an event's payload."""
    return (await engine.dispatch_event(HookEvent(event_type=name, identifier="a.md", payload=payload))).payload


async def test_what_a_hook_keeps_is_there_at_its_next_run_and_nobody_elses(engine: ScriptEngine) -> None:
    keep = 'let n = ctx.get("n").unwrap_or(10); ctx.set("n", n + 1); event.payload.push(n); event'
    await hook(engine, keep, "note:parsed", name="one.rn")
    await hook(engine, keep, "note:parsed", name="two.rn")
    assert await noted(engine, []) == [10, 10]  # type: ignore[arg-type]
    assert await noted(engine, []) == [11, 11]  # type: ignore[arg-type]


async def test_null_can_be_kept(engine: ScriptEngine) -> None:
    await hook(
        engine, 'let had = ctx.get("k").is_some(); ctx.set("k", ()); event.payload = [had]; event', "note:parsed"
    )
    assert [await noted(engine, {}), await noted(engine, {})] == [[False], [True]]


async def test_an_event_of_the_application_comes_back_as_its_hooks_left_it(engine: ScriptEngine) -> None:
    await hook(engine, 'event.payload.title = "short"; event', "note:parsed", handler={"pattern": "*.md"})
    assert await noted(engine, {"title": "long"}) == {"title": "short"}
    assert await noted(engine, {"title": "long"}, "note:other") == {"title": "long"}


async def test_a_function_named_after_an_event_is_given_the_payload_and_adds_to_it(engine: ScriptEngine) -> None:
    handler = HookHandler(function="on_note_created", event="note_created", form="event", context=False)
    source = "pub fn on_note_created(note) { #{ tags: [note.title] } }"
    await engine.register_hook(HookDefinition(name="h", handlers=(handler,)), source)
    for name in ("note_created", "note:created"):
        assert await noted(engine, {"title": "a"}, name) == {"title": "a", "tags": ["a"]}


async def test_handle_is_given_every_event(engine: ScriptEngine) -> None:
    handler = HookHandler(function="handle", event=None, form="handle")
    await engine.register_hook(
        HookDefinition(name="h", handlers=(handler,)),
        "pub fn handle(ctx, event) { event.payload.seen = event.event_type; event }",
    )
    await echo(engine)
    assert await noted(engine, {}) == {"seen": "note:parsed"}
    assert (await engine.execute_tool("echo", {"n": 1})).result == {"n": 1, "seen": "tool:before"}


async def test_published_events_go_to_hooks_and_what_they_emit_to_the_others(engine: ScriptEngine) -> None:
    await hook(engine, 'ctx.emit_custom("two", event.payload); ()', "one", name="first.rn")
    await hook(
        engine,
        'ctx.emit(#{ event_type: "three", identifier: event.source, payload: event.payload }); ()',
        "two",
        name="second.rn",
    )
    heard = engine.subscribe("one", "two", "three")
    engine.publish(CustomEvent.of("one", "x", {"a": 1}))
    await engine.settle_hooks()
    events = [published.event for published in heard.take()]
    assert [(event.type, event.identifier, event.data()) for event in events] == [
        ("one", "x", {"a": 1}),
        ("two", "", {"a": 1}),
        ("three", "hook", {"a": 1}),
    ]


async def test_only_the_engine_makes_events_of_tools(engine: ScriptEngine) -> None:
    with pytest.raises(UsageError, match="only the engine"):
        await engine.dispatch_event(HookEvent(event_type="tool:before", identifier="echo"))
    with pytest.raises(UsageError, match="only the engine"):
        engine.publish(CustomEvent.of("tool:before", "echo"))


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (HookDefinition(name="", handlers=(HookHandler(function="f", event=None),)), "name"),
        (HookDefinition(name="h", handlers=()), "functions"),
        (HookDefinition(name="h", handlers=(HookHandler(function="f", event=None),), time_limit_s=0), "time limit"),
    ],
)
async def test_what_is_no_hook_is_refused(engine: ScriptEngine, definition: HookDefinition, message: str) -> None:
    with pytest.raises(RegistrationError, match=message):
        await engine.register_hook(definition, "pub fn f(ctx, event) { }")


async def test_a_hook_that_does_not_compile_is_refused_and_the_old_one_stays(engine: ScriptEngine) -> None:
    await hook(engine, "event.payload = [1]; event", "note:parsed")
    with pytest.raises(CompileFailed):
        await hook(engine, "nope", "note:parsed")
    assert await noted(engine, {}) == [1]
