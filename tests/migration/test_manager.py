"""What the manager offers beside a whole run."""

import asyncio
from dataclasses import replace

import pytest

from crucible_tools import (
    CallRefused,
    CompileFailed,
    ConfigurationError,
    HostModule,
    MigrationManagerConfig,
    MigrationMode,
    Phase51MigrationManager,
    Policy,
    RegistrationError,
    SecurityLevel,
    StateLocked,
    ToolError,
    ToolNotFound,
    discover_tools,
)
from tests.migration.conftest import Project, tool


async def test_one_tool_can_be_migrated_alone(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("two.rn", tool("two"))
    async with project.manager() as manager:
        migrated = await manager.migrate_specific_tool("two")
        stats = await manager.get_migration_statistics()
    assert migrated.original_name == "two"
    assert migrated.metadata["original_file_path"] == "two.rn"
    assert migrated.metadata["security_level"] == "safe"
    assert stats.total_migrated == 1


async def test_migrating_one_tool_twice_gives_the_same_tool(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with project.manager() as manager:
        assert await manager.migrate_specific_tool("one") == await manager.migrate_specific_tool("one")


@pytest.mark.parametrize(
    ("source", "error", "told"),
    [
        (tool("it", "let let"), CompileFailed, "does not compile"),
        (tool("it", "json::from_string(args.x)"), CallRefused, "needs the capability json"),
        ("pub fn NAME() { 1 }\npub fn call(args) { 1 }", CallRefused, "was not migrated"),
        (tool("it", "args.no_such_method()"), ToolError, "`no_such_method` is no method"),
    ],
)
async def test_a_tool_that_cannot_be_migrated_alone_is_an_exception_that_says_why(
    project: Project, source: str, error: type[Exception], told: str
) -> None:
    project.write("it.rn", source)
    async with project.manager() as manager:
        with pytest.raises(error, match=told) as caught:
            await manager.migrate_specific_tool("it")
    assert type(caught.value) is error
    assert project.state.names() == []


async def test_a_compile_error_carries_every_diagnostic_with_its_place(project: Project) -> None:
    project.write("it.rn", tool("it", "a }\npub fn other() { b"))
    async with project.manager() as manager:
        with pytest.raises(CompileFailed) as caught:
            await manager.migrate_specific_tool("it")
    places = [item.location.line for item in caught.value.diagnostics if item.location]
    assert places == [4, 5]
    assert caught.value.location is not None


async def test_a_taken_name_is_a_registration_error(project: Project) -> None:
    project.write("a.rn", tool("same"))
    project.write("b.rn", tool("same"))
    async with project.manager() as manager:
        with pytest.raises(RegistrationError, match="used twice"):
            await manager.migrate_specific_tool("same")


async def test_an_unknown_tool_is_told_near_names(project: Project) -> None:
    project.write("slug.rn", tool("slugify"))
    async with project.manager() as manager:
        with pytest.raises(ToolNotFound) as caught:
            await manager.migrate_specific_tool("slugfy")
    assert caught.value.near == ("slugify",)


async def test_a_dry_run_migrates_no_specific_tool_either(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with project.manager(mode=MigrationMode.DRY_RUN) as manager:
        with pytest.raises(ConfigurationError):
            await manager.migrate_specific_tool("one")


async def test_discovery_tells_tools_with_their_needs_and_their_problems(project: Project) -> None:
    project.write("a.rn", tool("fetch", "crucible::http_get(args.url).await", "pub async fn call(args)"))
    project.write("b.rn", tool("broken", "let let"))
    project.write("c.rn", tool("fine"))
    fetch, broken, fine = await discover_tools([project.tools])
    assert (fetch.name, fetch.capabilities, fetch.lowest_level) == ("fetch", ("http",), SecurityLevel.PRODUCTION)
    assert fetch.valid
    assert fetch.definition is not None
    assert not broken.valid
    assert "does not compile" in broken.problems[0]
    assert (fine.root / fine.path).read_text() == tool("fine")
    assert not project.state.exists()


async def test_an_applications_module_is_known_to_the_migration_and_to_the_calls(project: Project) -> None:
    project.write("rows.rn", tool("rows", "db::rows(args.table)"))
    db = HostModule("db", capability="db")
    db.add("rows", lambda table: [table, "row"], params={"table": "string"})
    config = project.config(security_level=SecurityLevel.DEVELOPMENT)
    async with Phase51MigrationManager(config, modules=[db]) as manager:
        report = await manager.execute_migration()
        result = await manager.bridge.execute_migrated_tool("rows", {"table": "notes"})
    assert report.migrated_tools == ("rows",)
    assert result.result == ["notes", "row"]


async def test_a_second_migration_at_the_same_time_is_refused(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with project.manager() as manager:
        with project.state.run("another", {}), pytest.raises(StateLocked) as caught:
            await manager.execute_migration()
    assert caught.value.holder is not None
    assert caught.value.holder.run_id == "another"


async def test_a_migration_waits_for_another_one_without_stopping_the_loop(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with Phase51MigrationManager(project.config(), lock_timeout_s=60) as manager:
        with project.state.run("another", {}) as run:
            waiting = asyncio.ensure_future(manager.execute_migration())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert not waiting.done()
            run.finish("completed", {})
        assert (await waiting).migrated_tools == ("one",)


async def test_a_manager_can_be_made_and_closed_by_hand(project: Project) -> None:
    project.write("one.rn", tool("one"))
    manager = await Phase51MigrationManager.new(project.config())
    assert (await manager.execute_migration()).migrated_tools == ("one",)
    await manager.close()
    await manager.close()


def test_the_managers_configuration_is_the_contracts_default() -> None:
    assert Phase51MigrationManager().config == MigrationManagerConfig()


async def test_an_applications_own_capability_is_what_the_policy_must_have(project: Project) -> None:
    project.write("draw.rn", tool("draw", "graph::plot(args.rows)"))
    graph = HostModule("graph", capability="drawing")
    graph.add("plot", lambda rows: len(rows), params={"rows": "array"}, pure=True)
    async with Phase51MigrationManager(project.config(), modules=[graph]) as manager:
        (refused,) = (await manager.execute_migration()).failed_tools
    assert refused.context["missing_capabilities"] == ["drawing"]
    safe = Policy.for_level(SecurityLevel.SAFE)
    config = project.config(policy=replace(safe, capabilities=frozenset({"basic", "drawing"})))
    async with Phase51MigrationManager(config, modules=[graph]) as manager:
        assert (await manager.execute_migration()).migrated_tools == ("draw",)
        assert (await manager.bridge.execute_migrated_tool("draw", {"rows": [1, 2]})).result == 2
