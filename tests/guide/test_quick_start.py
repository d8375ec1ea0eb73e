"""The guide's quick start, and its reference of names."""

import inspect
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from crucible_tools import (
    MigrationManagerConfig,
    MigrationMode,
    MigrationReport,
    Phase51MigrationManager,
    SecurityLevel,
    ToolMigrationBridge,
    ValidationMode,
)
from tests.migration.conftest import Project, tool


@pytest.mark.seed("quick.default", "quick.new", "quick.execute", "quick.count", "quick.duration", "component.manager")
async def test_the_default_configuration_migrates_the_tools_of_the_working_directory(project: Project) -> None:
    project.write("echo.rn", tool("echo", "args.text"))
    (project.root / "rune_tools").mkdir()
    (project.root / "rune_tools" / "add.rn").write_text(tool("add", "args.a + args.b"))
    manager = await Phase51MigrationManager.new(MigrationManagerConfig())
    report = await manager.execute_migration()
    assert report.state.successfully_migrated == 2
    assert report.duration is not None
    assert report.duration > timedelta(0)
    assert (await manager.bridge.execute_migrated_tool("add", {"a": 1, "b": 2})).result == 3
    await manager.close()


@pytest.mark.seed("quick.custom")
async def test_a_custom_configuration_is_followed_in_every_field(project: Project) -> None:
    project.write("echo.rn", tool("echo", "args.text"))
    (project.root / "rune_scripts").mkdir()
    (project.root / "rune_scripts" / "add.rn").write_text(tool("add", "args.a + args.b"))
    config = MigrationManagerConfig(
        mode=MigrationMode.INCREMENTAL,
        migration_directories=(Path("./tools"), Path("./rune_scripts")),
        security_level=SecurityLevel.SAFE,
        validation_mode=ValidationMode.COMPREHENSIVE,
        enable_parallel_migration=False,
        max_concurrent_migrations=3,
        rollback_on_failure=True,
    )
    async with Phase51MigrationManager(config) as manager:
        report = await manager.execute_migration()
    assert report.migrated_tools == ("echo", "add")
    assert report.config == config
    assert report.validation is not None


@pytest.mark.seed("api.config")
def test_the_configuration_has_the_guides_fields() -> None:
    named = [
        "mode",
        "security_level",
        "migration_directories",
        "preserve_original_service",
        "enable_parallel_migration",
        "max_concurrent_migrations",
        "validation_mode",
        "rollback_on_failure",
    ]
    assert [field.name for field in fields(MigrationManagerConfig)][: len(named)] == named


@pytest.mark.seed("api.report")
def test_the_report_has_the_guides_fields() -> None:
    named = {
        "migration_id",
        "config",
        "stats",
        "state",
        "migrated_tools",
        "failed_tools",
        "validation",
        "duration",
        "timestamp",
    }
    assert named <= set(MigrationReport.model_fields)


@pytest.mark.seed("api.bridge")
def test_the_bridge_has_the_guides_methods_with_their_parameters() -> None:
    named = {
        "new": ["rune_config", "migration_config"],
        "execute_migrated_tool": ["self", "tool_name", "parameters", "execution_context"],
        "list_migrated_tools": ["self"],
        "remove_migrated_tool": ["self", "tool_name"],
        "validate_migration": ["self"],
    }
    for name, parameters in named.items():
        method = getattr(ToolMigrationBridge, name)
        assert inspect.iscoroutinefunction(method)
        given = list(inspect.signature(method).parameters)
        assert given[: len(parameters)] == parameters, name
