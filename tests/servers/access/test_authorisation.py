"""Who may do what: scopes by routes, tools by patterns, and what a token that opens nothing gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from crucible_tools.model.access import Limits, Scope
from crucible_tools.operations.tokens import NewToken, create_token, revoke_token, rotate_token
from crucible_tools.servers.access import doorman
from crucible_tools.servers.refusals import Unauthorized
from crucible_tools.store.place import resolve
from tests.servers.http.conftest import Served, migrated, project, serve
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project

__all__ = ["migrated", "project"]

ROUTES = {
    ("GET", "/tools"): {"call": 200, "read": 200, "admin": 200, "some": 200},
    ("GET", "/tools/echo"): {"call": 200, "read": 200, "admin": 200, "some": 404},
    ("POST", "/tools/echo"): {"call": 200, "read": 403, "admin": 200, "some": 404},
    ("POST", "/tools/notes.list"): {"call": 200, "read": 403, "admin": 200, "some": 200},
    ("GET", "/tools/echo/versions"): {"call": 403, "read": 200, "admin": 200, "some": 404},
    ("GET", "/tools/echo/diff"): {"call": 403, "read": 200, "admin": 200, "some": 404},
    ("GET", "/calls"): {"call": 200, "read": 200, "admin": 200, "some": 200},
    ("GET", "/runs"): {"call": 403, "read": 200, "admin": 200, "some": 403},
    ("GET", "/runs/last"): {"call": 403, "read": 200, "admin": 200, "some": 403},
    ("GET", "/events"): {"call": 403, "read": 200, "admin": 200, "some": 200},
    ("GET", "/metrics"): {"call": 403, "read": 200, "admin": 200, "some": 403},
    ("GET", "/health"): {"call": 403, "read": 200, "admin": 200, "some": 403},
    ("GET", "/session"): {"call": 200, "read": 200, "admin": 200, "some": 200},
    ("GET", "/openapi.json"): {"call": 200, "read": 200, "admin": 200, "some": 200},
}
"""The status of each route by token; `some` calls and reads only the tools `notes.*`."""

OPEN = {"/": 200, "/livez": 200, "/readyz": 200, "/errors": 200, "/session": 401, "/nowhere": 401, "/mcp": 401}


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served."""
    async with serve(project) as running:
        yield running


async def test_every_route_takes_the_tokens_that_it_should(served: Served) -> None:
    clients = {scope.value: await served.member(scope) for scope in Scope}
    clients["some"] = await served.member(Scope.CALL, Scope.READ, tools=["notes.*"])
    found = {
        (method, path): {name: (await client.request(method, path)).status_code for name, client in clients.items()}
        for method, path in ROUTES
    }
    assert found == ROUTES


async def test_without_a_token_only_what_is_open_is_answered(served: Served) -> None:
    stranger = await served.client(None)
    closed = {path: (await stranger.request(method, path)).status_code for method, path in ROUTES}
    assert set(closed.values()) == {401}
    assert {path: (await stranger.get(path)).status_code for path in OPEN} == OPEN
    assert (await stranger.get("/tools")).headers["www-authenticate"].startswith("Bearer")


async def test_what_is_no_token_opens_nothing(served: Served) -> None:
    for authorization in [
        "Bearer",
        "Bearer x",
        "Bearer crucible_AAAAAAAA_" + "A" * 43,
        "Bearer crucible_AAAAAAAA_" + "A" * 10_000,
        "Basic dXNlcjpwYXNz",
        "crucible_AAAAAAAA_" + "A" * 43,
    ]:
        async with httpx2.AsyncClient(base_url=served.url, headers={"Authorization": authorization}) as client:
            problem(await client.get("/tools"), 401, "unauthorized")


async def test_a_secret_that_is_nearly_right_opens_nothing(served: Served) -> None:
    secret = await served.secret(Scope.CALL)
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    problem(await (await served.client(wrong)).get("/tools"), 401, "unauthorized")
    assert (await (await served.client(secret)).get("/tools")).status_code == 200


async def test_a_tool_that_a_token_is_not_for_is_not_there(served: Served) -> None:
    client = await served.member(Scope.CALL, tools=["notes.*"])
    hidden = problem(await client.post("/tools/echo"), 404, "tool-not-found")
    assert "echo" not in str(hidden["near"])
    assert [tool["name"] for tool in (await client.get("/tools")).json()["tools"]] == ["notes.list"]


async def test_a_token_that_was_revoked_opens_nothing_within_a_second(served: Served) -> None:
    client = await served.member(Scope.CALL, name="leaked")
    assert (await client.get("/tools")).status_code == 200
    await revoke_token(served.project.state, "leaked")
    await forgotten(served)
    problem(await client.get("/tools"), 401, "unauthorized")


async def test_a_rotated_token_opens_with_both_secrets_for_a_while(served: Served) -> None:
    old = await served.secret(Scope.CALL, name="robot")
    new = (await rotate_token(served.project.state, "robot", grace="1h")).secret.text
    await forgotten(served)
    for secret in (old, new):
        assert (await (await served.client(secret)).get("/tools")).status_code == 200
    newest = (await rotate_token(served.project.state, "robot")).secret.text
    await forgotten(served)
    assert [(await (await served.client(secret)).get("/tools")).status_code for secret in (old, new, newest)] == [
        401,
        401,
        200,
    ]


async def test_a_rate_bounds_calls_and_says_when_to_come_again(served: Served) -> None:
    client = await served.client(await served.secret(Scope.CALL, limits=Limits(per_minute=1)))
    assert (await client.post("/tools/echo")).status_code == 200
    response = await client.post("/tools/echo")
    problem(response, 429, "rate-limited")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert (await client.get("/tools")).status_code == 200


async def test_a_quota_bounds_the_calls_of_a_day(served: Served) -> None:
    client = await served.client(await served.secret(Scope.CALL, limits=Limits(per_day=2)))
    assert [(await client.post("/tools/echo")).status_code for _ in range(3)] == [200, 200, 429]


async def forgotten(served: Served) -> None:
    """Makes the server look at its tokens anew, as it does after a second: by one that it does not know."""
    await (await served.client(await served.secret(Scope.READ, name=f"new-{id(object())}"))).get("/tools")


async def test_the_new_secret_of_a_rotated_token_opens_although_what_is_known_of_it_is_fresh(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorman, "FRESH_S", 3600.0)
    old = await create_token(project.state, NewToken(name="robot"))
    async with doorman.Doorman(resolve(project.state)) as knows:
        await knows.admit(old.secret.text)
        new = await rotate_token(project.state, "robot", "1h")
        async with asyncio.timeout(60):
            while not await opens(knows, new.secret.text):  # it is not looked for each time
                await asyncio.sleep(0)
        assert await opens(knows, old.secret.text)
        assert not await opens(knows, new.secret.text[:-1])


async def opens(knows: doorman.Doorman, secret: str) -> bool:
    try:
        await knows.admit(secret)
    except Unauthorized:
        return False
    return True
