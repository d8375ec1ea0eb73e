"""What a call logged and did outside, as the page shows it."""

import re
from datetime import UTC, datetime, timedelta

from crucible_tools.engine.streaming import LogEvent
from crucible_tools.operations.serving import CallView, HostStep
from crucible_tools.servers.page.assets import Assets
from crucible_tools.servers.page.rendering import Renderer
from tests.servers.page.conftest import HOSTILE


def test_what_a_call_did_outside_is_on_a_line_of_time() -> None:
    began = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    steps = (
        HostStep(at=began + timedelta(seconds=1), function="http::get", target=HOSTILE, allowed=True),
        HostStep(at=began + timedelta(seconds=3), function="file::read", target="/x", allowed=False, reason=HOSTILE),
    )
    call = CallView(
        id="a-1",
        tool="greet",
        user=None,
        started=began,
        ended=began + timedelta(seconds=4),
        outcome="denied",
        stop_reason="denied",
        message=HOSTILE,
        peak_memory_bytes=5 * 1024 * 1024,
        host_calls=2,
        steps=steps,
        more_steps=3,
        logs=(LogEvent("info", HOSTILE), LogEvent(HOSTILE, "x")),
        more_logs=0,
        progress=None,
        progress_message="",
    )
    facts = {"call": call, "csrf": None, "may_read": False, "may_stop": lambda _: False}
    html = Renderer(Assets()).fragment("call_body.html", facts)
    assert re.findall(r'class="tick" x="([\d.]+)"', html) == ["24.25", "72.75"]
    assert re.findall(r'class="after">([^<]+)<', html) == ["1 s", "3 s"]
    assert "and 3 more" in html
    assert "<script" not in html
    assert "\u202e" not in html
