"""Migration repairs its own copy: what was done is recorded, and the sources stay as they are."""

from __future__ import annotations

import pytest

from crucible_tools import (
    MigrationConfig,
    MigrationMode,
    PlanAction,
    RepairMode,
    RuneServiceConfig,
    ToolMigrationBridge,
)
from crucible_tools.migration.formats.summary import headline
from tests.migration.conftest import Project, actions, migrate, tool

BROKEN = tool("sum", "let mut n = args.a; n += args.b; n")
UNSAFE = tool("limit", 'let mut n = 1; if args.get("n") { n = 2; } n')
TYPED = """
#[tool(desc: "Greets")]
pub fn greet(name: string, loud?: bool) {
    if loud ?? false { "HI" } else { name }
}
"""


async def test_a_broken_tool_is_repaired_in_the_migrated_copy_only(project: Project) -> None:
    file = project.write("sum.rn", BROKEN)
    async with project.manager() as manager:
        report = await manager.execute_migration()
        result = await manager.bridge.execute_migrated_tool("sum", {"a": 1, "b": 2})
        migrated = await manager.bridge.get_migrated_tool("sum")
    assert report.repairs.model_dump() == {"unchanged": 0, "safe": 1, "unsafe": 0, "refused": 0}
    assert result.result == 3
    assert file.read_text() == BROKEN
    assert migrated is not None
    assert migrated.metadata["repairs"] == [{"code": "RN001", "line": 4, "title": "Delete `mut`", "safe": True}]
    assert migrated.metadata["source_sha256"] != migrated.metadata["migrated_sha256"]


async def test_a_second_run_changes_nothing(project: Project) -> None:
    project.write("sum.rn", BROKEN)
    for expected in (PlanAction.REPAIRED, PlanAction.UNCHANGED):
        async with project.manager() as manager:
            assert actions(await manager.execute_migration()) == {"sum": expected}


async def test_a_program_sees_in_the_plan_what_is_repaired_and_the_counts_stay_those_of_tools(project: Project) -> None:
    file = project.write("sum.rn", BROKEN)
    project.write("fine.rn", tool("fine"))
    planned = await migrate(project, mode=MigrationMode.DRY_RUN)
    assert actions(planned) == {"fine": PlanAction.NEW, "sum": PlanAction.REPAIRED}
    assert planned.plan[1].reason == "it is new; its source is repaired (RN001)"
    assert [tool["action"] for tool in planned.model_dump(mode="json")["plan"]] == ["new", "repaired"]
    assert headline(planned) == "Plan at SAFE: 1 new, 1 repaired"
    made = await migrate(project)
    assert (made.state.total_discovered, made.state.successfully_migrated) == (2, 2)
    assert made.migrated_tools == ("fine", "sum")
    file.write_text(BROKEN.replace("+= args.b", "-= args.b"))
    again = await migrate(project)
    assert actions(again) == {"fine": PlanAction.UNCHANGED, "sum": PlanAction.REPAIRED}
    assert again.plan[1].reason == "its source changed; its source is repaired (RN001)"


async def test_the_plan_shows_a_repair_as_a_diff(project: Project) -> None:
    project.write("sum.rn", BROKEN)
    async with project.manager() as manager:
        [planned] = (await manager.execute_migration()).plan
    assert planned.diff is not None
    assert "-pub fn call(args) { let mut n = args.a; n += args.b; n }" in planned.diff
    assert "+pub fn call(args) { let n = args.a; n += args.b; n }" in planned.diff


async def test_without_repairs_a_broken_tool_is_refused(project: Project) -> None:
    project.write("sum.rn", BROKEN)
    async with project.manager(repair=RepairMode.NONE) as manager:
        report = await manager.execute_migration()
    assert actions(report) == {"sum": PlanAction.BLOCKED}
    assert report.repairs.refused == 1


async def test_a_tool_that_was_migrated_as_it_is_changes_when_repairs_are_allowed(project: Project) -> None:
    project.write("limit.rn", UNSAFE.replace("let mut", "let"))
    async with project.manager() as manager:
        assert actions(await manager.execute_migration()) == {"limit": PlanAction.NEW}
        assert (await manager.bridge.execute_migrated_tool("limit", {"n": 5})).result == 1
    async with project.manager(repair=RepairMode.UNSAFE) as manager:
        report = await manager.execute_migration()
        assert actions(report) == {"limit": PlanAction.REPAIRED}
        assert report.plan[0].reason == (
            "its source is repaired differently now; its source is repaired (RN103), which may change what it does"
        )
        assert (await manager.bridge.execute_migrated_tool("limit", {"n": 5})).result == 2
    assert report.repairs.unsafe == 1


async def test_the_types_of_a_signature_stay_in_the_schema(project: Project) -> None:
    project.write("greet.rn", TYPED)
    async with project.manager() as manager:
        await manager.execute_migration()
        migrated = await manager.bridge.get_migrated_tool("greet")
        result = await manager.bridge.execute_migrated_tool("greet", {"name": "Bo"})
    assert migrated is not None
    assert migrated.definition.input_schema["properties"] == {"name": {"type": "string"}, "loud": {"type": "boolean"}}
    assert migrated.definition.input_schema["required"] == ["name"]
    assert result.result == "Bo"


@pytest.mark.parametrize("repair", [RepairMode.SAFE, RepairMode.NONE])
async def test_the_bridge_repairs_as_it_is_configured(project: Project, repair: RepairMode) -> None:
    project.write("sum.rn", BROKEN)
    config = MigrationConfig(state=project.root / ".crucible", repair=repair)
    async with ToolMigrationBridge(RuneServiceConfig(directories=(project.tools,)), config) as bridge:
        names = [migrated.original_name for migrated in await bridge.list_migrated_tools()]
    assert names == (["sum"] if repair is RepairMode.SAFE else [])


async def test_a_tool_that_cannot_be_repaired_says_what_would_help(project: Project) -> None:
    project.write("half.rn", tool("half", "let mut n = 1; mend(n); crucible::log_infos(n)"))
    async with project.manager() as manager:
        report = await manager.execute_migration()
    [failed] = report.failed_tools
    assert "`crucible check`" in str(failed.context["hint"]) or "log_info" in failed.message
