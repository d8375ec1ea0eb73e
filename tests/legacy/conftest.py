"""A folder of legacy tools, and services over it with the real engine."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import RuneService, RuneServiceConfig
from tests.migration.conftest import tool


class Folder:
    """A folder of legacy sources."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tools = root / "tools"
        self.tools.mkdir()

    def write(self, path: str, content: str | bytes) -> Path:
        """A source below `tools/`."""
        file = self.tools / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def config(self, **fields: Any) -> RuneServiceConfig:
        """The configuration over this folder."""
        return RuneServiceConfig(**{"directories": (self.tools,), **fields})

    def service(self, modules: Any = (), **fields: Any) -> RuneService:
        """A service over this folder; start it."""
        return RuneService(self.config(**fields), modules=modules)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
async def service(folder: Folder) -> AsyncIterator[RuneService]:
    folder.write("one.rn", tool("one", "1"))
    folder.write("greet.rn", tool("greet", "`Hello ${args.name}`"))
    async with folder.service() as started:
        yield started


async def names(service: RuneService) -> list[str]:
    return [definition.name for definition in await service.list_tools()]


async def value(service: RuneService, name: str, /, **arguments: Any) -> Any:
    """What a call gives; it must succeed."""
    result = await service.execute_tool(name, arguments)
    assert result.error is None, result.error
    return result.result
