"""A project folder for the behaviours that the guide of the original promises."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Crucible
from tests.migration.conftest import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project that is the working directory, as the guide's examples have it: its tools are in `./tools`."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    yield made
    made.state.close()


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def crucible(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Crucible:
    """The command line in the project, without settings from outside."""
    for name in [name for name in os.environ if name.startswith("CRUCIBLE_")]:
        monkeypatch.delenv(name)
    return Crucible(project.root, capsys)
