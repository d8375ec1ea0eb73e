"""Every operation knows its reverse: done and undone in turn, they leave the tools as they were."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.errors import StateDamaged
from crucible_tools.migration.operations import MigrateTool, Row, SetTool, deactivate, remove
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.records import StoredTool, ToolVersion, content_hash
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State

STEPS = st.lists(
    st.tuples(st.sampled_from(["migrate", "deactivate", "remove"]), st.sampled_from(["a", "b", "c"])), max_size=12
)


def migration_of(name: str, content: bytes, before: StoredTool | None, migrated: bytes | None = None) -> MigrateTool:
    migrated = content if migrated is None else migrated
    version = ToolVersion(
        tool=name,
        script_id=name,
        migrated_at=datetime(2026, 11, 24, tzinfo=UTC),
        original_hash=content_hash(content),
        migrated_hash=content_hash(migrated),
        directory="tools",
        path=f"{name}.rn",
        definition=ToolDefinition(name=name, description="", input_schema={}, form="direct", entry="call"),
        policy=Policy.for_level(SecurityLevel.SAFE),
        engine={},
    )
    return MigrateTool(version, content, migrated, Row.of(before))


def perform(run: RunRecorder, state: State, kind: str, name: str, number: int) -> SetTool | None:
    """One random step, if it makes sense for the tool as it is."""
    tool = state.tool(name)
    if kind == "migrate":
        return migration_of(name, f"version {number} of {name}".encode(), tool).commit(run)
    if tool is None:
        return None
    operation = deactivate(tool, "vanished") if kind == "deactivate" else remove(tool)
    operation.commit(run)
    return operation


@settings(max_examples=25, deadline=None)
@given(STEPS, STEPS)
def test_undoing_a_run_backwards_leaves_the_tools_as_they_were(
    earlier: list[tuple[str, str]], later: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, State(Path(folder) / ".crucible") as state:
        with state.run("earlier", {}) as run:
            for number, (kind, name) in enumerate(earlier):
                perform(run, state, kind, name, number)
        before = state.tools()
        with state.run("later", {}) as run:
            done = [perform(run, state, kind, name, 100 + number) for number, (kind, name) in enumerate(later)]
            for operation in reversed(done):
                if operation is not None:
                    operation.reverse().commit(run)
        assert state.tools() == before
        assert state.problems() == []


def test_the_reverse_of_the_reverse_is_the_change_itself() -> None:
    operation = SetTool("migrate", "a", None, Row(1, active=True))
    assert operation.reverse().reverse().before == operation.before
    assert operation.reverse().reverse().after == operation.after


def test_original_and_migrated_source_are_both_kept(tmp_path: Path) -> None:
    with State(tmp_path) as state:
        with state.run("run", {}) as run:
            migration_of("a", b"\xef\xbb\xbforiginal", None, b"original").commit(run)
        tool = state.tool("a")
        assert tool is not None
        assert state.blob(tool.version.original_hash) == b"\xef\xbb\xbforiginal"
        assert state.blob(tool.version.migrated_hash) == b"original"


@pytest.mark.parametrize("kind", ["deactivate", "remove"])
def test_an_operation_is_recorded_with_the_rows_before_and_after(tmp_path: Path, kind: str) -> None:
    with State(tmp_path) as state:
        with state.run("run", {}) as run:
            migration_of("a", b"x", None).commit(run)
            perform(run, state, kind, "a", 0)
        first, second = state.operations("run")
        assert (first["kind"], first["before"], second["kind"]) == ("migrate", None, kind)
        assert second["before"] == first["after"]
        assert (second["after"] is None) == (kind == "remove")


@pytest.mark.parametrize(
    "recorded",
    [
        5,
        [],
        {"a": 1},
        {"version_id": "1", "active": True},
        {"version_id": 1, "active": 1},
        {"version_id": 1, "active": True, "adopted_hash": 5},
        {"version_id": 1, "active": True, "validated_engine": []},
    ],
    ids=str,
)
def test_a_recorded_row_that_is_none_is_damage(recorded: Any) -> None:
    with pytest.raises(StateDamaged, match="an operation recorded"):
        Row.from_json(recorded)
