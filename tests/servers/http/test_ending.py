"""A server ends gracefully: not ready first, then nothing new, what runs is finished, streams end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from crucible_tools.model.access import Scope
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.tokens import NewToken, create_token
from crucible_tools.servers.running import HttpServer, Listening
from tests.servers.http.conftest import QUICK, Served, serve, until
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project


def stop(serving: Serving) -> None:
    """Stops the calls that run, as whoever made them might."""
    for call in serving.calls.live():
        serving.calls.cancel(call.id)


@contextlib.asynccontextmanager
async def ending(
    served: contextlib.AbstractAsyncContextManager[Served],
) -> AsyncIterator[tuple[Served, httpx2.AsyncClient, contextlib.AsyncExitStack]]:
    """A server, a client that outlives it, and what ends it."""
    async with asyncio.timeout(60), contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(served)
        assert running.listening.own is not None
        headers = {"Authorization": f"Bearer {running.listening.own.secret.text}"}
        async with httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=30) as client:
            yield running, client, stack


async def test_calls_that_run_are_finished_and_nothing_new_is_begun(project: Project) -> None:
    async with ending(serve(project)) as (served, client, stack):
        await client.get("/livez")
        task = asyncio.create_task(client.post("/tools/endless"))
        await until(lambda: bool(served.serving.calls.live()))
        # A connection that is open already: no other one is let in at the end.
        closing = asyncio.create_task(stack.aclose())
        await until(lambda: not served.serving.condition.readiness().ready)
        assert (await client.get("/readyz")).status_code == 503
        found = await client.post("/tools/echo")
        problem(found, 503, "stopping")
        assert found.headers["connection"] == "close"
        stop(served.serving)
        assert problem(await task, 422, "call-failed")["kind"] == "cancelled"
        await closing


async def test_calls_that_take_longer_than_they_may_are_stopped_and_their_clients_told(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    async with ending(serve(project, replace(QUICK, drain_s=0.05))) as (served, client, stack):
        tasks = [asyncio.create_task(client.post("/tools/endless")) for _ in range(2)]
        headers = {"Accept": "text/event-stream"}
        streamed = asyncio.create_task(client.post("/tools/endless", headers=headers))
        await until(lambda: len(served.serving.calls.live()) == 3)
        await stack.aclose()
        for task in tasks:
            assert problem(await task, 422, "call-failed")["kind"] == "cancelled"
        assert '"kind":"cancelled"' in (await streamed).text
        assert not served.serving.calls.live()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_call_with_a_key_is_stopped_at_the_end_too(project: Project) -> None:
    headers = {"Idempotency-Key": "left"}
    async with ending(serve(project, replace(QUICK, drain_s=0.05))) as (served, client, stack):
        task = asyncio.create_task(client.post("/tools/endless", headers=headers))
        await until(lambda: bool(served.serving.calls.live()))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stack.aclose()
        # By nobody's timeout, which a policy need not have.
        assert [call.outcome for call in served.serving.calls.recent()] == ["cancelled"]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "hurried"}], ids=["plain", "keyed"])
async def test_a_second_signal_does_not_wait_for_calls(project: Project, headers: dict[str, str]) -> None:
    wanted = NewToken(name="caller", scopes=(Scope.CALL,))
    token = (await create_token(project.state, wanted)).secret.text
    listens: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(60), project.serving() as serving:
        server = HttpServer(serving, replace(QUICK, drain_s=3600.0))
        running = asyncio.create_task(server.run(listens.set_result))
        url = (await listens).url
        headers = {**headers, "Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
            task = asyncio.create_task(client.post("/tools/endless"))
            await until(lambda: bool(serving.calls.live()))
            signal.raise_signal(signal.SIGTERM)
            await until(lambda: not serving.condition.readiness().ready)
            assert serving.calls.live()
            signal.raise_signal(signal.SIGTERM)
            await running
            assert [call.outcome for call in serving.calls.recent()] == ["cancelled"]
            await asyncio.gather(task, return_exceptions=True)  # what is made is sent, and taken by who is quick


async def is_listening(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except ConnectionError:
        return False
    writer.close()
    return True


async def test_a_second_signal_does_not_wait_for_clients_either(project: Project) -> None:
    wanted = NewToken(name="caller", scopes=(Scope.CALL,))
    token = (await create_token(project.state, wanted)).secret.text
    listens: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(60), project.serving() as serving:
        server = HttpServer(serving, replace(QUICK, close_s=3600.0))
        running = asyncio.create_task(server.run(listens.set_result))
        host, port = (await listens).url.removeprefix("http://").split(":")
        _, half = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /tools/echo HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n{{"
        )
        half.write(head.encode())
        await half.drain()
        for _ in range(100):
            await asyncio.sleep(0)  # the server begins to read its body, which never comes
        signal.raise_signal(signal.SIGTERM)
        while await is_listening(host, int(port)):
            pass  # it has no calls to wait for: what it waits for are its clients
        assert not running.done()
        signal.raise_signal(signal.SIGTERM)
        await running
        half.close()


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize("drain_s", [20.0, 0.05], ids=["finished", "stopped"])
async def test_agents_have_the_answers_of_their_calls(project: Project, mode: str, drain_s: float) -> None:
    async with (
        ending(serve(project, replace(QUICK, drain_s=drain_s))) as (served, http, stack),
        Client(streamable_http_client(served.listening.mcp_url, http_client=http), mode=mode) as client,
    ):
        await client.list_tools()
        task = asyncio.create_task(client.call_tool("endless", {}))
        await until(lambda: bool(served.serving.calls.live()))
        closing = asyncio.create_task(stack.aclose())
        await until(lambda: not served.serving.condition.readiness().ready)
        if drain_s > 1:
            stop(served.serving)
        result = await task
        assert result.is_error
        assert "cancelled" in str(result.content)
        await closing


async def test_a_call_that_is_let_in_when_the_others_have_been_stopped_is_not_begun(project: Project) -> None:
    async with ending(serve(project)) as (served, client, _):
        await served.serving.calls.stop(20)
        problem(await client.post("/tools/echo"), 503, "engine-closed")


async def test_streams_end(project: Project) -> None:
    async with ending(serve(project)) as (_, client, stack):
        async with client.stream("GET", "/events", headers={"Accept": "text/event-stream"}) as response:
            lines = response.aiter_lines()
            await anext(lines)
            closing = asyncio.create_task(stack.aclose())
            assert [line async for line in lines if line.startswith("data")] == []
        await closing


async def test_requests_are_taken_for_a_while_after_it_is_not_ready_any_more(project: Project) -> None:
    async with ending(serve(project, replace(QUICK, notice_s=30.0))) as (served, client, stack):
        closing = asyncio.create_task(stack.aclose())
        await until(lambda: not served.serving.condition.readiness().ready)
        assert (await client.post("/tools/echo")).status_code == 200
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
