"""What comes out of a browser: names that lead here, pages of other sites, and sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from crucible_tools.model.access import Scope, Secret
from crucible_tools.servers.access.hosts import Hosts, is_loopback
from crucible_tools.servers.access.sessions import MOST_OF_ONE, MOST_SESSIONS, Sessions
from crucible_tools.servers.app import AppSettings
from tests.servers.http.conftest import QUICK, Served, migrated, project, serve
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project

__all__ = ["migrated", "project"]

HOSTS = Hosts.of(["Tools.example.com"], ["https://app.example.com/"])


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served under a name."""
    async with serve(project, replace(QUICK, app=AppSettings(hosts=HOSTS))) as running:
        yield running


@pytest.fixture
async def client(served: Served) -> httpx2.AsyncClient:
    assert served.listening.own is not None
    return await served.client(served.listening.own.secret.text)


async def test_names_of_the_server_and_addresses_are_answered(client: httpx2.AsyncClient) -> None:
    for host in [
        "localhost",
        "localhost:1",
        "127.0.0.1",
        "[::1]:80",
        "10.1.2.3:8765",
        "tools.example.com",
        "TOOLS.example.com.",
    ]:
        assert (await client.get("/tools", headers={"Host": host})).status_code == 200


async def test_other_names_are_refused_also_with_a_token(client: httpx2.AsyncClient) -> None:
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost", "localhost:x"]:
        problem(await client.get("/tools", headers={"Host": host}), 421, "host-refused")
        problem(await client.post("/mcp", headers={"Host": host}, json={}), 421, "host-refused")


async def test_probes_are_answered_whatever_the_name(served: Served) -> None:
    client = await served.client(None)
    assert (await client.get("/livez", headers={"Host": "pod-7.cluster"})).status_code == 200


@pytest.mark.parametrize("path", ["/tools", "/mcp", "/"])
async def test_pages_of_other_sites_are_refused(client: httpx2.AsyncClient, path: str) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1", "https://app.example.com.evil.example"):
        problem(await client.get(path, headers={"Origin": origin}), 403, "origin-refused")


async def test_own_pages_and_named_sites_are_not(served: Served, client: httpx2.AsyncClient) -> None:
    for origin in (served.url, "https://app.example.com"):
        assert (await client.get("/tools", headers={"Origin": origin})).status_code == 200


async def test_the_link_that_is_printed_begins_a_session(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as browser:
        response = await browser.get(served.listening.link)
        assert (response.status_code, response.headers["location"]) == (303, "/")
        cookie = response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert (await browser.get("/tools")).status_code == 200
        problem(await browser.get("/?token=crucible_no"), 401, "unauthorized")


async def test_a_session_changes_something_only_with_its_token(served: Served) -> None:
    assert served.listening.own is not None
    async with httpx2.AsyncClient(base_url=served.url) as browser:
        begun = await browser.post("/session", json={"token": served.listening.own.secret.text})
        assert begun.status_code == 204
        csrf = (await browser.get("/session")).json()["csrf_token"]
        problem(await browser.post("/tools/echo", json={}), 403, "forbidden")
        problem(await browser.post("/tools/echo", json={}, headers={"X-CSRF-Token": "x"}), 403, "forbidden")
        assert (await browser.post("/tools/echo", json={}, headers={"X-CSRF-Token": csrf})).status_code == 200
        form = await browser.post("/tools/echo", data={"csrf_token": csrf})
        problem(form, 415, "unsupported-media-type")
        assert (await browser.request("DELETE", "/session", headers={"X-CSRF-Token": csrf})).status_code == 204
        problem(await browser.get("/tools"), 401, "unauthorized")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"token": 7}', b"[" * 100_000])
async def test_a_session_begins_with_a_token_only(served: Served, body: bytes) -> None:
    async with httpx2.AsyncClient(base_url=served.url, headers={"Content-Type": "application/json"}) as browser:
        problem(await browser.post("/session", content=body), 400, "malformed-request")


async def test_a_cookie_that_is_none_opens_nothing(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as browser:
        for cookie in ("crucible_session=x", "crucible_session", "=;;=", "crucible_session=" + "x" * 5000):
            problem(await browser.get("/tools", headers={"Cookie": cookie}), 401, "unauthorized")


async def test_signing_in_while_signed_in_begins_another_session_in_the_place_of_the_first(served: Served) -> None:
    reader = await served.secret(Scope.READ, name="another")
    assert served.listening.own is not None
    async with httpx2.AsyncClient(base_url=served.url) as browser:
        await browser.post("/session", json={"token": served.listening.own.secret.text})
        first = dict(browser.cookies)
        assert (await browser.post("/session", json={"token": reader})).status_code == 204
        assert (await browser.get("/session")).json()["name"] == "another"
        problem(await browser.post("/session", json={"token": "crucible_no"}), 401, "unauthorized")
    async with httpx2.AsyncClient(base_url=served.url, cookies=first) as browser:
        problem(await browser.get("/session"), 401, "unauthorized")


def test_sessions_end() -> None:
    now = 0.0
    sessions = Sessions(clock=lambda: now)
    session_id = sessions.begin(secret_of("A"))
    assert sessions.find(session_id) is not None
    now = 1e9
    assert sessions.find(session_id) is None


def test_one_token_that_begins_sessions_without_end_ends_none_but_its_own() -> None:
    sessions = Sessions()
    admin = sessions.begin(secret_of("A"))
    others = [sessions.begin(secret_of("B")) for _ in range(MOST_SESSIONS + 1)]
    assert sessions.find(admin) is not None
    assert [sessions.find(each) is not None for each in others] == [False] * (MOST_SESSIONS + 1 - MOST_OF_ONE) + [
        True
    ] * MOST_OF_ONE


def test_of_too_many_sessions_the_first_one_of_the_token_with_the_most_ends() -> None:
    sessions = Sessions()
    alone = sessions.begin(secret_of("A"))
    heavy = [sessions.begin(secret_of("B")) for _ in range(3)]
    for number in range(MOST_SESSIONS - 3):
        sessions.begin(secret_of(f"{number:08}"))
    assert [sessions.find(each) is not None for each in (alone, *heavy)] == [True, False, True, True]


def secret_of(token: str) -> Secret:
    return Secret.of(token.rjust(8, "A"), "x" * 43)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("example.com", False),
    ],
)
def test_what_only_this_machine_reaches(host: str, local: bool) -> None:
    assert is_loopback(host) is local
