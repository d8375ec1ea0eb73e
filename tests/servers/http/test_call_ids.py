"""Ids of calls: what one token names stands in nobody else's way, and shows nobody else's call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from crucible_tools.config import RecordConfig, ScriptEngineConfig
from crucible_tools.model.access import Scope
from crucible_tools.operations.replay import read_call
from crucible_tools.operations.serving import Serving
from tests.servers.http.conftest import Served, serve, until
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project
from tests.servers.page.conftest import recorded


class Recording(Project):
    """A project whose calls are recorded."""

    def serving(self) -> Serving:
        engine = ScriptEngineConfig(record=RecordConfig(enabled=True))
        return Serving.open(self.state, trusted=True, migration=self.config, engine=engine, poll_s=0.02)


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served; calls are recorded."""
    async with serve(Recording(project.root)) as running:
        yield running


def next_ids(seen: str) -> list[str]:
    """The ids that are made up next, as anybody can tell who has seen one."""
    prefix, _, number = seen.rpartition("-")
    return [f"{prefix}-{int(number) + step}" for step in range(1, 9)]


async def test_ids_that_are_made_up_are_not_taken_by_whoever_guesses_them(served: Served) -> None:
    victim, other = await served.member(Scope.CALL, name="victim"), await served.member(Scope.CALL, name="other")
    seen = (await other.post("/tools/echo")).headers["crucible-call-id"]
    tasks = [
        asyncio.create_task(other.post("/tools/endless", headers={"Crucible-Call-Id": name})) for name in next_ids(seen)
    ]
    try:
        await until(lambda: bool(served.serving.calls.live()))
        for _ in range(3):
            assert (await victim.post("/tools/echo")).status_code == 200
        token = await served.secret(Scope.CALL, name="agent")
        agent = await served.client(token)
        async with Client(streamable_http_client(served.listening.mcp_url, http_client=agent)) as client:
            for _ in range(3):
                assert not (await client.call_tool("echo", {})).is_error
    finally:
        for call in served.serving.calls.live():
            served.serving.calls.cancel(call.id)
        await asyncio.gather(*tasks)


async def test_two_tokens_may_name_their_calls_alike(served: Served) -> None:
    one, other = await served.member(Scope.CALL, name="one"), await served.member(Scope.CALL, name="other")
    headers = {"Crucible-Call-Id": "nightly"}
    first = asyncio.create_task(one.post("/tools/endless", headers=headers))
    await until(lambda: bool(served.serving.calls.live()))
    second = asyncio.create_task(other.post("/tools/endless", headers=headers))
    await until(lambda: len(served.serving.calls.live()) == 2)
    problem(await one.post("/tools/echo", headers=headers), 400, "usage")
    assert (await other.delete("/calls/nightly")).status_code == 202
    assert problem(await second, 422, "call-failed")["kind"] == "cancelled"
    assert (await one.get("/calls/nightly")).json()["outcome"] == "running"
    assert (await one.delete("/calls/nightly")).status_code == 202
    await first


@pytest.mark.parametrize("taken", ["made up", "named"])
async def test_the_record_of_a_call_is_no_other_tokens(served: Served, taken: str) -> None:
    victim, other = await served.member(Scope.CALL, name="victim"), await served.member(Scope.CALL, name="other")
    headers = {"Crucible-Call-Id": "report"} if taken == "named" else {}
    made = await victim.post("/tools/greet", json={"name": "Ada"}, headers=headers)
    call_id: str = made.headers["crucible-call-id"]
    for name in (call_id, "report"):
        again = await other.post("/tools/greet", json={"name": "Eve"}, headers={"Crucible-Call-Id": name})
        assert again.headers["crucible-call-id"] != call_id
    await recorded(served, again.headers["crucible-call-id"])
    assert "Ada" in ((await read_call(served.project.state, call_id)).arguments or "")
    assert (await victim.get(f"/calls/{call_id}")).json()["id"] == call_id
