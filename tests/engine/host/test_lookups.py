"""A name server that never answers holds up nobody else."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine, World
from crucible_tools.engine.host.world import Lookups
from tests.engine.host.support import GET, http_policy
from tests.engine.support import level, tool


class Stuck:
    """A resolver that answers nothing about `stuck.test` until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked: list[str] = []

    def ask(self, name: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(name)
        if name == "stuck.test":
            self.let_go.wait(60)
        if name == "none.test":
            raise OSError("no such name")
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("93.184.216.34", port))]


async def test_a_name_has_the_addresses_that_the_resolver_gives_each_once() -> None:
    assert await Lookups(ask=Stuck().ask)("a.test", 80) == ["93.184.216.34"]
    with pytest.raises(OSError, match="no address"):
        await Lookups(ask=Stuck().ask)("none.test", 80)


async def test_the_systems_resolver_knows_this_machine() -> None:
    assert set(await World().resolve("localhost", 80)) & {"127.0.0.1", "::1"}


async def test_files_and_other_lookups_go_on_while_lookups_are_stuck(tmp_path: Path) -> None:
    stuck = Stuck()
    (tmp_path / "file.txt").write_text("read")
    lookups = Lookups(most=40, ask=stuck.ask)
    async with ScriptEngine(world=World(resolve=lookups)) as engine:
        await engine.register_tool(tool("get"), GET, policy=http_policy("development"))
        source = f'pub fn call(args) {{ fs::read_to_string("{tmp_path}/file.txt")? }}'
        await engine.register_tool(tool("read"), source, policy=level("development"))
        calls = [asyncio.create_task(engine.execute_tool("get", {"url": "http://stuck.test/"})) for _ in range(39)]
        while len(stuck.asked) < 39:
            await asyncio.sleep(0)
        assert (await engine.execute_tool("read", {})).result == "read"
        assert await lookups("a.test", 80) == ["93.184.216.34"]
        for waiting in calls:
            waiting.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    stuck.let_go.set()


async def test_a_lookup_that_nobody_waits_for_counts_until_it_ends() -> None:
    stuck = Stuck()
    lookups = Lookups(most=1, ask=stuck.ask)
    first = asyncio.create_task(lookups("stuck.test", 80))
    while not stuck.asked:
        await asyncio.sleep(0)
    first.cancel()
    second = asyncio.create_task(lookups("a.test", 80))
    await asyncio.wait((first,))
    for _ in range(10):
        await asyncio.sleep(0)
    assert stuck.asked == ["stuck.test"]
    stuck.let_go.set()
    assert await second == ["93.184.216.34"]
