"""A name belongs to one file: which, and what happens when files come, go and move."""

import os
import sys
from typing import Any

import pytest

from crucible_tools import (
    MigrationManagerConfig,
    Phase51MigrationManager,
    PlanAction,
    SecurityLevel,
)
from tests.migration.conftest import Project, actions, failures, migrate, tool


async def test_a_name_used_twice_belongs_to_the_first_file_and_the_error_names_both(project: Project) -> None:
    project.write("a/same.rn", tool("same", "1"))
    project.write("b/same.rn", tool("same", "2"))
    project.write("c/same.rn", tool("same", "3"))
    async with project.manager() as manager:
        report = await manager.execute_migration()
        called = await manager.bridge.execute_migrated_tool("same", {})
    assert called.result == 1
    assert report.state.total_discovered == 3
    messages = [error.message for error in report.failed_tools]
    assert [error.context["code"] for error in report.failed_tools] == ["RN905", "RN905"]
    for message, other in zip(messages, ["tools/b/same.rn", "tools/c/same.rn"], strict=True):
        assert "tools/a/same.rn" in message
        assert other in message


async def test_a_name_stays_with_the_file_that_it_was_migrated_from(project: Project) -> None:
    project.write("m.rn", tool("same", "1"))
    await migrate(project)
    project.write("a.rn", tool("same", "2"))
    report = await migrate(project)
    assert [(entry.path, entry.action) for entry in report.plan] == [
        ("a.rn", PlanAction.CONFLICTING),
        ("m.rn", PlanAction.UNCHANGED),
    ]


async def test_a_name_moves_with_its_tool_to_another_file_once_the_old_one_is_gone(project: Project) -> None:
    old = project.write("old.rn", tool("same"))
    await migrate(project)
    old.rename(project.tools / "new.rn")
    report = await migrate(project)
    (entry,) = report.plan
    assert (entry.action, entry.reason) == (PlanAction.CHANGED, "it moved here from tools/old.rn")


async def test_a_name_of_another_folder_is_not_taken_while_its_file_is_there(project: Project) -> None:
    project.write("x.rn", tool("same", "1"))
    await migrate(project)
    other = project.root / "other"
    other.mkdir()
    (other / "y.rn").write_text(tool("same", "2"))
    report = await migrate(project, migration_directories=(other,))
    assert actions(report) == {"same": PlanAction.CONFLICTING}
    (project.tools / "x.rn").unlink()
    report = await migrate(project, migration_directories=(other,))
    assert actions(report) == {"same": PlanAction.CHANGED}


async def test_a_tool_whose_file_vanished_becomes_inactive_and_comes_back_with_it(project: Project) -> None:
    project.write("stay.rn", tool("stay"))
    file = project.write("gone.rn", tool("gone"))
    await migrate(project)
    file.unlink()
    report = await migrate(project)
    assert actions(report) == {"stay": PlanAction.UNCHANGED, "gone": PlanAction.VANISHED}
    assert (report.state.total_discovered, report.stats.inactive_tools) == (1, 1)
    assert any("gone is inactive now" in warning for warning in report.state.warnings)
    again = await migrate(project)
    assert actions(again) == {"stay": PlanAction.UNCHANGED}
    project.write("gone.rn", tool("gone"))
    back = await migrate(project)
    (entry,) = [entry for entry in back.plan if entry.name == "gone"]
    assert (entry.action, entry.reason) == (PlanAction.CHANGED, "it was inactive (vanished)")
    assert back.stats.inactive_tools == 0


async def test_tools_of_another_folder_do_not_vanish(project: Project) -> None:
    project.write("x.rn", tool("x"))
    await migrate(project)
    other = project.root / "other"
    other.mkdir()
    (other / "y.rn").write_text(tool("y"))
    report = await migrate(project, migration_directories=(other,))
    assert actions(report) == {"y": PlanAction.NEW}
    assert report.stats.active_tools == 2


async def test_a_broken_file_does_not_make_its_tools_vanish(project: Project) -> None:
    project.write("two.rn", "pub mod m { /// one\n pub fn a(args) { 1 }\n /// two\n pub fn b(args) { 2 } }")
    await migrate(project)
    project.write("two.rn", "\xff\xfe broken beyond reading".encode("latin-1"))
    report = await migrate(project)
    assert PlanAction.VANISHED not in actions(report).values()
    assert report.stats.active_tools == 2


async def test_a_single_file_can_be_migrated_and_keeps_its_identity(project: Project) -> None:
    file = project.write("notes/one.rn", tool("one"))
    assert (await migrate(project, migration_directories=(file,))).migrated_tools == ("one",)
    assert actions(await migrate(project)) == {"one": PlanAction.UNCHANGED}


async def test_folders_that_overlap_give_each_file_once(project: Project) -> None:
    project.write("notes/one.rn", tool("one"))
    report = await migrate(project, migration_directories=(project.tools, project.tools / "notes"))
    assert (report.migrated_tools, report.failed_tools) == (("one",), ())


@pytest.mark.sqlite_only("a state on a server does not move with a folder")
async def test_a_moved_project_still_has_its_tools(project: Project) -> None:
    project.write("one.rn", tool("one"))
    await migrate(project)
    project.state.close()
    moved = project.root.with_name(f"{project.root.name}-moved")
    os.rename(project.root, moved)
    config = MigrationManagerConfig(migration_directories=(moved / "tools",), state=moved / ".crucible")
    async with Phase51MigrationManager(config) as manager:
        assert actions(await manager.execute_migration()) == {"one": PlanAction.UNCHANGED}


async def test_a_tool_that_can_no_longer_be_migrated_is_said_to_stay_as_it_was(project: Project) -> None:
    project.write("parse.rn", tool("parse", "json::from_string(args.text)"))
    await migrate(project, security_level=SecurityLevel.PRODUCTION)
    report = await migrate(project)
    assert actions(report) == {"parse": PlanAction.BLOCKED}
    assert report.state.warnings == ("parse stays in service as it was migrated before, at PRODUCTION",)


async def test_a_broken_file_counts_once_under_the_name_that_the_state_knows(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("d.rn", tool("bar2"))
    await migrate(project)
    project.write("d.rn", tool("bar2").replace('"bar2"', "bar2(").replace("args }", "args"))
    report = await migrate(project)
    assert list(failures(report)) == ["bar2"]
    assert report.state.total_discovered == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
async def test_a_folder_that_cannot_be_listed_counts_as_no_tool(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("a.rn", tool("a"))
    project.write("closed/in.rn", tool("in"))
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    report = await migrate(project)
    assert (report.state.total_discovered, report.failed_tools) == (1, ())
    assert [file.path for file in report.skipped_files] == ["closed"]
    assert "can't be listed" in report.state.warnings[0]
    monkeypatch.undo()
    await migrate(project)
    monkeypatch.setattr("os.scandir", refuse)
    report = await migrate(project)
    assert list(failures(report)) == ["in"]
    assert "in stays in service" in report.state.warnings[-1]
