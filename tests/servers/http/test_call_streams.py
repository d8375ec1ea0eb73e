"""Streams of calls begin at once, and end with their clients, whatever the script says or does not say."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.operations.serving import Serving
from tests.servers.http.conftest import Served, serve, until
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.legacy_tools import source

STREAM = {"Accept": "text/event-stream"}


class Narrow(Project):
    """A project of tools that say nothing, of whose calls one runs and two wait."""

    def serving(self) -> Serving:
        engine = ScriptEngineConfig(max_concurrent_operations=1, max_queued_calls=2)
        return Serving.open(self.state, trusted=True, migration=self.config, engine=engine, poll_s=0.02)


@pytest.fixture
async def narrow(tmp_path: Path) -> Narrow:
    """It, migrated."""
    project = Narrow(tmp_path)
    project.write("silent", source("silent", "loop {}"))
    project.write("other", source("other", "loop {}"))
    await project.migrate()
    return project


async def test_the_head_of_a_stream_comes_before_the_script_says_anything(narrow: Narrow) -> None:
    async with serve(narrow) as served:
        client = await own(served)
        headers = {**STREAM, "Crucible-Call-Id": "quiet"}
        async with asyncio.timeout(60), client.stream("POST", "/tools/silent", headers=headers) as response:
            assert response.status_code == 200
            [call] = served.serving.calls.live()
            assert response.headers["crucible-call-id"] == call.id
            assert (await client.delete("/calls/quiet")).status_code == 202
            *_, data = [line async for line in response.aiter_lines() if line.startswith("data:")]
            assert json.loads(data.removeprefix("data: "))["error"]["kind"] == "cancelled"


@pytest.mark.parametrize("at", ["once", "the head"])
async def test_a_client_that_leaves_a_stream_of_a_silent_script_stops_its_call(narrow: Narrow, at: str) -> None:
    async with serve(narrow) as served:
        client = await own(served)
        if at == "once":
            task = asyncio.create_task(client.post("/tools/silent", headers=STREAM))
            await until(lambda: bool(served.serving.calls.live()))
            task.cancel()
        else:
            async with client.stream("POST", "/tools/silent", headers=STREAM):
                assert served.serving.calls.live()
        await until(lambda: not served.serving.calls.live())
        # Not by the policy's own time.
        assert [call.outcome for call in served.serving.calls.recent()] == ["cancelled"]


async def test_what_turns_out_after_the_head_is_an_event_that_is_the_problem(narrow: Narrow) -> None:
    async with serve(narrow) as served:
        client = await own(served)
        others = [asyncio.create_task(client.post("/tools/silent")) for _ in range(2)]
        await until(lambda: len(served.serving.calls.live()) == 2)
        async with asyncio.timeout(60), client.stream("POST", "/tools/silent", headers=STREAM) as response:
            assert response.status_code == 200  # it waits for its turn
            others.append(asyncio.create_task(client.post("/tools/other")))  # which takes the place: it has none yet
            lines = [line async for line in response.aiter_lines() if line]
        assert lines[-2] == "event: problem"
        found = json.loads(lines[-1].removeprefix("data: "))
        assert (found["status"], found["code"]) == (503, "engine-busy")
        for call in served.serving.calls.live():
            served.serving.calls.cancel(call.id)
        for task in others:
            assert problem(await task, 422, "call-failed")["kind"] == "cancelled"


async def own(served: Served) -> httpx2.AsyncClient:
    """A client with the server's own token."""
    assert served.listening.own is not None
    return await served.client(served.listening.own.secret.text)
