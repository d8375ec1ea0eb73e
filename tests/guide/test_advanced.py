"""The guide's advanced examples, written as it has them."""

import json

import pytest

from crucible_tools import (
    CrucibleError,
    DiscoveredTool,
    MigrationManagerConfig,
    MigrationMode,
    MigrationReport,
    Phase51MigrationManager,
    ValidationMode,
    discover_tools,
)
from tests.migration.conftest import Project, tool


@pytest.mark.seed("advanced.discover", "advanced.filter", "advanced.each", "advanced.failed")
async def test_an_application_chooses_the_tools_that_are_migrated(project: Project) -> None:
    project.write("report.rn", tool("report", "1"))
    project.write("report_old.rn", tool("report_old", "let let"))
    project.write("other.rn", tool("other", "1"))
    printed: list[str] = []

    def should_migrate(found: DiscoveredTool) -> bool:
        return found.name.startswith("report")

    config = MigrationManagerConfig(mode=MigrationMode.MANUAL)
    async with Phase51MigrationManager(config) as manager:
        tools_to_migrate = [found for found in await discover_tools() if should_migrate(found)]
        for found in tools_to_migrate:
            try:
                await manager.migrate_specific_tool(found.name)
                printed.append(f"Migrated: {found.name}")
            except CrucibleError as error:
                printed.append(f"Failed: {found.name} - {error}")
    assert printed[0] == "Migrated: report"
    assert printed[1].startswith("Failed: report_old - report_old was not migrated")
    assert project.state.names() == ["report"]


async def ci_migration_pipeline(project: Project) -> MigrationReport:
    # 1. Dry run to validate migration scope
    async with Phase51MigrationManager(MigrationManagerConfig(mode=MigrationMode.DRY_RUN)) as manager:
        dry_report = await manager.execute_migration()

    # 2. Fail CI if no tools found
    assert dry_report.state.total_discovered > 0, "No tools found to migrate"

    # 3. Perform actual migration
    config = MigrationManagerConfig(mode=MigrationMode.FULL, validation_mode=ValidationMode.COMPREHENSIVE)
    async with Phase51MigrationManager(config) as manager:
        report = await manager.execute_migration()

        # 4. Validate migration success
        assert report.state.successfully_migrated > 0, "No tools migrated successfully"
        assert report.state.failed_migrations == 0, "Some tools failed to migrate"

        # 5. Export report for artifacts
        report_json = await manager.export_migration_report(report)
    (project.root / "migration_report.json").write_text(report_json)
    return report


@pytest.mark.seed("ci.dry-run", "ci.none", "ci.migrate", "ci.validate", "ci.export")
async def test_the_pipeline_of_the_guide_passes_and_fails_where_it_should(project: Project) -> None:
    with pytest.raises(AssertionError, match="No tools found"):
        await ci_migration_pipeline(project)
    project.write("bad.rn", tool("bad", "let let"))
    with pytest.raises(AssertionError, match="No tools migrated"):
        await ci_migration_pipeline(project)
    project.write("good.rn", tool("good", "1"))
    with pytest.raises(AssertionError, match="Some tools failed"):
        await ci_migration_pipeline(project)
    (project.tools / "bad.rn").unlink()
    report = await ci_migration_pipeline(project)
    exported = json.loads((project.root / "migration_report.json").read_text())
    assert exported["migration_id"] == report.migration_id
