"""The bridge as a tool service, and what it says about its health."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crucible_tools import (
    EngineClosed,
    HostModule,
    MigrationConfig,
    RuneServiceConfig,
    SecurityLevel,
    ServiceStatus,
    ToolInactive,
    ToolMigrationBridge,
    ToolNotFound,
)
from crucible_tools.store.records import content_hash
from tests.migration.conftest import Project, tool
from tests.on_server import execute


def over(project: Project, **fields: object) -> ToolMigrationBridge:
    config = MigrationConfig(**{"state": project.root / ".crucible", **fields})  # type: ignore[arg-type]
    return ToolMigrationBridge(RuneServiceConfig(directories=(project.tools,)), config)


@pytest.fixture
async def bridge(project: Project) -> AsyncIterator[ToolMigrationBridge]:
    project.write("one.rn", tool("one", "1"))
    project.write("greet.rn", tool("greet", "`Hello ${args.name}`"))
    async with over(project) as opened:
        yield opened


async def test_it_lists_describes_and_runs_its_tools(bridge: ToolMigrationBridge) -> None:
    assert [definition.name for definition in await bridge.list_tools()] == ["greet", "one"]
    assert (await bridge.get_tool("greet")).description == "The tool greet"
    assert (await bridge.execute_tool("greet", {"name": "Ada"})).result == "Hello Ada"
    assert (await bridge.get_tool("greet")).description == "The tool greet"


async def test_an_inactive_tool_is_not_listed_and_says_why_it_cannot_be_called(
    bridge: ToolMigrationBridge, project: Project
) -> None:
    (project.tools / "one.rn").unlink()
    await bridge.discover_and_migrate_tools()
    assert [definition.name for definition in await bridge.list_tools()] == ["greet"]
    for request in (bridge.get_tool("one"), bridge.execute_tool("one", {})):
        with pytest.raises(ToolInactive, match="vanished"):
            await request
    validation = await bridge.validate_tool("one")
    assert (validation.valid, validation.errors) == (False, ("it vanished",))


async def test_an_unknown_tool_is_told_near_names(bridge: ToolMigrationBridge) -> None:
    for request in (bridge.get_tool("gret"), bridge.execute_tool("gret", {}), bridge.validate_tool("gret")):
        with pytest.raises(ToolNotFound) as caught:
            await request
        assert caught.value.near == ("greet",)


async def test_a_closed_bridge_lists_and_runs_nothing(bridge: ToolMigrationBridge) -> None:
    await bridge.close()
    for request in (bridge.list_tools(), bridge.get_tool("one"), bridge.validate_tool("one")):
        with pytest.raises(EngineClosed, match="not open"):
            await request
    with pytest.raises(EngineClosed):
        await bridge.execute_tool("one", {})


async def test_validating_a_tool_rehearses_it_and_runs_no_effect(project: Project) -> None:
    project.write("send.rn", tool("send", "mail::send(args.to)"))
    project.write("fine.rn", tool("fine", "1"))
    sent: list[object] = []
    mail = HostModule("mail", capability="mail")
    mail.add("send", sent.append, params={"to": "any"})
    config = MigrationConfig(state=project.root / ".crucible", security_level=SecurityLevel.DEVELOPMENT)
    rune = RuneServiceConfig(directories=(project.tools,))
    async with ToolMigrationBridge(rune, config, modules=[mail]) as bridge:
        fine, send = await bridge.validate_tool("fine"), await bridge.validate_tool("send")
    assert (fine.tool, fine.valid, fine.errors, fine.warnings) == ("fine", True, (), ())
    assert send.valid
    assert sent == []


async def test_a_damaged_tool_is_not_valid(bridge: ToolMigrationBridge, project: Project) -> None:
    await damage(bridge, project)
    assert not (await bridge.validate_tool("one")).valid
    assert (await bridge.validate_tool("greet")).valid


async def test_metrics_count_calls_by_their_outcome(bridge: ToolMigrationBridge) -> None:
    await bridge.execute_tool("greet", {"name": "Ada"})
    await bridge.execute_migrated_tool("greet", {})
    await bridge.execute_tool("greet", b"no JSON")
    metrics = await bridge.get_metrics()
    assert (metrics.calls, metrics.succeeded, metrics.failed) == (3, 1, 2)
    assert metrics.tools["greet"]["reasons"] == {"finished": 1, "invalid_arguments": 1, "script_error": 1}
    assert metrics.average_time > timedelta(0)
    assert metrics.to_json()["loaded_vms"] == 1


async def test_reloading_a_tool_lets_its_calls_finish(project: Project) -> None:
    module, opened, entered = HostModule("gate"), asyncio.Event(), asyncio.Event()

    @module.function(params={})
    async def enter() -> None:
        entered.set()
        await opened.wait()

    project.write("slow.rn", tool("slow", "gate::enter(); 1"))
    config = MigrationConfig(state=project.root / ".crucible", security_level=SecurityLevel.DEVELOPMENT)
    rune = RuneServiceConfig(directories=(project.tools,))
    async with ToolMigrationBridge(rune, config, modules=[module]) as bridge:
        begun = asyncio.create_task(bridge.execute_tool("slow", {}))
        await asyncio.wait_for(entered.wait(), 60)
        project.write("slow.rn", tool("slow", "2"))
        await bridge.reload_migrated_tool("slow")
        assert (await bridge.execute_tool("slow", {})).result == 2
        opened.set()
        assert (await asyncio.wait_for(begun, 60)).result == 1


# Health


async def damage(bridge: ToolMigrationBridge, project: Project) -> None:
    """Changes the recorded source of the tool `one` behind the bridge's back."""
    await bridge.close()
    source = tool("one", "1").encode()
    changed = source.replace(b"{ 1 }", b"{ 2 }")
    execute(project.root / ".crucible", "UPDATE blobs SET content = ? WHERE hash = ?", changed, content_hash(source))
    await bridge.open()


