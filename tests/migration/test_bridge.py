"""The bridge migrates when it opens, runs what was migrated, and reloads, removes and validates tools."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    CallRefused,
    CompileFailed,
    MigrationConfig,
    MigrationManagerConfig,
    Phase51MigrationManager,
    RuneServiceConfig,
    SecurityLevel,
    ServiceStatus,
    ToolExecutionContext,
    ToolInactive,
    ToolMigrationBridge,
    ToolNotFound,
)
from tests.migration.conftest import Project, migrate, tool


def configs(project: Project, **fields: object) -> tuple[RuneServiceConfig, MigrationConfig]:
    return (
        RuneServiceConfig(directories=(project.tools,)),
        MigrationConfig(state=project.root / ".crucible", **fields),  # type: ignore[arg-type]
    )


@pytest.fixture
async def bridge(project: Project) -> AsyncIterator[ToolMigrationBridge]:
    project.write("one.rn", tool("one", "1"))
    project.write("fail.rn", tool("fail", 'Err(#{ message: "no", code: 7 })'))
    async with ToolMigrationBridge(*configs(project)) as opened:
        yield opened


async def test_opening_it_migrates_what_the_folders_hold(bridge: ToolMigrationBridge) -> None:
    assert [migrated.original_name for migrated in await bridge.list_migrated_tools()] == ["fail", "one"]


async def test_without_auto_migration_it_only_runs_what_is_there(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with ToolMigrationBridge(*configs(project, auto_migrate=False)) as bridge:
        assert await bridge.list_migrated_tools() == []
        assert (await bridge.discover_and_migrate_tools()).migrated_tools == ("one",)
        assert len(await bridge.list_migrated_tools()) == 1


async def test_a_call_carries_its_context_through(bridge: ToolMigrationBridge) -> None:
    context = ToolExecutionContext(call_id="call-7", context_ref="order-9")
    result = await bridge.execute_migrated_tool("one", {}, context)
    assert (result.result, result.context_ref, result.metadata["call_id"]) == (1, "order-9", "call-7")


async def test_a_tools_own_error_is_a_result_and_no_exception(bridge: ToolMigrationBridge) -> None:
    result = await bridge.execute_migrated_tool("fail", b"{}")
    assert result.error is not None
    assert (result.success, result.error.kind, result.error.data) == (False, "tool", {"message": "no", "code": 7})


async def test_an_unknown_tool_is_told_near_names(bridge: ToolMigrationBridge) -> None:
    for call in (bridge.execute_migrated_tool("onee", {}), bridge.get_migrated_tool("onee")):
        with pytest.raises(ToolNotFound) as caught:
            await call
        assert caught.value.near == ("one",)


async def test_a_reloaded_tool_is_what_its_file_says_now(bridge: ToolMigrationBridge, project: Project) -> None:
    await bridge.execute_migrated_tool("one", {})
    project.write("one.rn", tool("one", "11"))
    assert (await bridge.execute_migrated_tool("one", {})).result == 1
    await bridge.reload_migrated_tool("one")
    assert (await bridge.execute_migrated_tool("one", {})).result == 11


async def test_reloading_a_broken_file_leaves_the_tool_as_it_was(bridge: ToolMigrationBridge, project: Project) -> None:
    project.write("one.rn", tool("one", "let let"))
    with pytest.raises(CompileFailed):
        await bridge.reload_migrated_tool("one")
    assert (await bridge.execute_migrated_tool("one", {})).result == 1


async def test_reloading_a_tool_whose_file_is_gone_makes_it_inactive(
    bridge: ToolMigrationBridge, project: Project
) -> None:
    await bridge.execute_migrated_tool("one", {})
    (project.tools / "one.rn").unlink()
    for attempt in (bridge.reload_migrated_tool("one"), bridge.execute_migrated_tool("one", {})):
        with pytest.raises(ToolInactive, match="vanished"):
            await attempt
    assert [found.active for found in await bridge.list_migrated_tools()] == [True, False]


async def test_reloading_one_tool_touches_no_other(bridge: ToolMigrationBridge, project: Project) -> None:
    project.write("fail.rn", tool("fail", "0"))
    await bridge.reload_migrated_tool("one")
    assert project.state.versions("fail") == 1


async def test_a_removed_tool_is_forgotten_until_it_is_migrated_again(bridge: ToolMigrationBridge) -> None:
    assert await bridge.remove_migrated_tool("one") is True
    assert await bridge.remove_migrated_tool("one") is False
    with pytest.raises(ToolNotFound):
        await bridge.execute_migrated_tool("one", {})
    await bridge.migrate_single_tool("one")
    assert (await bridge.execute_migrated_tool("one", {})).result == 1


async def test_statistics_count_active_and_inactive_tools(bridge: ToolMigrationBridge, project: Project) -> None:
    (project.tools / "one.rn").unlink()
    await bridge.discover_and_migrate_tools()
    stats = await bridge.get_migration_stats()
    assert (stats.total_migrated, stats.active_tools, stats.inactive_tools) == (2, 1, 1)
    assert stats.migration_timestamp is not None


@pytest.mark.sqlite_only("a folder is removed")
async def test_ids_are_derived_from_names_unless_fresh_ones_are_wanted(project: Project, tmp_path: Path) -> None:
    project.write("one.rn", tool("one"))
    found: list[str] = []
    for preserve in (True, True, False, False):
        async with ToolMigrationBridge(*configs(project, preserve_tool_ids=preserve)) as bridge:
            found.append((await bridge.get_migrated_tool("one")).migrated_script_id)
        shutil.rmtree(tmp_path / ".crucible")
    assert found[0] == found[1]
    assert len({*found}) == 3


async def test_the_search_is_the_services(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("deep/two.rn", tool("two"))
    project.write("skip/three.rn", tool("three"))
    project.write("four.txt", tool("four"))
    rune, migration = configs(project)
    cases: list[tuple[dict[str, object], set[str]]] = [
        ({}, {"one", "two", "three"}),
        ({"recursive": False}, {"one"}),
        ({"excluded": ("skip",)}, {"one", "two"}),
        ({"extensions": (".txt",)}, {"four"}),
        ({"max_file_size": 10}, set()),
    ]
    for fields, expected in cases:
        search = RuneServiceConfig(directories=rune.directories, **fields)  # type: ignore[arg-type]
        async with ToolMigrationBridge(search, migration) as bridge:
            report = await bridge.discover_and_migrate_tools()
        assert set(report.migrated_tools) == expected


async def test_healthy_tools_make_a_healthy_service(bridge: ToolMigrationBridge) -> None:
    validation = await bridge.validate_migration()
    assert (validation.valid, validation.total_tools, validation.valid_tools) == (True, 2, 2)
    health = await bridge.service_health()
    assert (health.status, health.details) == (ServiceStatus.HEALTHY, ())


async def test_a_closed_bridge_is_unhealthy(project: Project) -> None:
    bridge = await ToolMigrationBridge.new(*configs(project, auto_migrate=False))
    await bridge.close()
    assert (await bridge.service_health()).status is ServiceStatus.UNHEALTHY


async def test_many_first_calls_at_once_load_a_tool_once_and_none_is_cancelled(project: Project) -> None:
    # Long enough to compile that loading gives the other calls their turn.
    one = "fn f{0}(x) {{ let y = x + {0}; if y > 3 {{ y }} else {{ x }} }}\n"
    many = "".join(one.format(number) for number in range(3000))
    project.write("big.rn", tool("big", "args.n") + many)
    async with ToolMigrationBridge(*configs(project)) as bridge:
        results = await asyncio.gather(*(bridge.execute_migrated_tool("big", {"n": number}) for number in range(8)))
    assert [result.result for result in results] == list(range(8))


async def test_a_state_that_no_configuration_names_raises_no_powers(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    project.write("one.rn", tool("one", "1"))
    await migrate(project, security_level=SecurityLevel.PRODUCTION)

    async def call(**fields: Any) -> object:
        config = MigrationConfig(auto_migrate=False, **fields)
        async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
            return (await bridge.execute_migrated_tool("one", {})).result

    with pytest.raises(CallRefused, match="merely found"):
        await call()
    assert await call(state=".crucible") == 1
    assert await call(security_level=SecurityLevel.PRODUCTION) == 1
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        with pytest.raises(CallRefused, match="merely found"):
            await manager.bridge.execute_migrated_tool("one", {})
