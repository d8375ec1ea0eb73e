"""Whose newest edit is broken: told of the very file that failed, until a migration takes it up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from crucible_tools import MigrationManagerConfig, Phase51MigrationManager, ValidationMode
from crucible_tools.model.enums import ServiceStatus
from crucible_tools.operations.serving import Serving
from tests.servers.mcp.legacy_tools import source

BROKEN = "let x = ;"


class Folders:
    """Folders of sources, and one state."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = str(root / ".crucible")

    def write(self, file: str, name: str, body: str) -> None:
        (self.root / file).parent.mkdir(exist_ok=True)
        (self.root / file).write_text(source(name, body))

    async def migrate(self, *folders: str) -> None:
        config = MigrationManagerConfig(
            migration_directories=tuple(self.root / folder for folder in folders),
            state=self.state,
            validation_mode=ValidationMode.SKIP,
        )
        async with Phase51MigrationManager(config) as manager:
            await manager.execute_migration()

    async def broken(self) -> dict[str, str]:
        """Why edits are broken, by the tools' names, as a server that has just begun tells it."""
        async with Serving.open(self.state, trusted=True) as serving:
            return {tool.name: tool.broken_edit for tool in serving.tools() if tool.broken_edit is not None}


@pytest.fixture
async def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path)
    made.write("a/one.rn", "one", "1")
    made.write("b/two.rn", "two", "2")
    await made.migrate("a", "b")
    assert await made.broken() == {}
    return made


async def test_each_file_is_broken_until_it_is_taken_up_itself(folders: Folders) -> None:
    folders.write("a/one.rn", "one", BROKEN)
    folders.write("b/two.rn", "two", BROKEN)
    await folders.migrate("a", "b")
    assert (await folders.broken()).keys() == {"one", "two"}
    folders.write("b/two.rn", "two", "2")
    await folders.migrate("b")
    assert (await folders.broken()).keys() == {"one"}
    folders.write("a/one.rn", "one", "1")
    await folders.migrate("b")
    assert (await folders.broken()).keys() == {"one"}
    await folders.migrate("a")
    assert await folders.broken() == {}


async def test_a_file_that_was_moved_is_broken_where_it_is_now(folders: Folders) -> None:
    (folders.root / "a/one.rn").rename(folders.root / "a/uno.rn")
    folders.write("a/uno.rn", "one", BROKEN)
    await folders.migrate("a")
    assert (await folders.broken()).keys() == {"one"}
    folders.write("a/uno.rn", "one", "11")
    await folders.migrate("a")
    assert await folders.broken() == {}


async def test_another_file_of_the_same_name_breaks_nothing_of_a_tool(folders: Folders) -> None:
    folders.write("b/one.rn", "one", "3")
    await folders.migrate("a", "b")
    assert await folders.broken() == {}


async def test_a_deleted_file_is_not_broken(folders: Folders) -> None:
    folders.write("a/one.rn", "one", BROKEN)
    await folders.migrate("a")
    assert (await folders.broken()).keys() == {"one"}
    (folders.root / "a/one.rn").unlink()
    await folders.migrate("a")
    assert await folders.broken() == {}


async def test_the_metric_of_health_says_what_the_health_endpoint_says(folders: Folders) -> None:
    async with Serving.open(folders.state, trusted=True) as serving:
        assert b'crucible_health_status{status="healthy"} 1.0' in await serving.metrics_text()
    folders.write("a/one.rn", "one", BROKEN)
    await folders.migrate("a")
    async with Serving.open(folders.state, trusted=True) as serving:
        assert (await serving.condition.health()).status is ServiceStatus.DEGRADED
        text = await serving.metrics_text()
    assert b'crucible_health_status{status="degraded"} 1.0' in text
    assert b'crucible_health_status{status="healthy"} 0.0' in text
