"""Tools, calls, runs and the server itself as resources."""

from __future__ import annotations

import json

import httpx2
import pytest

from crucible_tools.model.access import Scope
from crucible_tools.model.enums import ReportFormat
from tests.servers.http.conftest import Served
from tests.servers.http.problems import problem
from tests.servers.mcp.legacy_tools import SOURCES


async def test_the_list_has_every_tool_by_name_a_page_at_a_time(client: httpx2.AsyncClient) -> None:
    names: list[str] = []
    query = "limit=5"
    while True:
        page = (await client.get(f"/tools?{query}")).json()
        names += [tool["name"] for tool in page["tools"]]
        if page["next"] is None:
            break
        query = f"limit=5&after={page['next']}"
    assert names == sorted(SOURCES)


async def test_a_tool_shows_its_schema_and_to_readers_its_policy(served: Served, client: httpx2.AsyncClient) -> None:
    caller = await served.member(Scope.CALL)
    shown = (await caller.get("/tools/greet")).json()
    assert shown["input_schema"]["required"] == ["name"]
    assert shown["level"] == "safe"
    assert "policy" not in shown
    assert (await client.get("/tools/greet")).json()["policy"]["memory_bytes"] == 50 * 2**20


async def test_versions_and_what_is_different_between_them(served: Served, client: httpx2.AsyncClient) -> None:
    served.project.add("notes.list", '["three"]')
    await served.project.migrate()
    versions = [item["version"] for item in (await client.get("/tools/notes_list/versions")).json()["versions"]]
    assert len(versions) == 2
    diff = (await client.get(f"/tools/notes.list/diff?from={versions[1]}&to={versions[0]}")).json()["diff"]
    assert '-pub fn call(args) { ["one", "two"] }' in diff
    assert '+pub fn call(args) { ["three"] }' in diff
    problem(await client.get("/tools/notes.list/diff?from=999"), 400, "usage")
    problem(await client.get("/tools/nothing/versions"), 404, "tool-not-found")


async def test_a_token_for_some_tools_of_a_file_does_not_see_the_source_of_the_others(
    served: Served, client: httpx2.AsyncClient
) -> None:
    own, hidden = (f'#[tool(name = "{name}", desc = "d")]\npub fn {name}() {{ 1 }}\n' for name in ("own", "hidden"))
    served.project.write("both", own + hidden)
    served.project.write("alone", own.replace("own", "alone"))
    await served.project.migrate()
    served.project.write("both", own.replace("1", "2") + hidden)
    await served.project.migrate()
    reader = await served.member(Scope.READ, tools=["own", "alone"])
    [newer, older] = [each["version"] for each in (await client.get("/tools/own/versions")).json()["versions"]]
    for query in ("", f"?from={older}&to={newer}", f"?to={older}"):
        refused = problem(await reader.get(f"/tools/own/diff{query}"), 403, "forbidden")
        assert "stands in a file with tools that the token" in refused["detail"]
        assert "hidden" not in str(refused)
        assert (await client.get(f"/tools/own/diff{query}")).status_code == 200
    assert (await reader.get("/tools/alone/diff")).status_code == 200
    served.project.write("both", own)  # the other one is gone from the newest text, and in the older one still
    await served.project.migrate()
    problem(await reader.get(f"/tools/own/diff?from={older}"), 403, "forbidden")


async def test_calls_are_shown_without_arguments_and_results(client: httpx2.AsyncClient) -> None:
    await client.post("/tools/echo", json={"value": "secret-value"}, headers={"Crucible-Call-Id": "shown"})
    view = (await client.get("/calls/shown")).json()
    assert (view["tool"], view["outcome"]) == ("echo", "finished")
    assert view["user"].startswith("start-")
    assert "secret-value" not in (await client.get("/calls")).text
    problem(await client.get("/calls/none"), 404, "call-not-found")


@pytest.mark.parametrize("wanted", list(ReportFormat))
async def test_the_report_of_a_run_in_every_format(client: httpx2.AsyncClient, wanted: ReportFormat) -> None:
    response = await client.get(f"/runs/last?format={wanted.value}")
    assert response.status_code == 200
    if wanted is ReportFormat.JSON:
        assert len(response.json()["migrated_tools"]) == len(SOURCES)
    if wanted is ReportFormat.HTML:
        assert "sandbox" in response.headers["content-security-policy"]


async def test_runs_the_newest_first(client: httpx2.AsyncClient) -> None:
    found = (await client.get("/runs")).json()
    assert found["total"] == 1
    assert found["runs"][0]["kind"] == "migrate"
    problem(await client.get("/runs/nothing"), 404, "run-not-found")
    problem(await client.get("/runs/last?format=pdf"), 400, "malformed-request")


async def test_what_is_nowhere_and_what_is_not_done_there_are_problems(client: httpx2.AsyncClient) -> None:
    problem(await client.get("/nowhere"), 404, "not-found")
    problem(await client.get("/tools/"), 404, "not-found")
    response = await client.put("/tools/echo", json={})
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert (await client.head("/tools")).content == b""


async def test_metrics_are_what_prometheus_reads(client: httpx2.AsyncClient) -> None:
    await client.post("/tools/echo")
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert 'crucible_calls_total{reason="finished",tool="echo"} 1.0' in response.text


async def test_probes_need_no_token_and_tell_nothing_without_one(served: Served, client: httpx2.AsyncClient) -> None:
    served.project.write("echo", "pub fn NAME() {")
    await served.serving.migrate()
    stranger = await served.client(None)
    assert (await stranger.get("/livez")).json() == {"alive": True}
    assert (await stranger.get("/readyz")).json() == {"ready": True}
    told = (await client.get("/readyz")).json()
    assert told["ready"]
    assert "last good version" in " ".join(told["reasons"])
    assert (await client.get("/health")).json()["status"] == "degraded"


async def test_every_code_has_an_anchor_that_its_problem_leads_to(served: Served, client: httpx2.AsyncClient) -> None:
    found = problem(await client.get("/nowhere"), 404, "not-found")
    page = (await (await served.client(None)).get(found["type"])).text
    assert f'id="{found["code"]}"' in page
    assert 'id="tool-not-found"' in page


async def test_every_answer_says_that_a_browser_does_nothing_with_it(served: Served) -> None:
    for path in ("/", "/tools", "/errors", "/livez"):
        headers = (await (await served.client(None)).get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


async def test_without_a_page_the_root_says_where_everything_is(served: Served) -> None:
    assert "/openapi.json" in json.loads((await (await served.client(None)).get("/")).text)["see"]
