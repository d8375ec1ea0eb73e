"""What the guide says of the modes of a migration, and of validation."""

from typing import Any

import pytest

from crucible_tools import (
    MigrationManagerConfig,
    MigrationMode,
    MigrationPhase,
    Phase51MigrationManager,
    PlanAction,
    ToolNotFound,
    ValidationMode,
)
from crucible_tools.migration.progress import Progress
from tests.guide.conftest import contents
from tests.migration.conftest import Project, failures, tool

UNCALLABLE = "args.no_such_method()"


@pytest.mark.seed(
    "dry-run.purpose", "dry-run.use", "dry-run.behavior", "practice.dry-run", "during.dry-run", "pre.identify"
)
async def test_a_dry_run_reports_the_plan_and_changes_nothing(project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        await manager.execute_migration()
    project.write("a.rn", tool("a", "2"))
    project.write("b.rn", tool("b", "let let"))
    project.write("c.rn", tool("c", "3"))
    project.state.close()
    before = contents(project.root)
    async with Phase51MigrationManager(MigrationManagerConfig(mode=MigrationMode.DRY_RUN)) as manager:
        report = await manager.execute_migration()
    assert contents(project.root) == before
    assert report.state.total_discovered == 3
    planned = {entry.name: entry.action for entry in report.plan}
    assert planned == {"a": PlanAction.CHANGED, "b": PlanAction.BLOCKED, "c": PlanAction.NEW}
    assert report.migrated_tools == ()


async def recorded_along_the_way(project: Project, **fields: Any) -> list[int]:
    """How many tools the state had whenever a tool of the run was done."""
    counts: list[int] = []

    def watch(progress: Progress) -> None:
        if progress.phase is MigrationPhase.MIGRATING:
            counts.append(len(project.state.names()))

    async with Phase51MigrationManager(MigrationManagerConfig(**fields)) as manager:
        await manager.execute_migration(watch)
    return counts


@pytest.mark.seed("incremental.purpose", "incremental.use", "incremental.behavior")
async def test_incremental_mode_validates_and_migrates_one_tool_after_the_other(project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    project.write("b.rn", tool("b", UNCALLABLE))
    project.write("c.rn", tool("c", "3"))
    assert await recorded_along_the_way(project, mode=MigrationMode.INCREMENTAL) == [1, 1, 2]
    assert project.state.names() == ["a", "c"]


@pytest.mark.seed("full.purpose", "full.use", "full.behavior")
async def test_full_mode_migrates_all_tools_at_once(project: Project) -> None:
    for name in "abc":
        project.write(f"{name}.rn", tool(name, "1"))
    seen = await recorded_along_the_way(project, mode=MigrationMode.FULL, validation_mode=ValidationMode.COMPREHENSIVE)
    assert set(seen) == {3}
    assert project.state.names() == ["a", "b", "c"]


@pytest.mark.seed("manual.purpose", "manual.use", "manual.behavior")
async def test_manual_mode_migrates_what_is_asked_for_and_nothing_else(project: Project) -> None:
    project.write("echo.rn", tool("echo_tool", "args.text"))
    project.write("calc.rn", tool("calculator", "args.a + args.b"))
    project.write("more.rn", tool("more"))
    async with Phase51MigrationManager(MigrationManagerConfig(mode=MigrationMode.MANUAL)) as manager:
        report = await manager.execute_migration()
        assert (report.state.total_discovered, report.migrated_tools) == (3, ())
        echo = await manager.migrate_specific_tool("echo_tool")
        calculator = await manager.migrate_specific_tool("calculator")
        with pytest.raises(ToolNotFound):
            await manager.migrate_specific_tool("calculator_2")
        assert [echo.original_name, calculator.original_name] == ["echo_tool", "calculator"]
        assert project.state.names() == ["calculator", "echo_tool"]


@pytest.mark.seed("skip.purpose", "skip.use", "skip.risk")
async def test_without_validation_a_tool_is_migrated_that_may_not_work(project: Project) -> None:
    project.write("a.rn", tool("a", UNCALLABLE))
    async with Phase51MigrationManager(MigrationManagerConfig(validation_mode=ValidationMode.SKIP)) as manager:
        report = await manager.execute_migration()
        assert (report.migrated_tools, report.validation) == (("a",), None)
        assert not (await manager.bridge.execute_migrated_tool("a", {})).success


@pytest.mark.seed("basic.purpose", "basic.use", "basic.checks")
async def test_basic_validation_checks_that_a_tool_is_there_and_can_be_called(project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    project.write("b.rn", tool("b", UNCALLABLE))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        report = await manager.execute_migration()
        assert report.migrated_tools == ("a",)
        assert list(failures(report)) == ["b"]
        validation = report.validation
        assert validation is not None
        assert [(found.tool, found.severity) for found in validation.findings if found.tool == "b"] == [("b", "error")]
        assert (await manager.bridge.validate_migration()).valid


@pytest.mark.seed("comprehensive.purpose", "comprehensive.use", "comprehensive.checks")
async def test_comprehensive_validation_checks_integrity_execution_and_security(project: Project) -> None:
    project.write("right.rn", tool("right", "args.n + 1"))
    project.write("right.cases.json", '{"cases": [{"arguments": {"n": 1}, "result": 2}]}')
    project.write("wrong.rn", tool("wrong", "args.n + 1"))
    project.write("wrong.cases.json", '{"cases": [{"arguments": {"n": 1}, "result": 3}]}')
    project.write("power.rn", tool("power", "json::from_string(args.text)?"))
    config = MigrationManagerConfig(validation_mode=ValidationMode.COMPREHENSIVE)
    async with Phase51MigrationManager(config) as manager:
        report = await manager.execute_migration()
    assert report.migrated_tools == ("right",)
    assert set(failures(report)) == {"wrong", "power"}
    assert "json" in failures(report)["power"]
    database = project.root / ".crucible" / "crucible.db"
    database.write_bytes(database.read_bytes().replace(b"args.n + 1", b"args.n + 2"))
    async with Phase51MigrationManager(config) as manager:
        validation = await manager.bridge.validate_migration(ValidationMode.COMPREHENSIVE)
    assert not validation.valid
    assert any("right" in issue for issue in validation.issues)
