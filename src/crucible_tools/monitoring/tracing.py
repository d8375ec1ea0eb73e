"""Spans of OpenTelemetry, for applications that collect them.

An application that wants spans has set up a tracer provider, so it has imported the API before; where nobody did,
nothing of it is imported here and a call pays one comparison.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from crucible_tools import __version__

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

    from crucible_tools.model.tools import ToolExecutionResult

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")

_API = "opentelemetry.trace"


class Tracing:
    """The spans of an engine: `crucible.load`, `crucible.call` and in it `crucible.validate`, `crucible.host_call` and
    `crucible.hook`.

    No argument, result or message of a script becomes an attribute: those may hold secrets.

    Args:
        tracer: makes them.
    """

    def __init__(self, tracer: Tracer) -> None:
        from opentelemetry import context, trace

        self._tracer = tracer
        self._status = trace.Status(trace.StatusCode.ERROR)
        self._current = context.get_current
        self._current_span = trace.get_current_span

    def context(self) -> Context:
        """What spans of the running call belong to: for threads, which do not inherit it."""
        return self._current()

    @contextmanager
    def load(self, tool: str) -> Generator[Callable[[str], None]]:
        """Loading a tool into a VM; what this gives is told the stop reason."""
        with self._span("crucible.load", {"crucible.tool": tool}) as span:
            yield lambda reason: self._end(span, reason)

    @contextmanager
    def call(self, tool: str) -> Generator[Callable[[ToolExecutionResult], None]]:
        """A call of a tool; what this gives is told the result."""
        with self._span("crucible.call", {"crucible.tool": tool}) as span:
            yield lambda result: self._end_call(span, result)

    def raised(self, call_id: str, reason: str, host_calls: int) -> None:
        """The running call, which ends with an exception: its span gets what there is no result to tell.

        Args:
            call_id: of the call.
            reason: how it ended, as metrics name it.
            host_calls: host functions that it called.
        """
        span = self._current_span()
        span.set_attribute("crucible.call_id", call_id)
        span.set_attribute("crucible.stop_reason", reason)
        span.set_attribute("crucible.host_calls", host_calls)

    @contextmanager
    def hook(self, script: str, function: str, event: str) -> Generator[Callable[[str], None]]:
        """A run of a hook; what this gives is told the effect.

        Args:
            script: the hook script's name.
            function: which one of it.
            event: what it was given, as metrics name it.
        """
        attributes = {"crucible.hook": script, "crucible.function": function, "crucible.event": event}
        with self._span("crucible.hook", attributes) as span:
            yield lambda effect: self._end_hook(span, effect)

    def validate(self, encode: Callable[[_Given], _Made], arguments: _Given) -> _Made:
        """Validating a call's arguments."""
        with self._span("crucible.validate", {}):
            return encode(arguments)

    @contextmanager
    def host_call(self, function: str, capability: str, parent: Context | None) -> Generator[None]:
        """A host function that a script called.

        Args:
            function: its full name.
            capability: what it belongs to.
            parent: where the call is, from `context`.
        """
        attributes = {"crucible.function": function, "crucible.capability": capability}
        with self._span("crucible.host_call", attributes, parent):
            yield

    @contextmanager
    def _span(self, name: str, attributes: Mapping[str, str], parent: Context | None = None) -> Generator[Span]:
        with self._tracer.start_as_current_span(
            name, context=parent, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._status)
                raise

    def _end(self, span: Span, reason: str) -> None:
        span.set_attribute("crucible.stop_reason", reason)
        if reason != "finished":
            span.set_attribute("error.type", reason)
            span.set_status(self._status)

    def _end_hook(self, span: Span, effect: str) -> None:
        span.set_attribute("crucible.effect", effect)
        if effect == "failed":
            span.set_attribute("error.type", effect)
            span.set_status(self._status)

    def _end_call(self, span: Span, result: ToolExecutionResult) -> None:
        metadata = result.metadata
        span.set_attribute("crucible.call_id", metadata["call_id"])
        for key in ("peak_memory_bytes", "host_calls"):
            if key in metadata:
                span.set_attribute(f"crucible.{key}", metadata[key])
        self._end(span, metadata.get("stop_reason") or (result.error.kind if result.error else "finished"))


def tracing() -> Tracing | None:
    """Spans, where the application has set up a tracer provider; None elsewhere."""
    if _API not in sys.modules:
        return None
    from opentelemetry import trace

    provider = trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider):
        return None
    return Tracing(provider.get_tracer("crucible_tools", __version__))
