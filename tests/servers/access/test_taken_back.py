"""Whoever is in when their token is taken back is sent away, whatever flows; whoever is not, stays."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from crucible_tools.errors import StateDamaged
from crucible_tools.model.access import Scope
from crucible_tools.operations.tokens import revoke_token, rotate_token
from crucible_tools.servers.app import AppSettings
from crucible_tools.servers.page.page import Page
from crucible_tools.store.tokens import StoredToken, Tokens
from tests import on_server
from tests.servers.http.conftest import QUICK, Served, migrated, project, serve, until
from tests.servers.http.problems import problem
from tests.servers.http.test_events import told
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.test_older_revisions import Session
from tests.servers.mcp.wire import Wire, message

__all__ = ["migrated", "project"]

STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served with their page."""
    async with serve(project, replace(QUICK, app=AppSettings(page=Page))) as running:
        yield running


@contextlib.asynccontextmanager
async def calls_all_the_time(served: Served) -> AsyncIterator[None]:
    """Events flow: there is no silence in which a token would be looked at."""
    assert served.listening.own is not None
    client = await served.client(served.listening.own.secret.text)

    async def call() -> None:
        while True:
            await client.post("/tools/echo")

    task = asyncio.create_task(call())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_event_streams_end_when_their_token_is_taken_back_although_events_flow(served: Served) -> None:
    readers = {name: await served.member(Scope.READ, name=name) for name in ("revoked", "rotated", "graceful")}
    async with asyncio.timeout(60), contextlib.AsyncExitStack() as stack:
        streams = {
            name: await stack.enter_async_context(reader.stream("GET", "/events", headers=STREAM))
            for name, reader in readers.items()
        }
        events = {name: told(stream) for name, stream in streams.items()}
        async with calls_all_the_time(served):
            for name in readers:
                await anext(events[name])
            await rotate_token(served.project.state, "graceful", grace="1h")
            await rotate_token(served.project.state, "rotated")
            await revoke_token(served.project.state, "revoked")
            for name in ("revoked", "rotated"):
                async for _ in events[name]:
                    pass  # to its end, which is an orderly one
            assert (await anext(events["graceful"]))["event"]


async def test_streams_of_the_page_end_with_their_token(served: Served) -> None:
    reader = await served.member(Scope.READ, name="revoked")
    async with (
        asyncio.timeout(60),
        reader.stream("GET", "/ui/live/calls", headers=STREAM) as stream,
        calls_all_the_time(served),
    ):
        parts = stream.aiter_lines()
        await anext(parts)
        await revoke_token(served.project.state, "revoked")
        async for _ in parts:
            pass
        problem(await reader.get("/session"), 401, "unauthorized")


async def test_a_session_of_an_older_client_ends_with_its_token_and_so_do_its_calls(served: Served) -> None:
    token = await served.secret(Scope.CALL, name="revoked")
    client = await served.client(None)
    session = Session(client, f"{served.url}/mcp", "2025-11-25", authorization=f"Bearer {token}")
    await session.open()
    call = asyncio.create_task(session.post(endless()))
    await until(lambda: bool(served.serving.calls.live()))
    async with asyncio.timeout(60), client.stream("GET", session.url, headers=session.headers) as stream:
        assert stream.status_code == 200
        await revoke_token(served.project.state, "revoked")
        assert [line async for line in stream.aiter_lines() if line.startswith("data: {")] == []
    assert '"result"' not in (await call).text
    await until(lambda: not served.serving.calls.live())
    assert (await session.post(endless())).status_code == 401


async def test_a_newer_client_that_listens_is_told_nothing_more(served: Served) -> None:
    token = await served.secret(Scope.CALL, name="revoked")
    client = await served.client(token)
    wire = Wire(client, f"{served.url}/mcp")
    asked = message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    async with asyncio.timeout(60), wire.stream(asked) as messages:
        await anext(messages)  # that it is heard
        await rotate_token(served.project.state, "revoked")
        assert [each async for each in messages] == []


async def test_a_call_ends_with_its_token_and_is_told_why(served: Served) -> None:
    caller = await served.member(Scope.CALL, name="revoked")
    call = asyncio.create_task(caller.post("/tools/endless"))
    await until(lambda: bool(served.serving.calls.live()))
    await revoke_token(served.project.state, "revoked")
    assert "taken back" in problem(await call, 401, "unauthorized")["detail"]
    assert not served.serving.calls.live()


async def test_whoever_is_in_stays_in_while_the_tokens_cannot_be_read(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await served.member(Scope.READ, name="reader")
    looked = 0
    real = Tokens.all

    def damaged(self: Tokens) -> list[StoredToken]:
        nonlocal looked
        looked += 1
        if looked < 3:
            raise StateDamaged("injected")
        return real(self)

    async with asyncio.timeout(60), reader.stream("GET", "/events", headers=STREAM) as stream:
        events = told(stream)
        monkeypatch.setattr(Tokens, "all", damaged)
        await until(lambda: looked >= 3)
        async with calls_all_the_time(served):
            assert (await anext(events))["event"]


def endless() -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "endless", "arguments": {}}}


@pytest.mark.skipif(on_server.URL is not None, reason="a state in a folder only: it is moved away")
async def test_a_state_that_is_gone_is_told_as_such_and_not_as_a_wrong_token(project: Project, tmp_path: Path) -> None:
    async with serve(project) as served:
        caller = await served.member(Scope.CALL, name="caller")
        assert (await caller.get("/tools")).status_code == 200
        state, elsewhere = Path(project.state), tmp_path / "elsewhere"
        state.rename(elsewhere)
        await until(lambda: not served.serving.condition.readiness().ready)
        async with asyncio.timeout(60):
            while (response := await caller.get("/tools")).status_code == 200:  # what was read holds for a second
                await asyncio.sleep(0.01)
        found = problem(response, 503, "state")
        assert "is gone" in found["detail"]
        assert "put it back" in found["hint"]
        assert (await caller.get("/readyz")).status_code == 503
        assert "is gone" in " ".join(served.serving.condition.readiness().reasons)
        elsewhere.rename(state)
        await until(lambda: served.serving.condition.readiness().ready)
        assert (await caller.post("/tools/echo")).status_code == 200
