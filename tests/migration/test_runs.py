"""A run in each mode, its progress, its report, and its end when it is stopped half way."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter

import pytest

from crucible_tools import (
    DirectoryNotFound,
    MigrationManagerConfig,
    MigrationMode,
    MigrationPhase,
    MigrationReport,
    Phase51MigrationManager,
    PlanAction,
    Policy,
    SecurityLevel,
    ValidationMode,
)
from crucible_tools.migration.progress import Progress
from tests.migration.conftest import Project, actions, migrate, tool


async def test_a_dry_run_says_what_would_happen_and_leaves_no_trace(project: Project) -> None:
    project.write("good.rn", tool("good"))
    project.write("bad.rn", tool("bad", "let let"))
    report = await migrate(project, mode=MigrationMode.DRY_RUN)
    assert actions(report) == {"bad": PlanAction.BLOCKED, "good": PlanAction.NEW}
    assert (report.state.total_discovered, report.migrated_tools) == (2, ())
    assert sorted(path.name for path in project.root.iterdir()) == ["tools"]


async def test_a_dry_run_of_a_changed_tool_leaves_the_one_in_service_alone(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    async with project.manager() as manager, project.manager(mode=MigrationMode.DRY_RUN) as rehearsal:
        await manager.execute_migration()
        project.write("one.rn", tool("one", "2"))
        report = await rehearsal.execute_migration()
        called = await manager.bridge.execute_migrated_tool("one", {})
    assert actions(report) == {"one": PlanAction.CHANGED}
    assert called.result == 1
    assert project.state.versions("one") == 1


async def test_manual_mode_only_discovers(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with project.manager(mode=MigrationMode.MANUAL) as manager:
        report = await manager.execute_migration()
        assert (report.state.total_discovered, report.migrated_tools) == (1, ())
        assert not project.state.exists()
        migrated = await manager.migrate_specific_tool("one")
    assert migrated.original_name == "one"
    assert project.state.names() == ["one"]


async def test_without_validation_nothing_is_loaded_and_nothing_reported_as_valid(project: Project) -> None:
    project.write("one.rn", tool("one"))
    assert (await migrate(project, validation_mode=ValidationMode.SKIP)).validation is None
    validation = (await migrate(project)).validation
    assert validation is not None
    assert (validation.valid, validation.total_tools, validation.valid_tools) == (True, 1, 1)


async def test_a_missing_default_folder_is_ignored_and_a_missing_named_one_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    project.write("one.rn", tool("one"))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        assert (await manager.execute_migration()).migrated_tools == ("one",)
    with pytest.raises(DirectoryNotFound, match="nowhere does not exist"):
        await migrate(project, migration_directories=(project.tools, project.root / "nowhere"))


async def test_a_missing_folder_makes_no_state(project: Project) -> None:
    with pytest.raises(DirectoryNotFound):
        await migrate(project, migration_directories=(project.root / "nowhere",))
    assert not project.state.exists()


async def test_progress_tells_each_file_and_each_tool(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("two.rn", tool("two"))
    steps: list[Progress] = []
    async with project.manager() as manager:
        await manager.execute_migration(steps.append)
    assert [(step.phase.value, step.done, step.total, step.subject) for step in steps] == [
        ("discovering", 1, 2, "one.rn"),
        ("discovering", 2, 2, "two.rn"),
        ("migrating", 1, 2, "one"),
        ("migrating", 2, 2, "two"),
    ]


async def test_a_cancelled_run_keeps_what_it_did_and_the_next_one_does_the_rest(project: Project) -> None:
    for name in ("one", "two", "three"):
        project.write(f"{name}.rn", tool(name))

    def stop_after_the_first(step: Progress) -> None:
        if step.phase is MigrationPhase.MIGRATING:
            task.cancel()

    async with project.manager() as manager:
        task = asyncio.ensure_future(manager.execute_migration(stop_after_the_first))
        with pytest.raises(asyncio.CancelledError):
            await task
    last = project.state.last_run()
    assert last is not None
    assert last.status == "interrupted"
    assert project.state.names() == ["one"]
    report = await migrate(project)
    assert Counter(actions(report).values()) == {PlanAction.UNCHANGED: 1, PlanAction.NEW: 2}


async def test_the_report_comes_back_from_its_json(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("bad.rn", tool("bad", "let let"))
    project.write("lib.rn", "pub fn f() { 1 }")
    async with project.manager(policy=Policy.for_level(SecurityLevel.PRODUCTION)) as manager:
        report = await manager.execute_migration()
        text = await manager.export_migration_report(report)
    assert MigrationReport.model_validate_json(text) == report


async def test_the_state_keeps_failures_and_skipped_files_of_a_run(project: Project) -> None:
    project.write("bad.rn", tool("bad", "let let"))
    project.write("lib.rn", "pub fn f() { 1 }")
    report = await migrate(project)
    (failure,) = project.state.failures(report.migration_id)
    assert (failure["tool"], failure["error_type"]) == ("bad", "compilation_failed")
    assert failure["context"]["diagnostics"]
    (skipped,) = project.state.skipped_files(report.migration_id)
    assert (skipped["path"], skipped["kind"]) == ("lib.rn", "library")


KILLED_AT_THE_THIRD = """
import asyncio, os, signal, sys
from crucible_tools import MigrationManagerConfig, MigrationPhase, Phase51MigrationManager

def die(step):
    if step.phase is MigrationPhase.MIGRATING and step.done == 3:
        os.kill(os.getpid(), signal.SIGKILL)

async def main(root):
    config = MigrationManagerConfig(migration_directories=[f"{root}/tools"], state=f"{root}/.crucible")
    async with Phase51MigrationManager(config) as manager:
        await manager.execute_migration(die)

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.sqlite_only("the process that dies keeps its state in a folder; those of kill/ keep it on a server, too")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
async def test_a_killed_run_leaves_a_sound_state_and_the_next_one_does_the_rest(project: Project) -> None:
    for number in range(5):
        project.write(f"t{number}.rn", tool(f"t{number}"))
    killed = subprocess.run([sys.executable, "-c", KILLED_AT_THE_THIRD, str(project.root)], check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert project.state.names() == ["t0", "t1", "t2"]
    assert project.state.problems() == []
    last = project.state.last_run()
    assert last is not None
    assert last.status == "interrupted"
    report = await migrate(project)
    assert Counter(actions(report).values()) == {PlanAction.UNCHANGED: 3, PlanAction.NEW: 2}
