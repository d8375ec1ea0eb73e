"""A replay on the page is a call like all others: under the token's limits, in the queue, in the book, and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from crucible_tools.config import RecordConfig, ScriptEngineConfig
from crucible_tools.model.access import NO_LIMITS, Limits, Scope
from crucible_tools.operations.serving import Serving
from tests.servers.http.conftest import Served, until
from tests.servers.mcp.legacy_tools import SOURCES
from tests.servers.page.conftest import PageProject, recorded, served_page

FULL = ScriptEngineConfig(record=RecordConfig(enabled=True), max_concurrent_operations=1, max_queued_calls=0)


class FullProject(PageProject):
    """One call at a time, and nobody waits."""

    def serving(self) -> Serving:
        return Serving.open(self.state, trusted=True, migration=self.config, engine=FULL, poll_s=0.02)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    project = FullProject(tmp_path)
    for name in ("greet", "endless"):
        project.write(name, SOURCES[name])
    await project.migrate()
    async with served_page(project) as running:
        yield running


async def caller(served: Served, name: str, limits: Limits = NO_LIMITS) -> httpx2.AsyncClient:
    return await served.client(await served.secret(Scope.CALL, Scope.READ, limits=limits, name=name))


async def call(served: Served, client: httpx2.AsyncClient) -> str:
    """A call that is recorded, by its id."""
    response = await client.post("/tools/greet", json={"name": "Ann"})
    return await recorded(served, response.headers["crucible-call-id"])


async def stopped_call(served: Served, client: httpx2.AsyncClient) -> str:
    """A call without an end that was stopped, and is recorded."""
    running = asyncio.create_task(client.post("/tools/endless"))
    # One that is stopped before the engine has it is not recorded.
    await until(lambda: any(view.progress is not None for view in served.serving.calls.live()))
    [view] = served.serving.calls.live()
    served.serving.calls.cancel(view.id)
    await running
    return await recorded(served, view.id)


async def test_replays_count_for_the_quota_and_the_rate_of_their_token(served: Served) -> None:
    for name, limits in (("quota", Limits(per_day=2)), ("rate", Limits(per_minute=20))):
        client = await caller(served, name, limits)
        call_id = await call(served, client)
        found = [(await client.post(f"/ui/recorded/{call_id}/replay")).status_code for _ in range(3)]
        assert found == [200, 429, 429], name


async def test_a_replay_is_among_the_calls_and_is_stopped_like_one(served: Served) -> None:
    client = await caller(served, "caller")
    call_id = await stopped_call(served, client)
    replaying = asyncio.create_task(client.post(f"/ui/recorded/{call_id}/replay"))
    await until(lambda: bool(served.serving.calls.live()))
    [view] = (await client.get("/calls")).json()["live"]
    assert view["tool"] == "endless"
    assert view["user"].startswith("caller/")
    assert (await client.delete(f"/calls/{view['id']}")).status_code == 202
    assert "stopped before its end" in (await replaying).text
    assert (await client.get(f"/calls/{view['id']}")).json()["outcome"] == "cancelled"


async def test_a_replay_ends_when_its_client_goes_away(served: Served) -> None:
    client = await caller(served, "caller")
    call_id = await stopped_call(served, client)
    replaying = asyncio.create_task(client.post(f"/ui/recorded/{call_id}/replay"))
    await until(lambda: bool(served.serving.calls.live()))
    replaying.cancel()
    await until(lambda: not served.serving.calls.live())
    assert served.serving.calls.recent()[0].outcome == "cancelled"


async def test_a_replay_is_refused_when_as_many_calls_run_as_may(served: Served) -> None:
    client = await caller(served, "caller")
    call_id = await call(served, client)
    running = asyncio.create_task(client.post("/tools/endless"))
    await until(lambda: any(view.progress is not None for view in served.serving.calls.live()))
    response = await client.post(f"/ui/recorded/{call_id}/replay")
    assert (response.status_code, response.json()["code"]) == (503, "engine-busy")
    served.serving.calls.cancel(served.serving.calls.live()[0].id)
    await running
    assert (await client.post(f"/ui/recorded/{call_id}/replay")).status_code == 200


async def test_no_replay_begins_when_the_server_is_being_stopped(served: Served) -> None:
    client = await caller(served, "caller")
    call_id = await call(served, client)
    await served.serving.calls.stop(0)
    assert (await client.post(f"/ui/recorded/{call_id}/replay")).status_code == 503
