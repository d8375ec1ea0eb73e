"""One token does not have all places for what is open for long."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from crucible_tools.model.access import Scope
from crucible_tools.servers.access.places import Places
from crucible_tools.servers.app import AppSettings
from crucible_tools.servers.mcp import changes
from crucible_tools.servers.page.page import Page
from crucible_tools.servers.page.streams import MOST_OF_ONE
from crucible_tools.servers.refusals import RateLimited
from tests.servers.http.conftest import QUICK, Served, migrated, project, serve
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.wire import Wire, message

__all__ = ["migrated", "project"]

STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served with their page."""
    async with serve(project, replace(QUICK, app=AppSettings(page=Page))) as running:
        yield running


def test_places_are_bounded_in_all_and_for_each() -> None:
    places = Places(most=3, of_one=2)
    with contextlib.ExitStack() as stack:
        for user in ("a", "a", "b"):
            places.check(user)
            stack.enter_context(places.taken(user))
        for user in ("a", "b", "c"):
            with pytest.raises(RateLimited, match="of this token" if user == "a" else "3 streams"):
                places.check(user)
    places.check("a")


async def test_one_token_does_not_have_all_streams_of_the_page(served: Served) -> None:
    greedy, other = await served.member(Scope.READ, name="greedy"), await served.member(Scope.READ, name="other")
    parts: list[AsyncIterator[str]] = []
    async with asyncio.timeout(60), contextlib.AsyncExitStack() as open_ones:
        for _ in range(MOST_OF_ONE):
            response = await open_ones.enter_async_context(greedy.stream("GET", "/ui/live/calls", headers=STREAM))
            parts.append(response.aiter_lines())
            await anext(parts[-1])
        problem(await greedy.get("/ui/live/calls", headers=STREAM), 429, "rate-limited")
        async with other.stream("GET", "/ui/live/calls", headers=STREAM) as response:
            assert response.status_code == 200


async def test_one_token_does_not_listen_for_changes_everywhere(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_OF_ONE", 1)
    greedy, other = [await listener(served, name) for name in ("greedy", "other")]
    asked = message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    async with asyncio.timeout(60), greedy.stream(asked) as events:
        await anext(events)
        assert "listen already" in (await greedy.post(asked)).text
        async with other.stream(asked) as others:
            assert (await anext(others))["method"] == "notifications/subscriptions/acknowledged"


async def listener(served: Served, name: str) -> Wire:
    client: httpx2.AsyncClient = await served.member(Scope.CALL, name=name)
    return Wire(client, f"{served.url}/mcp")
