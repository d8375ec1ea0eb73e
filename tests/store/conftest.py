"""A state in a folder of its own, and tools to put into it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.records import ToolVersion, content_hash
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".crucible"


@pytest.fixture
def state(folder: Path) -> Iterator[State]:
    with State(folder) as opened:
        yield opened


def source_of(name: str) -> bytes:
    return f'pub fn NAME() {{ "{name}" }}\npub fn call(args) {{ args }}\n'.encode()


def version_of(name: str, content_hash: str, path: str | None = None) -> ToolVersion:
    return ToolVersion(
        tool=name,
        script_id=f"id-{name}",
        migrated_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        original_hash=content_hash,
        migrated_hash=content_hash,
        directory="tools",
        path=path or f"{name}.rn",
        definition=ToolDefinition(
            name=name, description=f"Tool {name}", input_schema={"type": "object"}, form="direct", entry="call"
        ),
        policy=Policy.for_level(SecurityLevel.SAFE),
        engine={"rune": "0.14.2"},
    )


def add_tool(run: RunRecorder, name: str, content: bytes | None = None) -> None:
    """Put a new tool into the state, as one operation."""
    source = source_of(name) if content is None else content
    digest = content_hash(source)
    with run.transaction() as transaction:
        transaction.put_blob(digest, source)
        row = {
            "version_id": transaction.add_version(version_of(name, digest)),
            "active": True,
            "inactive_reason": None,
        }
        transaction.add_tool(name, row)
        transaction.record("migrate", name, None, row)


def fill(state: State, *names: str, run_id: str = "run-1") -> None:
    """A completed run that migrated tools of these names, and a closed database."""
    with state.run(run_id, {}) as run:
        for name in names:
            add_tool(run, name)
        run.finish("completed", {"migrated_tools": list(names)})
    state.close()
