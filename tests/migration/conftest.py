"""A project folder with legacy tools, and managers over it with the real engine and the real state."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import MigrationManagerConfig, MigrationReport, Phase51MigrationManager, PlanAction
from crucible_tools.store.state import State


def tool(name: str, body: str = "args", head: str = "pub fn call(args)") -> str:
    """A tool of the direct form."""
    return (
        f'pub fn NAME() {{ "{name}" }}\n'
        f'pub fn DESCRIPTION() {{ "The tool {name}" }}\n'
        'pub fn INPUT_SCHEMA() { #{ type: "object" } }\n'
        f"{head} {{ {body} }}\n"
    )


class Project:
    """A folder with `tools/` and, once something is migrated, `.crucible/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tools = root / "tools"
        self.tools.mkdir()
        self.state = State(root / ".crucible")

    def write(self, path: str, content: str | bytes) -> Path:
        """A source below `tools/`."""
        file = self.tools / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def config(self, **fields: Any) -> MigrationManagerConfig:
        """The configuration over this folder."""
        return MigrationManagerConfig(
            **{"migration_directories": (self.tools,), "state": self.root / ".crucible", **fields}
        )

    def manager(self, **fields: Any) -> Phase51MigrationManager:
        """A manager over this folder; open it."""
        return Phase51MigrationManager(self.config(**fields))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.state.close()


def actions(report: MigrationReport) -> dict[str, PlanAction]:
    return {entry.name: entry.action for entry in report.plan}


def failures(report: MigrationReport) -> dict[str, str]:
    return {error.tool_name: error.message for error in report.failed_tools}


async def migrate(project: Project, **fields: object) -> MigrationReport:
    async with project.manager(**fields) as manager:
        return await manager.execute_migration()
