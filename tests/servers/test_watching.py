"""Whoever is connected hears of an edit that was taken up: agents of both generations, and readers of events."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from crucible_tools.operations.watching import Watching
from tests.servers.http.conftest import serve
from tests.servers.http.test_events import STREAM, told
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.test_clients import Heard


async def test_agents_of_both_generations_and_readers_of_events_hear_of_an_edit(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("one")
    older, newer = Heard(), asyncio.Event()
    async with (
        asyncio.timeout(120),
        serve(project) as served,
        Watching(served.serving, project.config),
    ):
        assert served.listening.own is not None
        headers = {"Authorization": f"Bearer {served.listening.own.secret.text}"}
        url = served.listening.mcp_url
        async with (
            httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client,
            Client(
                streamable_http_client(url, http_client=client), mode="legacy", message_handler=older.on_message
            ) as old,
            Client(streamable_http_client(url, http_client=client), mode="2026-07-28") as new,
            new.listen(tools_list_changed=True) as subscription,
            client.stream("GET", "/events", headers=STREAM) as stream,
        ):
            assert [tool.name for tool in (await old.list_tools()).tools] == ["one"]

            async def follow() -> None:
                async for _ in subscription:
                    newer.set()

            following = asyncio.create_task(follow())
            project.add("two")
            async for event in told(stream):
                if event["event"] == "tool_migrated" and event["data"]["identifier"] == "two":
                    break
            await asyncio.gather(older.changed.wait(), newer.wait())
            following.cancel()
            for each in (old, new):
                names = [tool.name for tool in (await each.list_tools(cache_mode="bypass")).tools]
                assert names == ["one", "two"]
