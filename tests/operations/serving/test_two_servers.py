"""Servers in processes of their own over one state: what one migrates, the other serves."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from crucible_tools import MigrationManagerConfig, ValidationMode
from crucible_tools.errors import StateLocked
from crucible_tools.operations.serving import Serving
from crucible_tools.store.state import State
from tests import on_server
from tests.migration.conftest import tool

ROOT = Path(__file__).parents[3]

OTHER = """
import asyncio, json, sys
from tests import on_server
from crucible_tools.operations.serving import Serving

async def main(state):
    async with Serving.open(state, trusted=True) as serving:
        revision = -1
        while True:
            revision = await serving.changed(revision) if revision >= 0 else serving.revision
            names = [tool.name for tool in serving.tools()]
            print(json.dumps({name: (await serving.calls.call(name, {})).result for name in names}), flush=True)

asyncio.run(main(sys.argv[1]))
"""


def serving(root: Path) -> Serving:
    state = str(root / ".crucible")
    config = MigrationManagerConfig(
        migration_directories=(root / "tools",), state=state, validation_mode=ValidationMode.SKIP
    )
    return Serving.open(state, trusted=True, migration=config)


async def test_what_one_server_migrates_is_served_by_one_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "one.rn").write_text(tool("one", "1"))
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER, str(tmp_path / ".crucible"), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert other.stdout is not None
    try:
        async with asyncio.timeout(120), serving(tmp_path) as mine:
            assert await other.stdout.readline() == b"{}\n"
            await mine.migrate()
            assert await other.stdout.readline() == b'{"one": 1}\n'
            (tmp_path / "tools" / "one.rn").write_text(tool("one", "2"))
            await mine.migrate()
            assert await other.stdout.readline() == b'{"one": 2}\n'
            (tmp_path / "tools" / "one.rn").unlink()
            await mine.migrate()
            assert await other.stdout.readline() == b"{}\n"
    finally:
        other.kill()
        await other.wait()
    on_server.settled(tmp_path / ".crucible")


async def test_one_of_two_servers_migrates_at_a_time_and_the_other_is_told_which(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "one.rn").write_text(tool("one", "1"))
    async with serving(tmp_path) as mine, serving(tmp_path) as other:
        with State(tmp_path / ".crucible") as state, state.run("held", {}):
            for server in (mine, other):
                with pytest.raises(StateLocked) as caught:
                    await server.migrate()
                assert caught.value.holder is not None
                assert caught.value.holder.run_id == "held"
        await asyncio.gather(mine.migrate(), other.migrate(), return_exceptions=True)
        await other.refresh()
        assert (await other.calls.call("one", {})).result == 1
