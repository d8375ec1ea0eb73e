"""What agents are told of tools and of calls that went wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.grants import ALL, FileGrant, HttpGrant
from crucible_tools.model.policy import Policy
from crucible_tools.servers.mcp.describing import annotations_of, title_of
from tests.servers.mcp.wire import Wire

SAFE, PRODUCTION, DEVELOPMENT = (Policy.for_level(level) for level in SecurityLevel)
READING = replace(PRODUCTION, http=HttpGrant(hosts=ALL, methods=frozenset({"GET"})))
READING_FILES = replace(DEVELOPMENT, files=FileGrant(read=ALL))

HINTS = {
    "nothing": (("basic", "json"), PRODUCTION, (True, False, False)),
    "requests": (("http",), PRODUCTION, (False, True, True)),
    "requests that only read": (("http",), READING, (True, False, True)),
    "requests that it may not make": (("http",), SAFE, (True, False, False)),
    "files": (("file",), DEVELOPMENT, (False, True, False)),
    "files that it may only read": (("file",), READING_FILES, (True, False, False)),
    "programs": (("process",), DEVELOPMENT, (False, True, True)),
    "an application's own": (("db",), DEVELOPMENT, (False, None, None)),
}


@pytest.fixture
async def wire(address: str) -> AsyncIterator[Wire]:
    async with httpx2.AsyncClient(timeout=60) as client:
        yield Wire(client, address)


@pytest.mark.parametrize("case", HINTS)
def test_annotations_are_what_capabilities_come_to_under_the_policy(case: str) -> None:
    capabilities, policy, expected = HINTS[case]
    made = annotations_of(capabilities, policy)
    assert (made.read_only_hint, made.destructive_hint, made.open_world_hint) == expected


def test_a_title_is_the_name_in_words() -> None:
    assert [title_of(name) for name in ("queue.shortest_wait", "x", "...")] == ["Queue shortest wait", "X", "..."]


async def test_an_error_says_what_happened_and_what_to_do(wire: Wire) -> None:
    fails = await wire.call("fails")
    assert fails["content"][0]["text"].splitlines() == ["no such order", '{"message":"no such order","order":7}']
    assert fails["_meta"]["crucible-tools/error"]["data"]["order"] == 7
    breaks = await wire.call("breaks")
    assert "At breaks.rn:" in breaks["content"][0]["text"] or "breaks" in breaks["content"][0]["text"]
    none = await wire.call("greet", {"name": 7, "extra": 1})
    assert "- $.name: 7 is not of type" in none["content"][0]["text"]


async def test_a_tool_is_called_by_the_name_that_hosts_know_and_by_its_own(wire: Wire) -> None:
    tools = {tool["name"]: tool for tool in (await wire.ask("tools/list"))["result"]["tools"]}
    assert tools["notes_list"]["_meta"]["crucible-tools/name"] == "notes.list"
    for name in ("notes_list", "notes.list"):
        assert (await wire.call(name))["structuredContent"] == ["one", "two"]


async def test_a_tool_whose_schema_hosts_refuse_is_mended_in_the_list_and_checked_by_its_own(wire: Wire) -> None:
    tools = {tool["name"]: tool for tool in (await wire.ask("tools/list"))["result"]["tools"]}
    assert tools["either"]["inputSchema"] == {"type": "object", "properties": {"name": {}, "id": {}}}
    assert (await wire.call("either", {"id": 7}))["structuredContent"] == {"id": 7}
    assert (await wire.call("either", {}))["isError"]
