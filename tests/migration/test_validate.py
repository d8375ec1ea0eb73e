"""Validating what was migrated, at any time."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from crucible_tools import MigrationConfig, Phase51MigrationManager, RuneServiceConfig, ToolMigrationBridge
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.errors import ToolInactive, ToolNotFound
from crucible_tools.migration.progress import Progress
from crucible_tools.migration.validate import validate
from crucible_tools.migration.versions import engine_versions
from crucible_tools.migration.workers import WORTH_IT
from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.migration import MigrationValidation
from tests.migration.conftest import Project, tool
from tests.on_server import execute

OLD = {"rune": "0.13.0", "guest": "0123456789abcdef"}


async def migrate(project: Project, *names: str, modules: tuple[HostModule, ...] = (), **fields: Any) -> None:
    for name in names:
        project.write(f"{name}.rn", tool(name))
    async with Phase51MigrationManager(project.config(**fields), modules=modules) as manager:
        await manager.execute_migration()


def change(project: Project, statement: str, *parameters: object) -> None:
    """What nobody but a damaged disk, or another version of this package, does to a database."""
    project.state.close()
    execute(project.root / ".crucible", statement, *parameters)


async def validated(project: Project, mode: str = "basic", **options: Any) -> MigrationValidation:
    async with ScriptEngine() as engine:
        return await validate(engine, project.state, ValidationMode(mode), **options)


async def test_every_active_tool_is_validated_as_it_is_recorded(project: Project) -> None:
    await migrate(project, "a", "b", "c")
    (project.tools / "b.rn").unlink()
    project.write("a.rn", "this is broken now")
    await migrate(project)
    found = await validated(project)
    assert (found.valid, found.total_tools, found.valid_tools) == (True, 2, 2)
    assert (found.issues, found.warnings, found.findings) == ((), (), ())


async def test_named_tools_are_validated_alone_and_watched(project: Project) -> None:
    await migrate(project, "a", "b", "c")
    steps: list[Progress] = []
    found = await validated(project, names=("c", "a", "c"), watch=steps.append)
    assert found.total_tools == 2
    assert [(step.done, step.total, step.subject) for step in steps] == [(1, 2, "c"), (2, 2, "a")]


async def test_a_tool_that_is_not_there_or_inactive_is_refused(project: Project) -> None:
    await migrate(project, "a", "b")
    (project.tools / "b.rn").unlink()
    await migrate(project)
    with pytest.raises(ToolNotFound):
        await validated(project, names=("c",))
    with pytest.raises(ToolInactive):
        await validated(project, names=("b",))


async def test_a_damaged_source_is_an_issue_of_its_tool_alone(project: Project) -> None:
    await migrate(project, "a", "b")
    stored = project.state.tool("a")
    assert stored is not None
    change(project, "UPDATE blobs SET content = ? WHERE hash = ?", b"let", stored.version.migrated_hash)
    for mode in ("skip", "basic", "comprehensive"):
        found = await validated(project, mode)
        assert (found.valid, found.total_tools, found.valid_tools) == (False, 2, 1)
        assert [item.code for item in found.findings if item.severity == "error"] == ["VAL201"]
        assert found.issues[0].startswith("a: ")


async def test_examples_lie_beside_the_file_that_a_tool_came_from(project: Project) -> None:
    project.write("deep/down/a.rn", tool("a"))
    await migrate(project)
    case = {"arguments": {"n": 1}, "result": {"n": 2}}
    project.write("deep/down/a.cases.json", json.dumps({"cases": [case]}))
    found = await validated(project, "comprehensive")
    assert [item.code for item in found.findings] == ["VAL103"]
    assert (await validated(project)).valid  # BASIC does not look at them


async def test_an_example_that_came_after_the_migration_keeps_the_next_one_from_being_recorded(
    project: Project,
) -> None:
    project.write("a.cases.json", json.dumps({"cases": [{"arguments": {"n": 1}, "result": {"n": 2}}]}))
    project.write("a.rn", tool("a"))
    async with project.manager(validation_mode=ValidationMode.COMPREHENSIVE) as manager:
        report = await manager.execute_migration()
    assert [(error.tool_name, error.context["code"]) for error in report.failed_tools] == [("a", "VAL103")]
    assert project.state.tools() == []


async def test_an_unsafe_repair_is_told_from_a_safe_one(project: Project) -> None:
    project.write("a.rn", tool("a", "let mut n = 1; n"))
    await migrate(project)
    found = await validated(project, "comprehensive")
    assert [item.code for item in found.findings] == ["VAL101", "VAL123"]


async def test_after_an_upgrade_it_says_what_changed_and_records_what_works(project: Project) -> None:
    await migrate(project, "a", "b")
    change(project, "UPDATE tool_versions SET engine = ?", json.dumps(OLD))
    found = await validated(project)
    assert found.valid
    assert [(item.tool, item.code) for item in found.findings] == [("a", "VAL202"), ("b", "VAL202")]
    assert found.findings[0].context["before"] == OLD
    assert found.findings[0].context["now"] == engine_versions()
    assert "Rune 0.13.0" in found.findings[0].message
    assert "it still works" in found.findings[0].message
    assert [tool.validated_engine for tool in project.state.tools()] == [engine_versions()] * 2
    last = project.state.last_run()
    assert last is not None
    assert (last.kind, last.status, last.report) == ("validate", "completed", {"validated": ["a", "b"]})
    assert (await validated(project)).findings == ()
    assert len(project.state.runs()) == 2  # nothing more was to be recorded


async def test_what_does_not_work_with_the_new_engine_is_not_recorded_as_validated(project: Project) -> None:
    await migrate(project, "a", "b")
    stored = project.state.tool("a")
    assert stored is not None
    # As if the old engine had had a method that the new one has not.
    text = tool("a", "args.gone_with_the_upgrade()").encode()
    digest = hashlib.sha256(text).hexdigest()
    change(project, "INSERT INTO blobs (hash, content) VALUES (?, ?)", digest, text)
    change(project, "UPDATE tool_versions SET migrated_hash = ? WHERE tool = 'a'", digest)
    change(project, "UPDATE tool_versions SET engine = ?", json.dumps(OLD))
    found = await validated(project)
    assert [(item.tool, item.code) for item in found.findings] == [("a", "VAL202"), ("a", "VAL003"), ("b", "VAL202")]
    assert "does not work any more" in found.findings[0].message
    assert {tool.name: tool.validated_engine for tool in project.state.tools()} == {"a": None, "b": engine_versions()}


async def test_skip_records_nothing_as_validated(project: Project) -> None:
    await migrate(project, "a")
    change(project, "UPDATE tool_versions SET engine = ?", json.dumps(OLD))
    assert [item.code for item in (await validated(project, "skip")).findings] == ["VAL202"]
    assert [tool.validated_engine for tool in project.state.tools()] == [None]


async def test_while_another_run_holds_the_state_tools_are_validated_and_not_recorded(project: Project) -> None:
    await migrate(project, "a")
    change(project, "UPDATE tool_versions SET engine = ?", json.dumps(OLD))
    with project.state.run("other", {}):
        found = await validated(project)
    assert found.valid
    assert found.warnings[-1].startswith("that 1 tool works with this engine was not recorded: ")
    assert [tool.validated_engine for tool in project.state.tools()] == [None]


async def test_many_tools_are_validated_in_order_by_processes_of_their_own(project: Project) -> None:
    names = [f"t{number:03}" for number in range(WORTH_IT + 5)]
    await migrate(project, *names)
    stored = project.state.tool("t007")
    assert stored is not None
    steps: list[str] = []
    found = await validated(project, watch=lambda step: steps.append(step.subject))
    assert (found.valid, found.total_tools) == (True, len(names))
    assert steps == names
    change(project, "UPDATE blobs SET content = ? WHERE hash = ?", b"let", stored.version.migrated_hash)
    found = await validated(project)
    assert [(item.tool, item.code) for item in found.findings] == [("t007", "VAL201")]
    assert found.valid_tools == len(names) - 1


async def test_without_a_state_there_is_nothing_to_validate_and_nothing_is_made(project: Project) -> None:
    found = await validated(project)
    assert (found.valid, found.total_tools) == (True, 0)
    assert not (project.root / ".crucible").exists()


async def test_the_bridge_validates_with_the_modules_of_its_application_and_runs_none(project: Project) -> None:
    def must_not_run(*arguments: Any) -> None:
        raise AssertionError(f"called with {arguments}")

    db = HostModule("db")
    db.add("wipe", must_not_run, params={"table": "string"})
    project.write("a.rn", tool("a", "db::wipe(`notes`); 1"))
    await migrate(project, modules=(db,), security_level="development")
    bridge_config = MigrationConfig(auto_migrate=False, state=project.root / ".crucible", security_level="development")
    service = RuneServiceConfig(directories=(project.tools,))
    async with ToolMigrationBridge(service, bridge_config, modules=[db]) as bridge:
        assert (await bridge.validate_migration()).findings == ()
        found = await bridge.validate_migration(ValidationMode.COMPREHENSIVE, tools=["a"])
    assert [item.code for item in found.findings] == ["VAL101"]
    async with ToolMigrationBridge(service, bridge_config) as bridge:
        assert [item.code for item in (await bridge.validate_migration()).findings] == ["VAL001"]


async def test_tools_in_service_stay_there(project: Project) -> None:
    await migrate(project, "a")
    config = MigrationConfig(auto_migrate=False, state=project.root / ".crucible")
    async with ToolMigrationBridge(RuneServiceConfig(directories=(project.tools,)), config) as bridge:
        await bridge.execute_migrated_tool("a", {})
        await bridge.validate_migration(ValidationMode.COMPREHENSIVE)
        assert (await bridge.execute_migrated_tool("a", {"n": 1})).result == {"n": 1}
