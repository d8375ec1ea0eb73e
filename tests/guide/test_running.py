"""What the guide says of performance, monitoring and health."""

import json
import os

import pytest

from crucible_tools import (
    MigrationConfig,
    MigrationManagerConfig,
    MigrationReport,
    Phase51MigrationManager,
    RuneServiceConfig,
    ServiceStatus,
    ToolMigrationBridge,
)
from tests.migration.conftest import Project, migrate, tool


@pytest.mark.seed("performance.vm", "component.bridge")
async def test_every_tool_has_a_vm_of_its_own_and_shares_nothing(project: Project) -> None:
    for name in ("a", "b"):
        project.write(f"{name}.rn", tool(name, "if args.crash { loop {} } else { 1 }"))
    config = MigrationConfig(state=project.root / ".crucible")
    async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
        for name in ("a", "b"):
            assert (await bridge.execute_migrated_tool(name, {"crash": False})).result == 1
        assert (await bridge.get_metrics()).loaded_vms == 2


@pytest.mark.seed("performance.cache", "performance.caching", "tip.cache", "overview.performance", "component.config")
async def test_a_cached_script_is_not_compiled_again_and_a_small_cache_compiles_often(project: Project) -> None:
    # A script that is cached has its VM; one that gave it up is compiled again when it is called.
    for name in ("a", "b"):
        project.write(f"{name}.rn", tool(name, "1"))
    for size, kept in ((500, 2), (1, 1)):
        config = MigrationConfig(state=project.root / ".crucible", max_cache_size=size)
        async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
            for _ in range(2):
                for name in ("a", "b"):
                    assert (await bridge.execute_migrated_tool(name, {})).result == 1
                assert (await bridge.get_metrics()).loaded_vms == kept


@pytest.mark.seed("performance.parallel", "tip.parallel")
async def test_a_parallel_migration_gives_what_a_serial_one_gives_in_the_same_order(project: Project) -> None:
    for number in range(12):
        project.write(f"t{number:02}.rn", tool(f"t{number:02}", "args.no_such()" if number % 5 == 4 else "1"))
    serial = await migrate(project, state=project.root / "serial")
    parallel = await migrate(
        project,
        state=project.root / "parallel",
        enable_parallel_migration=True,
        max_concurrent_migrations=os.cpu_count() or 1,
    )
    assert parallel.migrated_tools == serial.migrated_tools
    assert [error.tool_name for error in parallel.failed_tools] == [error.tool_name for error in serial.failed_tools]
    assert len(serial.migrated_tools) == 10


@pytest.mark.seed("monitoring.statistics", "during.statistics")
async def test_statistics_count_migrated_active_and_inactive_tools(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(f"{name}.rn", tool(name))
    await migrate(project)
    (project.tools / "c.rn").unlink()
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        await manager.execute_migration()
        stats = await manager.get_migration_statistics()
    assert (stats.total_migrated, stats.active_tools, stats.inactive_tools) == (3, 2, 1)


@pytest.mark.seed("monitoring.validation", "component.validation", "after.validate", "practice.validate")
async def test_migrated_tools_can_be_validated_at_any_time(project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    config = MigrationConfig(state=project.root / ".crucible")
    async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
        validation = await bridge.validate_migration()
        assert (validation.valid, len(validation.issues), validation.total_tools) == (True, 0, 1)
    database = project.root / ".crucible" / "crucible.db"
    database.write_bytes(database.read_bytes().replace(b"{ 1 }", b"{ 2 }"))
    async with ToolMigrationBridge(RuneServiceConfig(), MigrationConfig(auto_migrate=False)) as bridge:
        validation = await bridge.validate_migration()
        assert (validation.valid, len(validation.issues), validation.valid_tools) == (False, 1, 0)


@pytest.mark.seed("monitoring.export", "during.export")
async def test_a_report_is_exported_as_json_and_read_back(project: Project) -> None:
    project.write("a.rn", tool("a"))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        report = await manager.execute_migration()
        text = await manager.export_migration_report(report)
    (project.root / "migration_report.json").write_text(text)
    assert json.loads(text)["state"]["successfully_migrated"] == 1
    assert MigrationReport.model_validate_json(text) == report


@pytest.mark.seed("health.match")
async def test_health_is_one_of_three_and_a_degraded_one_says_what_is_wrong(project: Project) -> None:
    for name in ("a", "b"):
        project.write(f"{name}.rn", tool(name, f'"{name}"'))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        await manager.execute_migration()
        health = await manager.bridge.service_health()
        assert (health.status, health.details) == (ServiceStatus.HEALTHY, ())
    database = project.root / ".crucible" / "crucible.db"
    database.write_bytes(database.read_bytes().replace(b'{ "a" }', b'{ "x" }'))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        health = await manager.bridge.service_health()
        assert health.status is ServiceStatus.DEGRADED
        assert health.details[0].what.startswith("a: ")
    assert (await manager.bridge.service_health()).status is ServiceStatus.UNHEALTHY


@pytest.mark.seed("practice.performance", "after.performance", "after.errors", "practice.metrics")
async def test_calls_errors_and_times_of_migrated_tools_can_be_watched(project: Project) -> None:
    project.write("a.rn", tool("a", 'if args.fail { Err("no") } else { 1 }'))
    config = MigrationConfig(state=project.root / ".crucible")
    async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
        for fail in (True, False, False):
            await bridge.execute_migrated_tool("a", {"fail": fail})
        metrics = await bridge.get_metrics()
    assert (metrics.calls, metrics.succeeded, metrics.failed) == (3, 2, 1)
    assert metrics.tools["a"]["reasons"] == {"finished": 2, "tool_error": 1}
    assert metrics.tools["a"]["peak_memory_bytes"] > 0
    assert metrics.average_time.total_seconds() > 0
