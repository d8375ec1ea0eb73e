"""Migrated tools being served over MCP: in this process over HTTP, and by `crucible serve` over stdio."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from crucible_tools import MigrationManagerConfig, Phase51MigrationManager, ValidationMode
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.mcp.http import McpEndpoint
from tests.servers.mcp.legacy_tools import SOURCES, source


class Project:
    """A folder with `tools/` and what was migrated from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = str(root / ".crucible")

    @property
    def config(self) -> MigrationManagerConfig:
        """What migrates the folder; a trial call of a tool without an end would fail it."""
        return MigrationManagerConfig(
            migration_directories=(self.root / "tools",), state=self.state, validation_mode=ValidationMode.SKIP
        )

    def write(self, name: str, text: str) -> None:
        """A source below `tools/`."""
        (self.root / "tools").mkdir(exist_ok=True)
        (self.root / "tools" / f"{name}.rn").write_text(text)

    def add(self, name: str, body: str = "1") -> None:
        """One more tool, or another version of one."""
        self.write(name, source(name, body))

    async def migrate(self) -> None:
        """Migrates it as another process would: with an engine of its own."""
        async with Phase51MigrationManager(self.config) as manager:
            report = await manager.execute_migration()
        assert not report.failed_tools, report.failed_tools

    def serving(self) -> Serving:
        """The state being served, once it is entered."""
        return Serving.open(self.state, trusted=True, migration=self.config, poll_s=0.02)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all tools, migrated once."""
    project = Project(tmp_path_factory.mktemp("served"))
    for name, text in SOURCES.items():
        project.write(name, text)
    asyncio.run(project.migrate())
    return project.root


@pytest.fixture
def project(migrated: Path, tmp_path: Path) -> Project:
    """A copy of it, which a test may change."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


@pytest.fixture
async def serving(project: Project) -> AsyncIterator[Serving]:
    async with project.serving() as opened:
        yield opened


@contextlib.asynccontextmanager
async def listening(endpoint: McpEndpoint) -> AsyncIterator[str]:
    """The endpoint on a free port of this machine; gives its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(endpoint, lifespan="off", log_level="critical", ws="none"))

        async def run() -> None:
            # In one task from its beginning to its end, which a fixture is not.
            async with endpoint.run():
                await server.serve([bound])

        task = asyncio.create_task(run())
        try:
            async with asyncio.timeout(60):
                while not server.started and not task.done():
                    await asyncio.sleep(0)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            server.force_exit = True
            await task


@pytest.fixture
async def address(serving: Serving) -> AsyncIterator[str]:
    """Where the tools are served over HTTP."""
    async with listening(McpEndpoint(serving)) as url:
        yield url