async def test_a_damaged_source_degrades_the_service_from_when_it_was_seen(
    bridge: ToolMigrationBridge, project: Project
) -> None:
    await damage(bridge, project)
    first = await bridge.service_health()
    assert first.status is ServiceStatus.DEGRADED
    [detail] = first.details
    assert detail.what.startswith("one: ")
    assert (await bridge.service_health()).details == first.details
    assert (await bridge.execute_tool("greet", {"name": "Ada"})).success
    validation = await bridge.validate_migration()
    assert (validation.valid, validation.total_tools, validation.valid_tools) == (False, 2, 1)


async def test_a_tool_that_does_not_load_any_more_degrades_the_service(project: Project) -> None:
    project.write("rows.rn", tool("rows", "db::rows()"))
    project.write("fine.rn", tool("fine", "1"))
    db = HostModule("db", capability="db")
    db.add("rows", list, params={})
    config = MigrationConfig(state=project.root / ".crucible", security_level=SecurityLevel.DEVELOPMENT)
    rune = RuneServiceConfig(directories=(project.tools,))
    async with ToolMigrationBridge(rune, config, modules=[db]) as bridge:
        assert (await bridge.service_health()).status is ServiceStatus.HEALTHY
    async with over(project, auto_migrate=False) as bridge:
        health = await bridge.service_health()
    assert health.status is ServiceStatus.DEGRADED
    assert "rows: it does not load" in health.details[0].what


async def test_a_tool_of_another_engine_that_does_not_load_with_this_one_degrades_the_service(
    bridge: ToolMigrationBridge, project: Project
) -> None:
    await bridge.close()
    source = tool("one", "let let").encode()
    digest = content_hash(source)
    folder, versions = project.root / ".crucible", '{"rune": "0.13.0", "guest": "another"}'
    execute(folder, "INSERT INTO blobs VALUES (?, ?)", digest, source)
    execute(folder, "UPDATE tool_versions SET migrated_hash = ?, engine = ? WHERE tool = 'one'", digest, versions)
    async with over(project, auto_migrate=False) as later:
        health = await later.service_health()
    assert health.status is ServiceStatus.DEGRADED
    assert "one: it does not load" in health.details[0].what


async def test_an_interrupted_run_degrades_the_service_since_it_was_interrupted(
    bridge: ToolMigrationBridge, project: Project
) -> None:
    with project.state.run("stopped", {}):
        pass  # it never says that it ended
    health = await bridge.service_health()
    assert health.status is ServiceStatus.DEGRADED
    run = project.state.last_run()
    assert run is not None
    assert "stopped was interrupted" in health.details[0].what
    assert health.details[0].since == (run.ended_at or run.started_at)
    await bridge.discover_and_migrate_tools()
    assert (await bridge.service_health()).status is ServiceStatus.HEALTHY


@pytest.mark.sqlite_only("a server's files are its own")
async def test_a_state_that_cannot_be_read_is_unhealthy_and_recovers(
    bridge: ToolMigrationBridge, project: Project
) -> None:
    database = project.root / ".crucible" / "crucible.db"
    await bridge.close()
    await bridge.open()
    good = database.read_bytes()
    database.write_bytes(b"no database" * 1000)
    health = await bridge.service_health()
    assert health.status is ServiceStatus.UNHEALTHY
    assert health.details
    await bridge.close()
    database.write_bytes(good)
    await bridge.open()
    assert (await bridge.service_health()).status is ServiceStatus.HEALTHY


async def test_asking_for_the_health_disturbs_no_call(bridge: ToolMigrationBridge) -> None:
    calls = [asyncio.create_task(bridge.execute_tool("greet", {"name": str(number)})) for number in range(50)]
    health = await bridge.service_health()
    assert health.status is ServiceStatus.HEALTHY
    assert [(await call).result for call in calls] == [f"Hello {number}" for number in range(50)]
