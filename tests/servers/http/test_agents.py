"""Agents come through the same door: MCP at /mcp has the tokens, tools and limits of everything else."""

from __future__ import annotations

import asyncio

import httpx2

from crucible_tools.model.access import Limits, Scope
from tests.servers.http.conftest import Served, until
from tests.servers.http.problems import problem
from tests.servers.mcp.wire import Wire, headers, message


async def agent(served: Served, secret: str) -> Wire:
    return Wire(await served.client(secret), "/mcp")


async def test_an_agent_needs_a_token_that_may_call(served: Served) -> None:
    body = message("tools/list")
    problem(await (await served.client(None)).post("/mcp", json=body, headers=headers(body)), 401, "unauthorized")
    reader = await served.member(Scope.READ)
    problem(await reader.post("/mcp", json=body, headers=headers(body)), 403, "forbidden")


async def test_an_agent_sees_and_calls_the_tools_that_its_token_is_for(served: Served) -> None:
    wire = await agent(served, await served.secret(Scope.CALL, tools=["notes.*"]))
    listed = (await wire.ask("tools/list"))["result"]["tools"]
    assert [tool["name"] for tool in listed] == ["notes_list"]
    assert (await wire.call("notes_list"))["structuredContent"] == ["one", "two"]
    assert "result" not in await wire.ask("tools/call", {"name": "echo", "arguments": {}})
    assert [call.tool for call in served.serving.calls.recent()] == ["notes.list"]


async def test_an_agent_and_a_program_are_told_the_same_of_wrong_arguments(
    served: Served, client: httpx2.AsyncClient
) -> None:
    wire = await agent(served, await served.secret(Scope.CALL))
    for arguments in ({}, {"name": 7}, {"name": ["x"], "extra": 1}):
        told = (await wire.call("greet", arguments))["_meta"]["crucible-tools/error"]
        found = problem(await client.post("/tools/greet", json=arguments), 422, "invalid-arguments")
        assert all(violation["kind"] for violation in told["data"])
        assert (found["violations"], found["detail"]) == (told["data"], told["message"])


async def test_the_calls_of_an_agent_are_its_tokens_and_count(served: Served, client: httpx2.AsyncClient) -> None:
    secret = await served.secret(Scope.CALL, limits=Limits(per_day=1), name="robot")
    wire = await agent(served, secret)
    assert (await wire.call("echo", {"value": 1}))["structuredContent"] == 1
    refused = await wire.call("echo", {"value": 2})
    assert refused["isError"]
    assert "calls a day" in refused["content"][0]["text"]
    (call,) = (await client.get("/calls")).json()["recent"]
    assert call["user"].startswith("robot/")
    problem(await (await served.client(secret)).post("/tools/echo"), 429, "rate-limited")


async def test_the_call_of_an_agent_is_stopped_over_http(served: Served, client: httpx2.AsyncClient) -> None:
    wire = await agent(served, await served.secret(Scope.CALL))
    task = asyncio.create_task(wire.call("endless"))
    await until(lambda: bool(served.serving.calls.live()))
    (live,) = (await client.get("/calls")).json()["live"]
    assert (await client.delete(f"/calls/{live['id']}")).status_code == 202
    assert (await task)["isError"]
