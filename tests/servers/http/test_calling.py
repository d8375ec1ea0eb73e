"""Tools are called over HTTP: results, problems, streams, keys, and calls that are stopped."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest

from crucible_tools.model.access import Scope
from tests.servers.http.conftest import Served, until
from tests.servers.http.problems import problem


def own_id(served: Served, name: str) -> str:
    """The id of a call that the server's own token has named."""
    assert served.listening.own is not None
    return f"{served.listening.own.token.id}:{name}"


async def test_a_call_gives_the_whole_result(served: Served, client: httpx2.AsyncClient) -> None:
    response = await client.post("/tools/greet", json={"name": "Ada"}, headers={"Crucible-Call-Id": "mine-1"})
    assert response.status_code == 200
    found = response.json()
    assert (found["success"], found["result"], found["tool_name"]) == (True, "hello Ada", "greet")
    assert response.headers["crucible-call-id"] == found["metadata"]["call_id"] == own_id(served, "mine-1")


async def test_a_tool_without_arguments_needs_no_body(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/tools/echo")).json()["result"] is None


async def test_a_tool_is_also_called_by_the_name_that_hosts_take(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/tools/notes.list")).json()["alias"] == "notes_list"
    assert (await client.post("/tools/notes_list")).json()["result"] == ["one", "two"]


async def test_arguments_that_break_the_schema_are_a_problem_with_each_violation(client: httpx2.AsyncClient) -> None:
    found = problem(await client.post("/tools/greet", json={"name": 7}), 422, "invalid-arguments")
    assert found["violations"] == [{"path": "$.name", "message": '7 is not of type "string"', "kind": "type"}]


async def test_what_a_tool_gives_as_an_error_is_a_problem_with_its_data(client: httpx2.AsyncClient) -> None:
    found = problem(await client.post("/tools/fails"), 422, "call-failed")
    assert found["kind"] == "tool"
    assert found["execution"]["error"]["data"] == {"message": "no such order", "order": 7}


async def test_a_script_that_breaks_is_told_with_its_line(client: httpx2.AsyncClient) -> None:
    found = problem(await client.post("/tools/breaks"), 422, "call-failed")
    assert found["kind"] == "script"
    assert isinstance(found["location"], dict)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-request"),
        (b"[1]", 400, "malformed-request"),
        (b'{"value": NaN}', 400, "malformed-request"),
        (b'{"value": "\xff"}', 400, "malformed-request"),
        (b'{"value": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", 422, "call-failed"),
        (b'{"value": ' + b"[" * 200 + b"]" * 200 + b"}", 422, "call-failed"),
        (b'{"value": 99999999999999999999999999}', 400, "malformed-request"),
    ],
)
async def test_a_body_that_is_no_arguments_is_a_problem(
    client: httpx2.AsyncClient, body: bytes, status: int, code: str
) -> None:
    response = await client.post("/tools/echo", content=body, headers={"Content-Type": "application/json"})
    problem(response, status, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
async def test_a_body_of_another_type_is_refused(client: httpx2.AsyncClient, kind: str) -> None:
    response = await client.post("/tools/echo", content=b"{}", headers={"Content-Type": kind})
    problem(response, 415, "unsupported-media-type")


async def test_a_tool_that_is_not_there_is_told_with_near_names(client: httpx2.AsyncClient) -> None:
    found = problem(await client.post("/tools/gret"), 404, "tool-not-found")
    assert found["near"] == ["greet"]


async def test_a_timeout_of_the_client_stops_the_script(client: httpx2.AsyncClient) -> None:
    found = problem(await client.post("/tools/endless?timeout=0.05"), 422, "call-failed")
    assert found["kind"] == "timed_out"


@pytest.mark.parametrize("query", ["timeout=0", "timeout=x", "timeout=nan", "timeout=1e9", "seconds=1"])
async def test_a_query_that_is_none_is_refused(client: httpx2.AsyncClient, query: str) -> None:
    problem(await client.post(f"/tools/echo?{query}"), 400, "malformed-request")


async def test_a_stream_tells_what_the_tool_tells_and_its_result_last(client: httpx2.AsyncClient) -> None:
    response = await client.post("/tools/steps", json={"n": 2}, headers={"Accept": "text/event-stream"})
    events = [block.splitlines() for block in response.text.strip().split("\n\n")]
    assert [event[0] for event in events][-3:] == ["event: log", "event: progress", "event: result"]
    assert json.loads(events[-1][1].removeprefix("data: "))["result"] == 2
    assert {"level": "info", "text": "step 0"} in [json.loads(event[1].removeprefix("data: ")) for event in events]


async def test_a_stream_of_a_call_that_can_not_be_made_is_a_problem(client: httpx2.AsyncClient) -> None:
    response = await client.post("/tools/nothing", headers={"Accept": "text/event-stream"})
    problem(response, 404, "tool-not-found")


async def test_a_client_that_goes_away_stops_its_call(served: Served, client: httpx2.AsyncClient) -> None:
    task = asyncio.create_task(client.post("/tools/endless", headers={"Crucible-Call-Id": "gone"}))
    await until(lambda: bool(served.serving.calls.live()))
    task.cancel()
    await until(lambda: not served.serving.calls.live())
    view = served.serving.calls.find(own_id(served, "gone"))
    assert view is not None
    assert view.outcome == "cancelled"


async def test_a_client_that_leaves_its_stream_stops_its_call(served: Served, client: httpx2.AsyncClient) -> None:
    headers = {"Accept": "text/event-stream", "Crucible-Call-Id": "left"}
    async with client.stream("POST", "/tools/endless", headers=headers) as response:
        await anext(response.aiter_lines())
    await until(lambda: not served.serving.calls.live())
    view = served.serving.calls.find(own_id(served, "left"))
    assert view is not None
    assert view.outcome == "cancelled"


async def test_a_call_is_stopped_by_its_id_by_whoever_made_it(served: Served) -> None:
    owner, other = await served.member(Scope.CALL, name="owner"), await served.member(Scope.CALL, name="other")
    task = asyncio.create_task(owner.post("/tools/endless", headers={"Crucible-Call-Id": "mine"}))
    await until(lambda: bool(served.serving.calls.live()))
    problem(await other.delete("/calls/mine"), 404, "call-not-found")
    shown = (await owner.get("/calls/mine")).json()
    assert (await owner.get("/calls")).json()["live"][0]["id"] == shown["id"]
    assert (await owner.get(f"/calls/{shown['id']}")).json()["id"] == shown["id"]
    problem(await other.delete(f"/calls/{shown['id']}"), 404, "call-not-found")
    assert (await owner.delete("/calls/mine")).status_code == 202
    assert problem(await task, 422, "call-failed")["kind"] == "cancelled"
    problem(await owner.delete("/calls/mine"), 404, "call-not-found")


async def test_only_an_admin_stops_a_call_of_somebody_else(served: Served) -> None:
    owner = await served.member(Scope.CALL, name="owner")
    reader, admin = await served.member(Scope.READ), await served.member(Scope.ADMIN)
    task = asyncio.create_task(owner.post("/tools/endless", headers={"Crucible-Call-Id": "theirs"}))
    await until(lambda: bool(served.serving.calls.live()))
    [theirs] = [call.id for call in served.serving.calls.live()]
    problem(await admin.delete("/calls/theirs"), 404, "call-not-found")
    problem(await reader.delete(f"/calls/{theirs}"), 403, "forbidden")
    assert (await admin.delete(f"/calls/{theirs}")).json() == {"id": theirs, "cancelled": True}
    assert (await task).status_code == 422


async def test_the_same_key_and_body_get_the_same_answer_and_one_call(
    served: Served, client: httpx2.AsyncClient
) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await client.post("/tools/greet", json={"name": "Ada"}, headers=headers)
    second = await client.post("/tools/greet", json={"name": "Ada"}, headers=headers)
    assert second.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(served.serving.calls.recent()) == 1
    problem(await client.post("/tools/greet", json={"name": "Eve"}, headers=headers), 422, "idempotency-key-reused")
    problem(await client.post("/tools/echo", json={"name": "Ada"}, headers=headers), 422, "idempotency-key-reused")


async def test_a_failed_call_is_answered_the_same_too_and_one_that_was_not_made_is_made(
    served: Served, client: httpx2.AsyncClient
) -> None:
    first = await client.post("/tools/fails", headers={"Idempotency-Key": "bad"})
    second = await client.post("/tools/fails", headers={"Idempotency-Key": "bad"})
    assert problem(second, 422, "call-failed") == first.json()
    problem(await client.post("/tools/later", headers={"Idempotency-Key": "early"}), 404, "tool-not-found")
    served.project.add("later", "7")
    await served.project.migrate()
    response = await client.post("/tools/later", headers={"Idempotency-Key": "early"})
    assert response.json()["result"] == 7


async def test_keys_of_different_tokens_are_different_keys(served: Served, client: httpx2.AsyncClient) -> None:
    other = await served.member(Scope.CALL)
    headers = {"Idempotency-Key": "shared"}
    await client.post("/tools/greet", json={"name": "Ada"}, headers=headers)
    response = await other.post("/tools/greet", json={"name": "Eve"}, headers=headers)
    assert response.json()["result"] == "hello Eve"


async def test_a_call_with_a_key_goes_on_without_its_client(served: Served, client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "long", "Crucible-Call-Id": "long"}
    task = asyncio.create_task(client.post("/tools/endless?timeout=20", headers=headers))
    await until(lambda: bool(served.serving.calls.live()))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    problem(await client.post("/tools/endless?timeout=20", headers=headers), 409, "idempotency-key-in-use")
    assert [call.id for call in served.serving.calls.live()] == [own_id(served, "long")]
    await client.delete("/calls/long")
    await until(lambda: not served.serving.calls.live())


async def test_the_key_of_a_call_that_was_stopped_is_free_again(served: Served, client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "stopped", "Crucible-Call-Id": "stopped"}
    task = asyncio.create_task(client.post("/tools/endless", headers=headers))
    await until(lambda: bool(served.serving.calls.live()))
    await client.delete("/calls/stopped")
    assert problem(await task, 422, "call-failed")["kind"] == "cancelled"
    again = await client.post("/tools/greet", json={"name": "Ada"}, headers=headers)
    assert again.json()["result"] == "hello Ada"
    assert "idempotency-replayed" not in again.headers


async def test_what_a_script_writes_can_not_break_out_of_a_stream(client: httpx2.AsyncClient) -> None:
    response = await client.post("/tools/escapes", headers={"Accept": "text/event-stream"})
    assert response.content.isascii()
    assert b"\x1b" not in response.content


async def test_two_running_calls_can_not_have_one_id(served: Served, client: httpx2.AsyncClient) -> None:
    task = asyncio.create_task(client.post("/tools/endless", headers={"Crucible-Call-Id": "one"}))
    await until(lambda: bool(served.serving.calls.live()))
    problem(await client.post("/tools/echo", headers={"Crucible-Call-Id": "one"}), 400, "usage")
    await client.delete("/calls/one")
    await task
