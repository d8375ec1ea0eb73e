"""The recorded sources of active tools, compared with what was recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migration.conftest import Project, migrate, tool
from tests.on_server import execute


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.state.close()


async def test_sources_of_active_tools_are_compared_with_their_digests(project: Project) -> None:
    for name in ("damaged", "fine", "gone", "missing"):
        project.write(f"{name}.rn", tool(name, f'"{name}"'))
    await migrate(project)
    (project.tools / "gone.rn").unlink()
    await migrate(project)
    assert [(source.name, source.problem) for source in project.state.sources()] == [
        ("damaged", None),
        ("fine", None),
        ("missing", None),
    ]
    hashes = {found.name: found.version.migrated_hash for found in project.state.tools()}
    project.state.close()
    folder = project.root / ".crucible"
    execute(folder, "UPDATE blobs SET content = ? WHERE hash = ?", b"\0", hashes["damaged"])
    execute(folder, "DELETE FROM blobs WHERE hash = ?", hashes["missing"])
    damaged, fine, missing = project.state.sources()
    assert damaged.problem is not None
    assert "is not what was recorded" in damaged.problem
    assert fine.problem is None
    assert missing.problem is not None
    assert "is missing" in missing.problem


def test_a_state_that_does_not_exist_has_no_sources(project: Project) -> None:
    assert project.state.sources() == []
    assert not project.state.exists()
