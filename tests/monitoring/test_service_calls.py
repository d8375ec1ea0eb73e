"""What a tool service says of the calls that it answered."""

from __future__ import annotations

from datetime import timedelta

from crucible_tools.model.tools import ToolErrorInfo, ToolExecutionResult
from crucible_tools.monitoring.service_calls import ServiceCalls

REFUSED = ToolErrorInfo("refused", "a hook refused the call")


def answered(seconds: float, error: ToolErrorInfo | None = None) -> ToolExecutionResult:
    return ToolExecutionResult(error is None, None, error, timedelta(seconds=seconds), "tool", None, {"call_id": "c"})


def test_calls_that_a_hook_refused_are_counted_and_make_the_average_call_no_shorter() -> None:
    calls = ServiceCalls()
    assert calls.snapshot(0).average_time == timedelta(0)
    for _ in range(3):
        calls.record(answered(0.0, REFUSED))
    assert calls.snapshot(0).average_time == timedelta(0)
    calls.record(answered(2.0))
    calls.record(answered(4.0, ToolErrorInfo("tool", "its own error")))
    metrics = calls.snapshot(0)
    assert (metrics.calls, metrics.succeeded, metrics.failed) == (5, 1, 4)
    assert metrics.average_time == timedelta(seconds=3)
