"""Spans: a call with all that it needed below it, for whoever collects them; nothing of it for who does not."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from crucible_tools.engine import HostModule, ScriptEngine, ToolFailure
from crucible_tools.events import CustomEvent
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.monitoring.tracing import tracing
from tests.engine.hooks.support import hook
from tests.engine.support import level, tool

ECHO = "pub fn call(args) { args.n }"
HOST = """
pub async fn call(args) {
    let n = shop::price(args.n);
    for i in 0..args.loops { n += shop::price(i) - shop::price(i); }
    shop::order(n).await
}
"""


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """A provider of the SDK, set up as an application does; it can be set once in a process."""
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    return memory


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


def shop() -> HostModule:
    module = HostModule("shop", capability="shop")
    module.add("price", lambda n: n * 2, params={"n": "integer"}, inline=True)

    async def order(n: int) -> int:
        if n > 100:
            raise ToolFailure("too dear: s3cr3t")
        return n

    async def fail() -> None:
        raise RuntimeError("s3cr3t")

    async def wait() -> None:
        await asyncio.Event().wait()

    module.add("order", order, params={"n": "integer"}, awaited=True)
    module.add("fail", fail, params={}, awaited=True)
    module.add("wait", wait, params={}, awaited=True)
    return module


@pytest.fixture
async def engine(spans: InMemorySpanExporter) -> AsyncIterator[ScriptEngine]:
    async with ScriptEngine(modules=[shop()]) as running:
        yield running


def by_name(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent is not None else None


def own_id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


async def test_loading_a_tool_is_a_span_also_when_it_does_not_compile(
    engine: ScriptEngine, spans: InMemorySpanExporter
) -> None:
    await engine.register_tool(tool(), ECHO)
    with pytest.raises(Exception, match="does not compile"):
        await engine.register_tool(tool("broken"), "pub fn call(")
    good, bad = by_name(spans, "crucible.load")
    assert attributes(good) == {"crucible.tool": "tool", "crucible.stop_reason": "finished"}
    assert attributes(bad)["crucible.tool"] == "broken"
    assert (good.status.is_ok, bad.status.is_ok) == (True, False)


async def test_a_call_is_a_span_of_its_caller_with_validation_and_host_calls_below(
    engine: ScriptEngine, spans: InMemorySpanExporter
) -> None:
    await engine.register_tool(tool(), HOST, policy=level("development"))
    spans.clear()
    with trace.get_tracer("app").start_as_current_span("request") as request:
        made = await engine.execute_tool("tool", {"n": 5, "loops": 0}, ToolExecutionContext(call_id="c-1"))
    assert made.result == 10
    [call] = by_name(spans, "crucible.call")
    assert parent(call) == request.get_span_context().span_id
    told = attributes(call)
    assert (told["crucible.tool"], told["crucible.call_id"], told["crucible.stop_reason"]) == (
        "tool",
        "c-1",
        "finished",
    )
    assert told["crucible.host_calls"] == 2
    [validate] = by_name(spans, "crucible.validate")
    hosts = by_name(spans, "crucible.host_call")
    assert [attributes(each)["crucible.function"] for each in hosts] == ["shop::price", "shop::order"]
    assert {parent(each) for each in (validate, *hosts)} == {own_id(call)}


async def test_a_host_call_on_a_workers_thread_belongs_to_its_call(
    engine: ScriptEngine, spans: InMemorySpanExporter
) -> None:
    source = "pub fn call(args) { let n = 0; for i in 0..3000000 { n += 1; } shop::price(n) }"
    await engine.register_tool(tool(), source, policy=level("development"))
    spans.clear()
    assert (await engine.execute_tool("tool", {})).success
    [call], [host] = by_name(spans, "crucible.call"), by_name(spans, "crucible.host_call")
    assert parent(host) == own_id(call)


async def test_a_call_that_fails_is_an_error_with_its_reason(engine: ScriptEngine, spans: InMemorySpanExporter) -> None:
    await engine.register_tool(tool(input_schema={"type": "object", "required": ["n"]}), "pub fn call(args) { 1 / 0 }")
    await engine.execute_tool("tool", {"n": 1})
    await engine.execute_tool("tool", {})
    failed, refused = by_name(spans, "crucible.call")
    assert [attributes(each)["error.type"] for each in (failed, refused)] == ["script_error", "invalid_arguments"]
    [_, validation] = by_name(spans, "crucible.validate")
    assert not validation.status.is_ok


async def test_a_call_whose_host_function_raises_has_its_id_and_its_reason(
    engine: ScriptEngine, spans: InMemorySpanExporter
) -> None:
    await engine.register_tool(tool(), "pub async fn call(args) { shop::fail().await }", policy=level("development"))
    with pytest.raises(RuntimeError):
        await engine.execute_tool("tool", {}, ToolExecutionContext(call_id="c-1"))
    [call] = by_name(spans, "crucible.call")
    assert attributes(call) == {
        "crucible.tool": "tool",
        "crucible.call_id": "c-1",
        "crucible.stop_reason": "host_error",
        "crucible.host_calls": 1,
        "error.type": "RuntimeError",
    }
    assert "s3cr3t" not in call.to_json()


@pytest.mark.parametrize("event", [None, "tool:before", "tool:after"])
async def test_a_call_whose_caller_goes_away_has_its_id_and_its_reason(
    engine: ScriptEngine, spans: InMemorySpanExporter, event: str | None
) -> None:
    waits = "shop::wait().await"
    source = ECHO if event else f"pub async fn call(args) {{ {waits} }}"
    await engine.register_tool(tool(), source, policy=level("development"))
    if event:
        await hook(engine, waits, event, policy=level("development"), time_limit_s=60.0)
    running = asyncio.ensure_future(engine.execute_tool("tool", {"n": 1}, ToolExecutionContext(call_id="c-1")))
    while not running.done() and not engine.list_executions():
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [call] = by_name(spans, "crucible.call")
    told = attributes(call)
    assert (told["crucible.call_id"], told["crucible.stop_reason"]) == ("c-1", "cancelled")
    assert not call.status.is_ok


async def test_hooks_are_spans_of_the_call_that_they_look_at_with_their_host_calls_below(
    engine: ScriptEngine, spans: InMemorySpanExporter
) -> None:
    await engine.register_tool(tool(), ECHO, policy=level("development"))
    await hook(engine, "shop::order(1).await; event", policy=level("development"))
    spans.clear()
    assert (await engine.execute_tool("tool", {"n": 1})).success
    [call], [looked] = by_name(spans, "crucible.call"), by_name(spans, "crucible.hook")
    [host] = by_name(spans, "crucible.host_call")
    assert (parent(looked), parent(host)) == (own_id(call), own_id(looked))
    assert attributes(looked) == {
        "crucible.hook": "hook.rn",
        "crucible.function": "look",
        "crucible.event": "tool:before",
        "crucible.effect": "unchanged",
    }


@pytest.mark.parametrize(
    ("body", "effect", "ok"), [("event.cancelled = true; event", "refused", True), ("1 / 0", "failed", False)]
)
async def test_a_call_that_hooks_look_at_is_a_span_also_when_it_is_refused(
    engine: ScriptEngine, spans: InMemorySpanExporter, body: str, effect: str, *, ok: bool
) -> None:
    await engine.register_tool(tool(), ECHO)
    await hook(engine, body)
    made = await engine.execute_tool("tool", {"n": 1}, ToolExecutionContext(call_id="c-1"))
    [call], [looked] = by_name(spans, "crucible.call"), by_name(spans, "crucible.hook")
    told = attributes(call)
    assert (told["crucible.call_id"], told["crucible.stop_reason"]) == ("c-1", made.metadata["stop_reason"])
    assert (attributes(looked)["crucible.effect"], looked.status.is_ok) == (effect, ok)


async def test_hooks_of_an_event_belong_to_whoever_published_it(
    engine: ScriptEngine, spans: InMemorySpanExporter
) -> None:
    await hook(engine, "shop::order(event.payload.n).await; event", "note", policy=level("development"))
    spans.clear()

    async def request(number: int) -> None:
        with trace.get_tracer("app").start_as_current_span(f"request {number}"):
            engine.publish(CustomEvent.of("note", "n", {"n": number}))
            await asyncio.sleep(0)

    await asyncio.gather(*(asyncio.create_task(request(number)) for number in range(3)))
    await engine.settle_hooks()
    requests = [own_id(span) for number in range(3) for span in by_name(spans, f"request {number}")]
    looked = by_name(spans, "crucible.hook")
    assert [parent(span) for span in looked] == requests
    assert [parent(span) for span in by_name(spans, "crucible.host_call")] == [own_id(span) for span in looked]
    assert attributes(looked[0])["crucible.event"] == "custom"


async def test_spans_hold_no_text_of_scripts_or_callers(engine: ScriptEngine, spans: InMemorySpanExporter) -> None:
    await engine.register_tool(tool(), HOST, policy=level("development"))
    await engine.execute_tool("tool", {"n": 500, "loops": 1})
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "s3cr3t" not in told
    assert by_name(spans, "crucible.host_call")


def test_without_a_provider_there_are_no_spans_and_the_api_is_not_even_imported() -> None:
    code = """
import asyncio, sys
from crucible_tools import ScriptEngine, ToolDefinition
async def main():
    async with ScriptEngine() as engine:
        tool = ToolDefinition(name="t", description="", input_schema={"type": "object"}, form="direct", entry="call")
        await engine.register_tool(tool, "pub fn call(args) { 1 }")
        print((await engine.execute_tool("t", {})).result)
asyncio.run(main())
print([name for name in sys.modules if name.startswith(("opentelemetry", "prometheus_client"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "1\n[]\n"


def test_the_api_alone_makes_no_spans() -> None:
    code = """
from opentelemetry import trace
from crucible_tools.monitoring.tracing import tracing
trace.get_tracer("app")
print(tracing())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "None\n"


def test_an_application_that_collects_spans_gets_them(exporter: InMemorySpanExporter) -> None:
    assert tracing() is not None
