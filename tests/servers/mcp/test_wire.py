"""The protocol on the wire: each thing that revision 2026-07-28 demands of a server of tools (`requirements`)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.caller import Caller
from crucible_tools.servers.mcp.http import McpEndpoint
from tests.servers.mcp.conftest import Project, listening
from tests.servers.mcp.legacy_tools import SOURCES, source
from tests.servers.mcp.requirements import REQUIREMENTS
from tests.servers.mcp.wire import PREFIX, VERSION, Wire, message, messages_of

SHOWN: set[str] = set()


def shows(*requirements: str) -> Callable[[Any], Any]:
    """Marks a test as one that shows these requirements."""
    SHOWN.update(requirements)
    return lambda test: test


@pytest.fixture
async def wire(address: str) -> AsyncIterator[Wire]:
    async with httpx2.AsyncClient(timeout=60) as client:
        yield Wire(client, address)


def test_each_requirement_has_a_test_and_each_test_a_requirement() -> None:
    assert set(REQUIREMENTS) == SHOWN
    text = Path(__file__).read_text(encoding="utf-8")
    marked, tests = len(re.findall(r"^@shows\(", text, re.M)), len(re.findall(r"^async def test_", text, re.M))
    assert marked == tests


# Tools


@shows("discover", "tools-capability", "stateless", "result-type", "same-id")
async def test_a_server_says_what_it_can_without_any_request_before(wire: Wire) -> None:
    response = await wire.ask("server/discover")
    result = response["result"]
    assert response["id"] == 7
    assert result["resultType"] == "complete"
    assert VERSION in result["supportedVersions"]
    assert result["capabilities"]["tools"] == {"listChanged": True}


@shows("tools-list", "tools-list-stateless", "input-schema-object", "cache-hints")
async def test_a_list_is_the_same_for_every_connection_and_has_schemas_that_hosts_take(wire: Wire) -> None:
    first = (await wire.ask("tools/list"))["result"]
    await wire.call("greet", {"name": "Ada"})
    async with httpx2.AsyncClient(timeout=60) as other:
        second = (await Wire(other, wire.url).ask("tools/list"))["result"]
    assert first == second
    assert (first["ttlMs"], first["cacheScope"]) == (5000, "private")
    names = [tool["name"] for tool in first["tools"]]
    assert names == sorted(names)
    assert len(names) == len(SOURCES)
    for tool in first["tools"]:
        schema = tool["inputSchema"]
        assert schema["type"] == "object"
        assert not {"allOf", "anyOf", "oneOf", "if", "$ref"} & schema.keys()
        jsonschema_rs.Draft202012Validator(schema)


@shows("output-schema-conforms")
async def test_structured_results_conform_to_their_schema_or_are_errors(wire: Wire) -> None:
    listed = (await wire.ask("tools/list"))["result"]["tools"]
    schemas = {tool["name"]: tool["outputSchema"] for tool in listed if "outputSchema" in tool}
    assert schemas == {"shout": {"type": "string"}, "profile": {"type": "object", "required": ["age"]}}
    good = await wire.call("profile", {"value": {"age": 7}})
    assert (good["isError"], good["structuredContent"]) == (False, {"age": 7})
    bad = await wire.call("profile", {"value": {"name": "x"}})
    assert bad["isError"]
    assert "structuredContent" not in bad
    assert '"age" is a required property' in bad["content"][0]["text"]


@shows("json-or-sse")
async def test_a_structured_result_is_any_json_beside_its_text(wire: Wire) -> None:
    for value in [{"a": [1, None]}, [1, "two"], "text", 1.5, True, None, "null"]:
        response = await wire.post(message("tools/call", {"name": "echo", "arguments": {"value": value}}))
        assert response.headers["content-type"].startswith("application/json")
        result = response.json()["result"]
        assert result["structuredContent"] == value
        text = result["content"][0]["text"]
        assert text == value if isinstance(value, str) else json.loads(text) == value


@shows("inputs-validated")
async def test_wrong_arguments_are_an_error_that_says_what_to_do(wire: Wire) -> None:
    result = await wire.call("greet", {"nam": "Ada", "count": "two"})
    assert result["isError"]
    text = result["content"][0]["text"]
    assert '- $: "name" is a required property' in text
    assert '- $.count: "two" is not of type "integer"' in text
    assert "'nam' is no parameter of it; did you mean 'name'?" in text
    assert "It takes count (integer), name (string, required)." in text
    assert (await wire.call("greet", {"name": "Ada"}))["structuredContent"] == "hello Ada"


@shows("unknown-tool", "reserved-codes")
async def test_an_unknown_tool_is_a_protocol_error_with_near_names(wire: Wire) -> None:
    response = await wire.ask("tools/call", {"name": "great", "arguments": {}})
    assert response["error"]["code"] == -32602
    assert "Did you mean greet?" in response["error"]["message"]


@shows("outputs-sanitized")
async def test_text_of_a_script_moves_no_cursor_and_reorders_nothing(wire: Wire) -> None:
    asked = {f"{PREFIX}/logLevel": "debug"}
    *told, last = await wire.messages("tools/call", {"name": "escapes", "arguments": {}}, meta=asked)
    assert last["result"]["content"][0]["text"] == "\\x1b[31mred\\u202e"
    assert last["result"]["structuredContent"] == "\x1b[31mred\u202e"
    assert [each["params"]["data"] for each in told] == ["\\x1b[2J\\u202elog"]


@shows("access-controls")
async def test_a_caller_sees_and_calls_only_what_it_may(serving: Serving) -> None:
    endpoint = McpEndpoint(serving, lambda _: Caller("somebody", lambda name: name != "greet"))
    async with listening(endpoint) as url, httpx2.AsyncClient(timeout=60) as client:
        wire = Wire(client, url)
        names = [tool["name"] for tool in (await wire.ask("tools/list"))["result"]["tools"]]
        assert "greet" not in names
        refused = await wire.ask("tools/call", {"name": "greet", "arguments": {"name": "x"}})
        assert refused["error"] == {"code": -32602, "message": "Unknown tool: greet.", "data": {"near": []}}
        await wire.call("echo", {"value": 1})
    assert [call.user for call in serving.calls.recent()] == ["somebody"]


@shows("no-network-refs")
async def test_a_schema_that_refers_to_the_network_is_never_followed_nor_served(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as tripwire:
        tripwire.setblocking(False)
        there = f"http://127.0.0.1:{tripwire.getsockname()[1]}/schema.json"
        schema = f'#{{ type: "object", properties: #{{ a: #{{ "$ref": "{there}" }} }} }}'
        project.write("refers", source("refers", "1", schema))
        async with project.serving() as serving:
            report = await serving.migrate()
            assert "refers" not in [tool.name for tool in serving.tools()]
        with pytest.raises(BlockingIOError):
            tripwire.accept()
    assert [(error.tool_name, there in error.message) for error in report.failed_tools] == [("refers", True)]


@shows("cursor-opaque")
async def test_a_cursor_leads_through_all_pages_and_an_invalid_one_is_refused(serving: Serving) -> None:
    async with (
        listening(McpEndpoint(serving, page_size=5)) as url,
        httpx2.AsyncClient(timeout=60) as client,
    ):
        wire, sizes, names, cursor = Wire(client, url), list[int](), list[str](), None
        while cursor is not None or not names:
            result = (await wire.ask("tools/list", {"cursor": cursor} if cursor else {}))["result"]
            names += [tool["name"] for tool in result["tools"]]
            sizes.append(len(result["tools"]))
            cursor = result.get("nextCursor")
        assert sizes == [5, 5, 2]
        assert len(set(names)) == len(SOURCES)
        refused = await wire.ask("tools/list", {"cursor": "§"})
    assert refused["error"]["code"] == -32602


# Streamable HTTP


@shows("origin")
async def test_a_page_of_another_origin_is_refused(wire: Wire) -> None:
    response = await wire.post(message("tools/list"), origin="http://evil.example")
    assert response.status_code == 403
    assert (await wire.post(message("tools/list"), origin="http://localhost:5000")).status_code == 200


@shows("notification-202")
async def test_a_notification_is_accepted_without_a_body(wire: Wire) -> None:
    body = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    response = await wire.post(body)
    assert (response.status_code, response.content) == (202, b"")


@shows("header-version-mismatch", "header-method", "header-name")
async def test_headers_that_are_not_the_body_s_are_refused(wire: Wire) -> None:
    cases: list[dict[str, str | None]] = [
        {"mcp_method": None},
        {"mcp_method": "tools/list"},
        {"mcp_name": None},
        {"mcp_name": "echo"},
    ]
    for changed in cases:
        body = message("tools/call", {"name": "greet", "arguments": {"name": "x"}})
        response = await wire.post(body, **changed)
        assert (response.status_code, response.json()["error"]["code"]) == (400, -32020)
        body["params"]["_meta"][f"{PREFIX}/protocolVersion"] = "2027-01-01"
        assert (await wire.post(body)).json()["error"]["code"] == -32020


@shows("header-name-encoded", "headers-any-case")
async def test_an_encoded_name_in_a_header_of_any_case_is_understood(wire: Wire) -> None:
    body = message("tools/call", {"name": "echo", "arguments": {"value": 1}})
    encoded = f"=?base64?{base64.b64encode(b'echo').decode()}?="
    response = await wire.client.post(
        wire.url,
        json=body,
        headers={
            "Accept": "application/json, text/event-stream",
            "MCP-PROTOCOL-VERSION": VERSION,
            "MCP-Method": "tools/call",
            "mCP-nAME": encoded,
        },
    )
    assert response.json()["result"]["structuredContent"] == 1


@shows("unsupported-version")
async def test_an_unknown_version_is_told_which_there_are(wire: Wire) -> None:
    body = message("tools/list", meta={f"{PREFIX}/protocolVersion": "2031-01-01"})
    response = await wire.post(body, mcp_protocol_version="2031-01-01")
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32022)
    assert response.json()["error"]["data"]["supported"] == [VERSION]


@shows("unknown-method")
async def test_an_unknown_method_gets_404(wire: Wire) -> None:
    response = await wire.post(message("tools/invent"))
    assert (response.status_code, response.json()["error"]["code"]) == (404, -32601)


@shows("no-session", "get-405")
async def test_there_is_no_session_and_no_standing_stream(wire: Wire) -> None:
    response = await wire.post(message("tools/list"), mcp_session_id="abc")
    assert response.status_code == 200
    assert "mcp-session-id" not in response.headers
    standing = await wire.client.get(wire.url, headers={"mcp-protocol-version": VERSION, "accept": "text/event-stream"})
    assert standing.status_code == 405


@shows("disconnect-cancels")
async def test_closing_the_stream_stops_the_script(wire: Wire, serving: Serving) -> None:
    body = message("tools/call", {"name": "endless", "arguments": {}}, meta={"progressToken": "t"})
    async with asyncio.timeout(60):
        async with wire.stream(body) as events:
            assert (await anext(events))["method"] == "notifications/progress"
            assert [call.tool for call in serving.calls.live()] == ["endless"]
        while serving.calls.live():
            await asyncio.sleep(0)
    assert [(call.tool, call.outcome) for call in serving.calls.recent()] == [("endless", "cancelled")]


# Patterns


@shows("progress-increases", "no-requests-on-stream")
async def test_progress_only_increases_and_names_its_token(wire: Wire) -> None:
    messages = await wire.messages("tools/call", {"name": "unsteady", "arguments": {}}, meta={"progressToken": "token"})
    assert all("id" not in each for each in messages[:-1])
    told = [(each["params"]["progressToken"], each["params"]["progress"]) for each in messages[:-1]]
    assert told == [("token", 0.5), ("token", 0.9)]


@shows("progress-asked", "log-opt-in")
async def test_nothing_is_told_that_was_not_asked_for(wire: Wire) -> None:
    assert len(await wire.messages("tools/call", {"name": "steps", "arguments": {"n": 2}})) == 1
    meta = {f"{PREFIX}/logLevel": "info"}
    messages = await wire.messages("tools/call", {"name": "steps", "arguments": {"n": 2}}, meta=meta)
    told = [(each["params"]["level"], each["params"]["logger"], each["params"]["data"]) for each in messages[:-1]]
    assert told == [("info", "steps", "step 0"), ("info", "steps", "step 1")]


@shows("listen-acknowledged", "listen-only-requested", "listen-subscription-id")
async def test_a_listener_is_acknowledged_and_told_of_changes_and_of_nothing_else(
    wire: Wire, serving: Serving, project: Project
) -> None:
    asked = {"notifications": {"toolsListChanged": True, "promptsListChanged": True}}
    mine = {f"{PREFIX}/subscriptionId": 7}
    async with asyncio.timeout(60), wire.stream(message("subscriptions/listen", asked)) as events:
        first = await anext(events)
        assert first["method"] == "notifications/subscriptions/acknowledged"
        assert first["params"] == {"_meta": mine, "notifications": {"toolsListChanged": True}}
        project.add("added")
        await serving.migrate()
        second = await anext(events)
        assert second["method"] == "notifications/tools/list_changed"
        assert second["params"]["_meta"] == mine


# Hostile bodies


@shows()
async def test_a_body_that_is_no_request_gets_400(wire: Wire) -> None:
    bodies = [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"[" * 100_000,
        b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
        b"\xff\xfe",
    ]
    for body in bodies:
        sent = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
        response = await wire.client.post(
            wire.url, content=body, headers={**sent, "mcp-protocol-version": VERSION, "mcp-method": "tools/list"}
        )
        assert response.status_code == 400
        assert messages_of("application/json", response.text)[0]["error"]["code"] in (-32700, -32600, -32602)


@shows()
async def test_a_body_beyond_all_measure_gets_413(wire: Wire) -> None:
    body = message("tools/call", {"name": "echo", "arguments": {"value": "x" * (6 * 2**20)}})
    assert (await wire.post(body)).status_code == 413


@shows()
async def test_arguments_that_are_no_object_are_refused(wire: Wire) -> None:
    for arguments in [[], "x", 7]:
        response = await wire.ask("tools/call", {"name": "echo", "arguments": arguments})
        assert response["error"]["code"] == -32602


@shows()
async def test_large_and_deep_arguments_are_errors_of_the_call(wire: Wire) -> None:
    large = await wire.call("echo", {"value": "x" * (4 * 2**20 + 1000)})
    assert large["isError"]
    assert large["_meta"]["crucible-tools/error"]["kind"] == "limit_exceeded"
    deep: object = 1
    for _ in range(100):
        deep = [deep]
    assert (await wire.call("echo", {"value": deep}))["isError"]
