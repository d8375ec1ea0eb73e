"""Every call of the corpus, on the real engine: what the script is given, what it asks the host for, what it gives.

Functions of the world (files, network, processes, a database) are answered by modules that this test registers
through the public API, with the replies that the call lists; pure functions do their own work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.rune.discovery import discover
from crucible_tools.rune.reader import read_file
from tests.engine.world import CORPUS, EXPECTED, World, check

FILES = [entry for entry in EXPECTED["files"] if entry.get("valid_as_is") and entry["kind"] == "tool"]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
async def engine(world: World) -> AsyncIterator[ScriptEngine]:
    async with ScriptEngine(modules=world.modules()) as running:
        yield running


@pytest.mark.parametrize("entry", FILES, ids=[entry["path"] for entry in FILES])
async def test_every_call_gives_what_is_expected(engine: ScriptEngine, world: World, entry: dict[str, Any]) -> None:
    root = CORPUS / EXPECTED["root"]
    file = next(file for file in discover(root) if file.relative == entry["path"])
    report = await read_file(file, engine, capability_of=engine.capability_of)
    assert report.source is not None
    policy = Policy.for_level(SecurityLevel(entry["lowest_level"]))
    for definition in report.tools:
        await engine.register_tool(definition, report.source.text, policy=policy)
    assert entry["calls"]
    for call in entry["calls"]:
        world.expected, world.wrong = list(call.get("host", [])), []
        result = await engine.execute_tool(call["tool"], call["args"])
        check(call, result)
        assert world.wrong == []
        assert world.expected == []
