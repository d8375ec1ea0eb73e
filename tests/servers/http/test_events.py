"""The state's events as a stream that goes on where it was left, and as pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from crucible_tools.model.access import Scope
from tests.servers.http.conftest import Served
from tests.servers.http.problems import problem

STREAM = {"Accept": "text/event-stream"}


async def told(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream: name, number and data."""
    event: dict[str, Any] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if not line and "data" in event:
            yield event
            event = {}
        elif name in ("event", "id"):
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)


async def kept(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """The events of six calls, once they are recorded."""
    for name in ("echo", "echo", "notes.list", "echo", "echo", "notes.list"):
        await client.post(f"/tools/{name}")
    async with asyncio.timeout(30):
        while len(found := (await client.get("/events")).json()["events"]) < 6:
            await asyncio.sleep(0.01)
    return found


async def test_a_stream_tells_what_happens_from_now_on(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(60), client.stream("GET", "/events", headers=STREAM) as response:
        events = told(response)
        await client.post("/tools/echo")
        event = await anext(events)
        assert (event["event"], event["data"]["identifier"]) == ("script_executed", "echo")
        assert event["id"] == str(event["data"]["sequence"])


async def test_a_stream_goes_on_after_the_last_event_that_was_seen(client: httpx2.AsyncClient) -> None:
    known = await kept(client)
    async with asyncio.timeout(60):
        headers = {**STREAM, "Last-Event-ID": str(known[2]["sequence"])}
        async with client.stream("GET", "/events", headers=headers) as response:
            events = told(response)
            assert [(await anext(events))["data"] for _ in known[3:]] == known[3:]


@pytest.mark.parametrize("asked", [{"headers": {"Last-Event-ID": "1000000"}}, {"params": {"after": "1000000"}}])
async def test_a_stream_after_a_number_that_there_never_was_says_so_and_goes_on_from_now(
    client: httpx2.AsyncClient, asked: dict[str, dict[str, str]]
) -> None:
    newest = (await kept(client))[-1]["sequence"]
    async with asyncio.timeout(60):
        headers = {**STREAM, **asked.get("headers", {})}
        async with client.stream("GET", "/events", headers=headers, params=asked.get("params")) as response:
            events = told(response)
            lost = await anext(events)
            assert (lost["event"], lost["id"], lost["data"]) == ("lost", str(newest), {"up_to": newest})
            await client.post("/tools/echo")
            assert (await anext(events))["data"]["sequence"] == newest + 1


async def test_a_page_after_a_number_that_there_never_was_says_so(client: httpx2.AsyncClient) -> None:
    newest = (await kept(client))[-1]["sequence"]
    found = (await client.get("/events?after=1000000")).json()
    assert found == {"events": [], "next": newest, "forgotten": newest}


async def test_only_events_that_are_asked_for_are_told(client: httpx2.AsyncClient) -> None:
    await kept(client)
    found = (await client.get("/events?type=script_executed&tool=notes*")).json()["events"]
    assert [event["identifier"] for event in found] == ["notes.list", "notes.list"]
    assert (await client.get("/events?type=tool_migrated")).json()["events"] == []


async def test_a_page_says_where_the_next_one_begins(client: httpx2.AsyncClient) -> None:
    await kept(client)
    first = (await client.get("/events?limit=3")).json()
    second = (await client.get(f"/events?limit=3&after={first['next']}")).json()
    assert [event["sequence"] for event in first["events"] + second["events"]] == [1, 2, 3, 4, 5, 6]


async def test_a_token_for_some_tools_hears_of_those_only(served: Served, client: httpx2.AsyncClient) -> None:
    await kept(client)
    reader = await served.member(Scope.READ, tools=["notes*"])
    found = (await reader.get("/events")).json()["events"]
    assert {event["identifier"] for event in found} == {"notes.list"}


async def test_numbers_that_are_none_are_refused(client: httpx2.AsyncClient) -> None:
    problem(await client.get("/events", headers={**STREAM, "Last-Event-ID": "x"}), 400, "malformed-request")
    problem(await client.get("/events?after=-1"), 400, "malformed-request")


async def test_reading_events_needs_the_scope_read(served: Served) -> None:
    caller = await served.member(Scope.CALL)
    problem(await caller.get("/events"), 403, "forbidden")
