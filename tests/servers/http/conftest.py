"""A real server on a free port of this machine, and clients with tokens of their own."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from crucible_tools.model.access import NO_LIMITS, Limits, Scope
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.tokens import NewToken, create_token
from crucible_tools.servers.running import HttpServer, Listening, ServerSettings
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.legacy_tools import SOURCES

QUICK = ServerSettings(port=0, drain_s=20.0)


@dataclass
class Served:
    """A state being served, and clients of it."""

    project: Project
    serving: Serving
    listening: Listening
    clients: contextlib.AsyncExitStack

    @property
    def url(self) -> str:
        """Where."""
        return self.listening.url

    async def client(self, token: str | None) -> httpx2.AsyncClient:
        """A client that presents a token, or none."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=30)
        return await self.clients.enter_async_context(client)

    async def secret(
        self,
        *scopes: Scope,
        tools: Sequence[str] = ("*",),
        limits: Limits = NO_LIMITS,
        name: str = "",
        expires: str | None = None,
    ) -> str:
        """A token of these scopes."""
        name = name or f"{'-'.join(scopes)} {' '.join(tools)}"
        wanted = NewToken(name=name, scopes=scopes, tools=tools, limits=limits, expires=expires)
        return (await create_token(self.project.state, wanted)).secret.text

    async def member(self, *scopes: Scope, tools: Sequence[str] = ("*",), name: str = "") -> httpx2.AsyncClient:
        """A client with a token of these scopes."""
        return await self.client(await self.secret(*scopes, tools=tools, name=name))


@contextlib.asynccontextmanager
async def serve(project: Project, settings: ServerSettings = QUICK) -> AsyncIterator[Served]:
    """The project's state, served."""
    async with (
        project.serving() as serving,
        HttpServer(serving, settings).listening() as listening,
        contextlib.AsyncExitStack() as clients,
    ):
        yield Served(project, serving, listening, clients)


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
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served."""
    async with serve(project) as running:
        yield running


@pytest.fixture
async def client(served: Served) -> httpx2.AsyncClient:
    """A client with the token that the server made for itself, which may do everything."""
    assert served.listening.own is not None
    return await served.client(served.listening.own.secret.text)


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what is about to happen."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)
