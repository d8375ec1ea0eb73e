"""Spans: a call with all that it needed below it, for whoever collects them; nothing of it for who does not."""

from __future__ import annotations

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
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.monitoring.tracing import tracing
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

    module.add("order", order, params={"n": "integer"}, awaited=True)
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
