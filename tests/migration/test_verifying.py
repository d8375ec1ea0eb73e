"""A migration whose rollback is verified: applied, rolled back, compared, and applied again."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools import MigrationMode, MigrationReport, StateError
from crucible_tools.migration import verifying
from crucible_tools.migration.rollback import roll_back
from tests.migration.conftest import Project, migrate, tool


async def verify(project: Project, **fields: object) -> MigrationReport:
    async with project.manager(**fields) as manager:
        return await manager.execute_migration(verify_rollback=True)


@pytest.mark.parametrize("mode", [MigrationMode.INCREMENTAL, MigrationMode.FULL])
async def test_every_tool_is_as_before_in_between_and_migrated_at_the_end(
    project: Project, mode: MigrationMode
) -> None:
    project.write("a.rn", tool("a", "1"))
    project.write("gone.rn", tool("gone"))
    await migrate(project)
    project.write("a.rn", tool("a", "2"))
    project.write("b.rn", tool("b"))
    (project.tools / "gone.rn").unlink()
    report = await verify(project, mode=mode)
    assert report.migrated_tools == ("a", "b")
    assert [run.kind for run in project.state.runs()] == ["migrate", "rollback", "migrate", "migrate"]
    gone, b = project.state.tool("gone"), project.state.tool("b")
    assert gone is not None
    assert b is not None
    assert (gone.active, b.active) == (False, True)


async def test_a_tool_in_service_is_what_was_migrated_last(project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    async with project.manager() as manager:
        await manager.execute_migration()
        before = await manager.bridge.execute_migrated_tool("a", {})
        project.write("a.rn", tool("a", "2"))
        await manager.execute_migration(verify_rollback=True)
        after = await manager.bridge.execute_migrated_tool("a", {})
    assert (before.result, after.result) == (1, 2)


async def test_a_run_that_changes_nothing_has_nothing_to_verify(project: Project) -> None:
    project.write("a.rn", tool("a"))
    await migrate(project)
    report = await verify(project)
    assert report.state.warnings == ()
    assert [run.kind for run in project.state.runs()] == ["migrate", "migrate"]


async def test_an_atomic_run_that_failed_has_nothing_to_verify(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b", "let let"))
    report = await verify(project, rollback_on_failure=True)
    assert report.rolled_back == ("a",)
    assert [run.kind for run in project.state.runs()] == ["migrate"]


async def test_a_rollback_that_brings_back_something_else_is_an_error_that_names_the_tools(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("a.rn", tool("a", "1"))
    await migrate(project)
    project.write("a.rn", tool("a", "2"))

    async def forgetful(*arguments: Any, **named: Any) -> Any:
        return await roll_back(*arguments, **{**named, "dry_run": True})

    monkeypatch.setattr(verifying, "roll_back", forgetful)
    with pytest.raises(StateError, match="did not bring back what was there before: a"):
        await verify(project)


async def test_a_dry_run_verifies_nothing(project: Project) -> None:
    project.write("a.rn", tool("a"))
    await verify(project, mode=MigrationMode.DRY_RUN)
    assert not project.state.exists()
