"""Clients of older revisions, with their handshake and their sessions, on the same endpoint."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.caller import Caller
from crucible_tools.servers.mcp.http import McpEndpoint
from tests.servers.mcp.conftest import listening
from tests.servers.mcp.wire import messages_of

LIST = {"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": {}}
PING = {"jsonrpc": "2.0", "id": 9, "method": "ping", "params": {}}

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


class Session:
    """One client with its session."""

    def __init__(self, client: httpx2.AsyncClient, url: str, revision: str, **headers: str) -> None:
        self.client, self.url, self.revision = client, url, revision
        self.headers = {"accept": "application/json, text/event-stream", **headers}
        self.opening: httpx2.Response | None = None

    async def open(self) -> dict[str, Any]:
        """The handshake; gives what the server says of itself."""
        params = {"protocolVersion": self.revision, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        opening = await self.post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})
        self.opening = opening
        if opening.status_code != 200:
            return {}
        self.headers["mcp-session-id"] = opening.headers["mcp-session-id"]
        if self.revision >= "2025-06-18":
            self.headers["mcp-protocol-version"] = self.revision
        await self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        result: dict[str, Any] = messages_of(opening.headers["content-type"], opening.text)[-1]["result"]
        return result

    async def post(self, body: dict[str, Any]) -> httpx2.Response:
        return await self.client.post(self.url, json=body, headers=self.headers)

    async def messages(self, method: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        response = await self.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
        return messages_of(response.headers["content-type"], response.text)

    async def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = (await self.messages(method, params))[-1]["result"]
        return result

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        return await self.ask("tools/call", {"name": name, "arguments": arguments})


async def test_each_older_revision_is_spoken_in_its_own_words(address: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as client:
        for revision in REVISIONS:
            session = Session(client, address, revision)
            said = await session.open()
            assert said["protocolVersion"] == revision
            assert said["capabilities"]["tools"] == {"listChanged": True}
            tools = {tool["name"]: tool for tool in (await session.ask("tools/list"))["tools"]}
            plain, object_, wrapped = (
                await session.call("echo", value=[1]),
                await session.call("profile", value={"age": 7}),
                await session.call("shout", value="hey"),
            )
            assert [each["content"][0]["text"] for each in (plain, object_, wrapped)] == ["[1]", '{"age":7}', "hey"]
            assert "structuredContent" not in plain
            # Revisions before 2025-06-18 do not know these members, and their clients pass over them.
            assert object_["structuredContent"] == {"age": 7}
            assert wrapped["structuredContent"] == {"result": "hey"}
            schema = {"type": "object", "properties": {"result": {"type": "string"}}, "required": ["result"]}
            assert tools["shout"]["outputSchema"] == schema


async def test_a_session_hears_the_log_from_the_level_that_it_asked_for(address: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as client:
        session = Session(client, address, "2025-11-25")
        await session.open()
        steps = {"name": "steps", "arguments": {"n": 1}}
        told = [each["params"]["data"] for each in (await session.messages("tools/call", steps))[:-1]]
        assert told == ["step 0"]
        await session.ask("logging/setLevel", {"level": "debug"})
        told = [each["params"]["data"] for each in (await session.messages("tools/call", steps))[:-1]]
        assert told == ["step 0", "detail 0"]
        await session.ask("logging/setLevel", {"level": "error"})
        assert len(await session.messages("tools/call", steps)) == 1


async def test_cancelling_by_a_notification_stops_the_script(serving: Serving, address: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as client, asyncio.timeout(60):
        session = Session(client, address, "2025-11-25")
        await session.open()
        call = asyncio.create_task(session.messages("tools/call", {"name": "endless", "arguments": {}}))
        while not serving.calls.live():
            await asyncio.sleep(0)
        await session.post({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
        while serving.calls.live():
            await asyncio.sleep(0)
        assert [found.outcome for found in serving.calls.recent()] == ["cancelled"]
        await call


def by_header(request: Request | None) -> Caller:
    assert request is not None
    return Caller(request.headers["authorization"])


async def test_a_session_stays_with_its_caller(serving: Serving) -> None:
    async with listening(McpEndpoint(serving, by_header)) as url, httpx2.AsyncClient(timeout=60) as client:
        first, thief = (Session(client, url, "2025-11-25", authorization=who) for who in ("ada", "eve"))
        await first.open()
        thief.headers["mcp-session-id"] = first.headers["mcp-session-id"]
        assert (await thief.post(LIST)).status_code == 404
        assert (await client.request("DELETE", url, headers=thief.headers)).status_code == 404
        assert (await first.call("echo", value=1))["isError"] is False


async def test_a_caller_who_begins_sessions_without_end_ends_none_but_its_own(serving: Serving) -> None:
    endpoint = McpEndpoint(serving, by_header, max_sessions=4, max_sessions_of_one=2)
    async with listening(endpoint) as url, httpx2.AsyncClient(timeout=60) as client:
        ada, *eves = (Session(client, url, "2025-11-25", authorization=who) for who in ("ada", *["eve"] * 5))
        for session in (ada, *eves):
            await session.open()
        assert [(await session.post(LIST)).status_code for session in (ada, *eves)] == [200, 404, 404, 404, 200, 200]


async def test_of_too_many_sessions_one_of_the_caller_with_the_most_ends_with_its_calls(serving: Serving) -> None:
    endpoint = McpEndpoint(serving, by_header, max_sessions=3, max_sessions_of_one=2)
    async with listening(endpoint) as url, httpx2.AsyncClient(timeout=60) as client, asyncio.timeout(60):
        eves = [Session(client, url, "2025-11-25", authorization="eve") for _ in range(2)]
        others = [Session(client, url, "2025-11-25", authorization=who) for who in ("ada", "bob")]
        for session in eves:
            await session.open()
        endless = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "endless", "arguments": {}}}
        calls = [asyncio.create_task(session.post(endless)) for session in eves]
        while len(serving.calls.live()) < 2:
            await asyncio.sleep(0)
        for session in others:
            await session.open()
        while len(serving.calls.live()) > 1:
            await asyncio.sleep(0)
        assert [(await session.post(LIST)).status_code for session in others] == [200, 200]
        assert sorted([(await session.post(PING)).status_code for session in eves]) == [200, 404]
        serving.calls.cancel(serving.calls.live()[0].id)
        await asyncio.gather(*calls)


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_a_page_of_another_origin_opens_no_session(address: str, origin: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as client:
        session = Session(client, address, "2025-11-25", origin=origin)
        await session.open()
        assert session.opening is not None
        assert session.opening.status_code == 403
