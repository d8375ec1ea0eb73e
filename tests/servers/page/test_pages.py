"""The page as it comes out of the server: who may see what, sessions, and other people's text."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from crucible_tools.model.access import Scope
from crucible_tools.operations.tokens import NewToken, make_token
from crucible_tools.servers.app import Application, AppSettings
from crucible_tools.servers.page.page import Page
from tests.servers.http.conftest import Served
from tests.servers.mcp.legacy_tools import SOURCES
from tests.servers.page.conftest import HTML, PageProject, prepared, recorded, served_page, token_of, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

READS = ["/ui/events", "/ui/inactive", "/ui/tools/greet/diff", "/ui/recorded"]
READS_ALL = ["/ui/runs", "/ui/hooks", "/ui/health"]
ANYBODY = ["/", "/ui/tools/greet", "/ui/calls"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with served_page(await prepared(Path(tmp_path_factory.mktemp("page")))) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def admin(served: Served) -> AsyncIterator[httpx2.AsyncClient]:
    assert served.listening.own is not None
    async with visitor(served, served.listening.own.secret.text) as browser:
        yield browser


async def csrf_of(browser: httpx2.AsyncClient) -> str:
    return (await browser.get("/session", headers={"Accept": "*/*"})).json()["csrf_token"]


@pytest.mark.parametrize("path", [*ANYBODY, *READS, *READS_ALL])
async def test_every_page_is_shown_to_who_may_see_it(admin: httpx2.AsyncClient, path: str) -> None:
    response = await admin.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "<h1" in response.text


@pytest.mark.parametrize(
    ("scopes", "tools", "paths", "status"),
    [
        ((Scope.CALL,), ("*",), ANYBODY, 200),
        ((Scope.CALL,), ("*",), [*READS, *READS_ALL], 403),
        ((Scope.READ,), ("*",), [*ANYBODY, *READS, *READS_ALL], 200),
        ((Scope.READ,), ("gre*",), [*ANYBODY, *READS], 200),
        ((Scope.READ,), ("gre*",), READS_ALL, 403),
        ((Scope.READ,), ("other",), ["/ui/tools/greet", "/ui/tools/greet/diff"], 404),
    ],
)
async def test_a_token_sees_what_it_is_for(
    served: Served, scopes: tuple[Scope, ...], tools: tuple[str, ...], paths: list[str], status: int
) -> None:
    async with visitor(served, await token_of(served, *scopes, tools=tools)) as browser:
        assert {path: (await browser.get(path)).status_code for path in paths} == dict.fromkeys(paths, status)
        links = set(re.findall(r'<li><a href="([^"]+)"', (await browser.get("/")).text))
        assert {(await browser.get(link)).status_code for link in links} == {200}


async def test_a_token_that_only_reads_gets_no_form_and_calls_nothing(served: Served) -> None:
    async with visitor(served, await token_of(served, Scope.READ)) as browser:
        assert "data-try" not in (await browser.get("/ui/tools/greet")).text
        form = {"csrf_token": await csrf_of(browser), "arg.name": "Ann"}
        assert (await browser.post("/ui/tools/greet/call", data=form)).status_code == 403


@pytest.mark.parametrize("path", ["/", "/ui/calls", "/ui/tools/greet", "/ui/tools/nope", "/nope"])
async def test_who_has_no_token_is_asked_for_one_and_goes_on_where_they_wanted(served: Served, path: str) -> None:
    async with visitor(served) as browser:
        response = await browser.get(path)
        if path == "/nope":  # nothing that is not open to all is told apart
            assert response.status_code == 401
            return
        assert (response.status_code, response.url.path) == (200, "/ui/sign-in")
        wanted = re.search(r'name="next" value="([^"]*)"', response.text)
        assert wanted is not None
        assert wanted[1] == path
        token = await token_of(served, Scope.READ)
        response = await browser.post("/ui/sign-in", data={"token": f" {token}\n", "next": wanted[1]})
        assert response.url.path == path


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil", "javascript:1", "/ui/\r\nX: y"]
)
async def test_signing_in_leads_nowhere_else(served: Served, elsewhere: str) -> None:
    token = await token_of(served, Scope.READ)
    async with visitor(served) as browser:
        sent = {"token": token, "next": elsewhere}
        response = await browser.post("/ui/sign-in", data=sent, follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, "/")


@pytest.mark.parametrize("token", ["", "crucible_no", "crucible_AAAAAAAA_" + "x" * 43, "<script>"])
async def test_a_token_that_opens_nothing_is_told_beside_its_field(served: Served, token: str) -> None:
    async with visitor(served) as browser:
        response = await browser.post("/ui/sign-in", data={"token": token})
        assert response.status_code == 401
        assert 'id="token-error"' in response.text
        assert "set-cookie" not in response.headers


async def test_an_old_link_asks_for_another_token_unless_one_is_in(served: Served, admin: httpx2.AsyncClient) -> None:
    async with visitor(served) as browser:
        assert (await browser.get("/?token=crucible_AAAAAAAA_old")).url.path == "/ui/sign-in"
    response = await admin.get("/?token=crucible_AAAAAAAA_old")
    assert (response.url.path, response.status_code) == ("/", 200)
    assert "token=" not in str(response.url)


async def test_signing_in_in_a_second_tab_works(served: Served) -> None:
    first, second = await token_of(served, Scope.READ), await token_of(served, Scope.CALL)
    async with visitor(served, first) as browser:
        response = await browser.post("/ui/sign-in", data={"token": second, "next": "/ui/calls"})
        assert (response.status_code, response.url.path) == (200, "/ui/calls")
        told = (await browser.get("/session", headers={"Accept": "*/*"})).json()
        assert told["scopes"] == ["call"]


async def test_a_diff_of_a_file_with_other_peoples_tools_is_refused_as_people_read_it(
    served: Served,
) -> None:
    tools = (f'#[tool(name = "{name}", desc = "d")]\npub fn {name}() {{ 1 }}\n' for name in ("mine", "yours"))
    served.project.write("both", "".join(tools))
    await served.project.migrate()
    async with visitor(served, await token_of(served, Scope.READ, tools=["mine"])) as browser:
        response = await browser.get("/ui/tools/mine/diff")
        assert response.status_code == 403
        assert "<h1>That did not work</h1>" in response.text
        assert "yours" not in response.text


async def test_signing_out_ends_the_session(served: Served) -> None:
    async with visitor(served, await token_of(served, Scope.READ)) as browser:
        cookie = browser.cookies["crucible_session"]
        await browser.post("/ui/sign-out", data={"csrf_token": await csrf_of(browser)})
        again = await browser.get("/ui/calls", headers={"Cookie": f"crucible_session={cookie}"})
        assert again.url.path == "/ui/sign-in"


async def test_a_browser_that_comes_from_another_site_asks_again_from_here(served: Served) -> None:
    async with visitor(served) as browser:
        response = await browser.get("/", headers={"Sec-Fetch-Site": "cross-site"})
        assert response.url.path == "/"
        assert '<meta http-equiv="refresh" content="0">' in response.text


@pytest.mark.parametrize(
    "path", ["/ui/tools/greet/call", "/ui/calls/x/cancel", "/ui/recorded/x/replay", "/ui/sign-out"]
)
async def test_a_form_that_does_not_repeat_the_sessions_token_changes_nothing(
    admin: httpx2.AsyncClient, path: str
) -> None:
    for form in ({}, {"csrf_token": "x"}):
        assert (await admin.post(path, data=form)).status_code == 403


async def test_a_call_by_form_is_answered_with_its_page(admin: httpx2.AsyncClient) -> None:
    form = {
        "csrf_token": await csrf_of(admin),
        "arg.title": "a",
        "arg.count": "3",
        "arg.tags": '["x"]',
        "arg.loud": "0",
    }
    response = await admin.post("/ui/tools/form/call", data=form)
    assert response.status_code == 200
    assert "&#34;tags&#34;: [" in response.text
    assert "&#34;loud&#34;: true" in response.text
    assert "stop reason: finished" in response.text


async def test_wrong_arguments_are_told_beside_their_fields(admin: httpx2.AsyncClient) -> None:
    form = {"csrf_token": await csrf_of(admin), "arg.title": "a" * 60, "arg.count": "12", "arg.factor": "1"}
    response = await admin.post("/ui/tools/form/call", data=form)
    assert response.status_code == 422
    errors = re.findall(r'<p class="error" id="(arg-\d)-error">([^<]+)<', response.text)
    assert [name for name, _ in errors] == ["arg-0", "arg-1"]
    assert f'value="{"a" * 60}"' in response.text


@pytest.mark.parametrize("text", ["{", "[]", "7", "{}", '{"name": 5}', '{"nam": "x"}', "[" * 50_000])
async def test_wrong_arguments_as_json_are_told_beside_them(admin: httpx2.AsyncClient, text: str) -> None:
    form = {"csrf_token": await csrf_of(admin), "arguments-json": text}
    response = await admin.post("/ui/tools/greet/call", data=form)
    assert response.status_code == 422
    assert 'id="arguments-json-error"' in response.text


async def test_forms_that_are_none_are_refused_as_people_read_it(admin: httpx2.AsyncClient) -> None:
    headers = {"X-CSRF-Token": await csrf_of(admin)}
    response = await admin.post("/ui/tools/greet/call", json={}, headers=headers)
    assert response.status_code == 415
    assert "<h1>That did not work</h1>" in response.text
    fields = {f"arg.{number}": "x" for number in range(2000)}
    assert (await admin.post("/ui/tools/greet/call", data=fields, headers=headers)).status_code == 400


async def test_an_unknown_tool_call_or_record_is_not_found(admin: httpx2.AsyncClient) -> None:
    for path in ("/ui/tools/gret", "/ui/calls/x", "/ui/recorded/%3Cx%3E", "/ui/tools/greet/diff?to=999", "/ui/x"):
        response = await admin.get(path)
        assert response.status_code in (400, 404)
        assert "<h1>That did not work</h1>" in response.text
    assert "greet" in (await admin.get("/ui/tools/gret")).text


async def test_the_list_is_searched_by_words(admin: httpx2.AsyncClient) -> None:
    text = (await admin.get("/", params={"q": "TOOL greet"})).text
    assert re.findall(r'href="/ui/tools/([^"]+)"', text) == ["greet"]
    assert "No tool has all of these words" in (await admin.get("/", params={"q": "<script>nothing"})).text


async def test_versions_are_compared(admin: httpx2.AsyncClient) -> None:
    found = re.search(r'href="(/ui/tools/greet/diff\?from=[^"]+)"', (await admin.get("/ui/tools/greet")).text)
    assert found is not None
    assert "<ins>+// another version</ins>" in (await admin.get(found[1].replace("&amp;", "&"))).text


async def test_other_peoples_calls_are_not_shown_to_who_may_not_read(served: Served, admin: httpx2.AsyncClient) -> None:
    form = {"csrf_token": await csrf_of(admin), "arg.name": "Ann"}
    page = (await admin.post("/ui/tools/greet/call", data=form)).text
    call = re.search(r"/ui/calls/([^\"]+)", page)
    assert call is not None
    async with visitor(served, await token_of(served, Scope.CALL)) as other:
        assert (await other.get(f"/ui/calls/{call[1]}")).status_code == 404
        assert call[1] not in (await other.get("/ui/calls")).text
    assert (await admin.get(f"/ui/calls/{call[1]}")).status_code == 200


@pytest.mark.parametrize("tool", ["hostile", "hostile.error", "huge"])
async def test_no_text_of_a_script_is_more_than_text(served: Served, admin: httpx2.AsyncClient, tool: str) -> None:
    form = {"csrf_token": await csrf_of(admin)}
    called = await admin.post(f"/ui/tools/{tool}/call", data=form)
    paths = [
        "/",
        f"/ui/tools/{tool}",
        f"/ui/tools/{tool}/diff",
        "/ui/calls",
        "/ui/events",
        "/ui/health",
        "/ui/recorded",
    ]
    call = re.search(r"/ui/calls/([^\"]+)\"", called.text)
    assert call is not None
    await recorded(served, call[1])
    pages = [called, *[await admin.get(path) for path in (*paths, f"/ui/calls/{call[1]}", f"/ui/recorded/{call[1]}")]]
    for page in pages:
        assert page.status_code in (200, 422), page.url
        assert len(page.content) < 600_000
        for wrong in ("<script>window", "<img src=x", "<svg onload", 'href="javascript', "\x1b", "\u202e", "\u2066"):
            assert wrong not in page.text, (page.url, wrong)
    assert "{{ 7*7 }}" in called.text


async def test_a_server_that_is_being_stopped_begins_nothing_by_the_page(tmp_path: Path) -> None:
    project = PageProject(tmp_path)
    project.write("greet", SOURCES["greet"])
    await project.migrate()
    async with project.serving() as serving:
        own = make_token(NewToken(name="own", scopes=(Scope.ADMIN,)))
        async with Application(serving, AppSettings(page=Page), [own]) as app:
            transport = httpx2.ASGITransport(app)
            headers = {**HTML, "Authorization": f"Bearer {own.secret.text}"}
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
                assert (await client.get("/ui/tools/greet")).status_code == 200
                await app.finish(5)
                for response in (
                    await client.get("/"),
                    await client.post("/ui/tools/greet/call", data={"arg.name": "A"}),
                ):
                    assert response.status_code == 503
        assert serving.calls.recent() == ()


async def test_assets_are_for_everybody_and_kept_by_their_digest(served: Served) -> None:
    async with visitor(served) as browser:
        style = re.search(r'href="(/assets/style.css\?v=\w+)"', (await browser.get("/ui/sign-in")).text)
        assert style is not None
        response = await browser.get(style[1])
        assert (response.status_code, response.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert "immutable" in response.headers["cache-control"]
        assert (await browser.get("/assets/style.css")).headers["cache-control"] == "no-cache"
        assert (await browser.get("/assets/nope.css")).status_code == 404
        for path in ("/assets/..%2fpage.py", "/assets/"):
            assert (await browser.get(path)).url.path == "/ui/sign-in"


async def test_no_page_has_script_or_style_in_it(admin: httpx2.AsyncClient) -> None:
    for path in [*ANYBODY, *READS, *READS_ALL]:
        response = await admin.get(path)
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=\"", response.text) == []


async def test_without_html_the_page_answers_as_the_interface_does(served: Served) -> None:
    client = await served.client(None)
    response = await client.get("/ui/live/calls", headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
