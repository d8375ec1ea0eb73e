"""Callers of the original service keep working before, during and after a migration, with the same results."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crucible_tools import (
    CompileFailed,
    ConfigurationError,
    EngineClosed,
    HostModule,
    MigrationConfig,
    MigrationManagerConfig,
    MigrationMode,
    Phase51MigrationManager,
    RuneService,
    SecurityLevel,
    ServiceStatus,
    ToolExecutionResult,
    ToolMigrationBridge,
    ToolNotFound,
    ToolService,
)
from tests.legacy.conftest import Folder, names, value
from tests.migration.conftest import tool


def manager(folder: Folder, service: RuneService | None, **fields: Any) -> Phase51MigrationManager:
    defaults = {
        "migration_directories": (folder.tools,),
        "state": folder.root / ".crucible",
        "preserve_original_service": False,
    }
    return Phase51MigrationManager(MigrationManagerConfig(**{**defaults, **fields}), rune_service=service)


def bridge(folder: Folder, **fields: Any) -> ToolMigrationBridge:
    return ToolMigrationBridge(folder.config(), MigrationConfig(state=folder.root / ".crucible", **fields))


@pytest.fixture
async def migrated(folder: Folder, service: RuneService) -> AsyncIterator[ToolMigrationBridge]:
    async with bridge(folder) as opened:
        yield opened


async def answered_by(other: ToolMigrationBridge) -> int:
    """How many calls the migrated tools have answered."""
    return (await other.get_metrics()).calls


@pytest.mark.seed("overview.compatibility")
async def test_a_redirected_service_is_answered_by_the_migrated_tools_until_it_is_undone(
    service: RuneService, migrated: ToolMigrationBridge
) -> None:
    before = await service.execute_tool("greet", {"name": "Ada"})
    await service.redirect(migrated)
    assert service.redirected_to is migrated
    during = await service.execute_tool("greet", {"name": "Ada"})
    assert await answered_by(migrated) == 1
    await service.redirect(None)
    assert service.redirected_to is None
    after = await service.execute_tool("greet", {"name": "Ada"})
    assert await answered_by(migrated) == 1
    assert shown(before) == shown(during) == shown(after)
    assert (await service.get_metrics()).calls == 3


def shown(result: ToolExecutionResult) -> dict[str, object]:
    """A result without what no two calls have in common."""
    metadata = {key: value for key, value in result.metadata.items() if key not in {"call_id", "peak_memory_bytes"}}
    return {**result.to_json(), "metadata": metadata, "execution_time": None}


async def test_errors_are_the_same_too(folder: Folder) -> None:
    folder.write("err.rn", tool("err", "Err(#{ code: args.code })"))
    folder.write("panic.rn", tool("panic", 'panic!("no")'))
    calls: list[tuple[str, dict[str, Any] | bytes]] = [("err", {"code": 1}), ("err", {}), ("panic", {}), ("err", b"[]")]
    async with folder.service() as service, bridge(folder) as other:
        before = [shown(await service.execute_tool(*call)) for call in calls]
        await service.redirect(other)
        assert [shown(await service.execute_tool(*call)) for call in calls] == before
    assert all(not result["success"] for result in before)


async def test_what_the_other_service_does_not_have_is_answered_as_it_is(folder: Folder) -> None:
    folder.write("plain.rn", tool("plain", "1"))
    folder.write("parse.rn", tool("parse", "json::from_string(args.text)?"))  # SAFE refuses to migrate it
    async with folder.service() as service, bridge(folder) as other:
        await service.redirect(other)
        assert await names(service) == ["parse", "plain"]
        assert await value(service, "plain") == 1
        assert await value(service, "parse", text="[1]") == [1]
        assert await answered_by(other) == 1


async def test_a_file_that_only_works_repaired_is_answered_once_it_is_migrated(folder: Folder) -> None:
    folder.write("mut.rn", tool("sum", "let mut n = args.a; n += 1; n"))
    async with folder.service() as service:
        with pytest.raises(CompileFailed):
            await service.execute_tool("sum", {"a": 1})
        assert (await service.health()).status is ServiceStatus.DEGRADED
        async with bridge(folder) as other:
            await service.redirect(other)
            assert await names(service) == ["sum"]
            assert (await service.get_tool("sum")).name == "sum"
            assert (await service.validate_tool("sum")).valid
            assert await value(service, "sum", a=1) == 2
            assert (await service.health()).status is ServiceStatus.HEALTHY
            await service.redirect(None)
            with pytest.raises(CompileFailed):
                await service.get_tool("sum")


async def test_a_tool_that_is_removed_from_the_other_service_is_answered_as_it_is(
    service: RuneService, migrated: ToolMigrationBridge
) -> None:
    await service.redirect(migrated)
    assert await value(service, "one") == 1
    await migrated.remove_migrated_tool("one")
    assert await value(service, "one") == 1
    assert await answered_by(migrated) == 1
    assert (await service.get_tool("one")).name == "one"


async def test_a_tool_that_becomes_inactive_is_answered_as_it_is_until_it_is_back(
    service: RuneService, migrated: ToolMigrationBridge, folder: Folder
) -> None:
    await service.redirect(migrated)
    (folder.tools / "one.rn").rename(folder.root / "one.rn")
    await migrated.discover_and_migrate_tools()
    assert await value(service, "one") == 1
    assert await answered_by(migrated) == 0
    (folder.root / "one.rn").rename(folder.tools / "one.rn")
    await migrated.discover_and_migrate_tools()
    assert await value(service, "one") == 1
    assert await answered_by(migrated) == 1


async def test_an_error_of_the_applications_own_is_no_reason_to_call_twice(folder: Folder) -> None:
    folder.write("call.rn", tool("call", "other::call()"))
    calls: list[int] = []
    module = HostModule("other", capability="other")

    def call() -> None:
        calls.append(1)
        raise ToolNotFound("elsewhere")

    module.add("call", call, params={})
    config = MigrationConfig(state=folder.root / ".crucible", security_level=SecurityLevel.DEVELOPMENT)
    async with (
        folder.service(modules=[module]) as service,
        ToolMigrationBridge(folder.config(), config, modules=[module]) as other,
    ):
        await service.redirect(other)
        with pytest.raises(ToolNotFound, match="elsewhere"):
            await service.execute_tool("call", {})
    assert calls == [1]


async def test_a_closed_other_service_is_told_and_not_silently_replaced(
    service: RuneService, migrated: ToolMigrationBridge
) -> None:
    await service.redirect(migrated)
    await migrated.close()
    with pytest.raises(EngineClosed):
        await service.execute_tool("one", {})
    health = await service.health()
    assert health.status is ServiceStatus.UNHEALTHY
    assert "migrated tools can't be used" in health.details[0].what
    await service.redirect(None)
    assert await value(service, "one") == 1


async def test_undoing_waits_for_calls_that_the_other_service_has_begun(folder: Folder) -> None:
    module, opened, entered = HostModule("gate"), asyncio.Event(), asyncio.Event()

    @module.function(params={})
    async def enter() -> None:
        entered.set()
        await opened.wait()

    folder.write("slow.rn", tool("slow", "gate::enter(); 1"))
    config = MigrationConfig(state=folder.root / ".crucible", security_level=SecurityLevel.DEVELOPMENT)
    async with folder.service(modules=[module]) as service:
        async with ToolMigrationBridge(folder.config(), config, modules=[module]) as other:
            await service.redirect(other)
            call = asyncio.create_task(service.execute_tool("slow", {}))
            await asyncio.wait_for(entered.wait(), 60)
            undoing = asyncio.create_task(service.redirect(None))
            await asyncio.sleep(0)
            assert not undoing.done()
            assert service.redirected_to is None
            opened.set()
            await asyncio.wait_for(undoing, 60)
        assert (await call).result == 1


async def test_undoing_gives_up_waiting_after_the_grace_time(folder: Folder) -> None:
    folder.write("endless.rn", tool("endless", "if args.stop { 1 } else { loop {} }"))
    config = MigrationConfig(state=folder.root / ".crucible", security_level=SecurityLevel.DEVELOPMENT)
    async with folder.service() as service:
        async with ToolMigrationBridge(folder.config(), config) as other:
            await service.redirect(other)
            call = asyncio.create_task(service.execute_tool("endless", {"stop": False}))
            await asyncio.sleep(0)
            await service.redirect(None, grace_s=0.01)
            assert not call.done()
        assert (await asyncio.wait_for(call, 60)).metadata["stop_reason"] == "cancelled"


async def test_a_service_is_not_redirected_to_itself(service: RuneService) -> None:
    with pytest.raises(ConfigurationError, match="itself"):
        await service.redirect(service)
    assert service.redirected_to is None


def test_both_services_are_tool_services() -> None:
    assert isinstance(RuneService(), ToolService)
    assert isinstance(ToolMigrationBridge(), ToolService)


# With the manager


async def test_a_successful_run_redirects_the_service_until_the_manager_is_closed(
    service: RuneService, folder: Folder
) -> None:
    async with manager(folder, service) as opened:
        assert service.redirected_to is None
        await opened.execute_migration()
        assert service.redirected_to is opened.bridge
        assert await value(service, "one") == 1
        assert await answered_by(opened.bridge) == 1
    assert service.redirected_to is None
    assert await value(service, "one") == 1


async def test_the_original_service_stays_itself_by_default(service: RuneService, folder: Folder) -> None:
    async with manager(folder, service, preserve_original_service=True) as opened:
        await opened.execute_migration()
        assert service.redirected_to is None
        assert await value(service, "one") == 1
        assert await answered_by(opened.bridge) == 0


async def test_without_a_service_there_is_nothing_to_redirect(service: RuneService, folder: Folder) -> None:
    async with manager(folder, None) as opened:
        assert (await opened.execute_migration()).state.successfully_migrated == 2
    assert service.redirected_to is None


async def test_a_failed_run_redirects_nothing(folder: Folder) -> None:
    folder.write("fine.rn", tool("fine", "1"))
    folder.write("broken.rn", tool("broken", "let let"))
    async with folder.service() as service, manager(folder, service, rollback_on_failure=True) as opened:
        await opened.execute_migration()
        assert service.redirected_to is None
        assert await value(service, "fine") == 1


async def test_a_run_that_migrated_nothing_redirects_nothing(folder: Folder) -> None:
    folder.write("parse.rn", tool("parse", "json::from_string(args.text)?"))
    async with folder.service() as service, manager(folder, service) as opened:
        assert (await opened.execute_migration()).state.failed_migrations == 1
        assert service.redirected_to is None


@pytest.mark.parametrize("mode", [MigrationMode.DRY_RUN, MigrationMode.MANUAL])
async def test_a_run_that_only_looks_redirects_nothing(
    service: RuneService, folder: Folder, mode: MigrationMode
) -> None:
    async with manager(folder, service, mode=mode) as opened:
        await opened.execute_migration()
        assert service.redirected_to is None


async def test_after_a_partly_failed_run_only_migrated_tools_are_answered_by_migrated_ones(folder: Folder) -> None:
    folder.write("plain.rn", tool("plain", "1"))
    folder.write("parse.rn", tool("parse", "json::from_string(args.text)?"))
    async with folder.service() as service, manager(folder, service) as opened:
        report = await opened.execute_migration()
        assert (report.state.successfully_migrated, report.state.failed_migrations) == (1, 1)
        assert await value(service, "parse", text="1") == 1
        assert await answered_by(opened.bridge) == 0
        assert await value(service, "plain") == 1
        assert await answered_by(opened.bridge) == 1


async def test_a_tool_that_is_rolled_back_is_answered_by_its_version_before_and_then_as_it_is(
    service: RuneService, folder: Folder
) -> None:
    async with manager(folder, service) as opened:
        await opened.execute_migration()
        folder.write("one.rn", tool("one", "2"))
        await opened.execute_migration()
        assert await value(service, "one") == 2
        await opened.rollback_tool_migration("one")
        assert await value(service, "one") == 1
        await opened.rollback_tool_migration("one")
        calls = await answered_by(opened.bridge)
        await service.reload()
        assert await value(service, "one") == 2
        assert await answered_by(opened.bridge) == calls


async def test_a_tool_that_is_migrated_alone_is_redirected_alone(service: RuneService, folder: Folder) -> None:
    async with manager(folder, service, mode=MigrationMode.MANUAL) as opened:
        await opened.migrate_specific_tool("one")
        await value(service, "one")
        await value(service, "greet", name="Ada")
        assert await answered_by(opened.bridge) == 1


@pytest.mark.seed("overview.seamless", "overview.compatibility")
async def test_callers_keep_working_before_during_and_after_a_migration(folder: Folder) -> None:
    count = 30
    for number in range(count):
        folder.write(f"t{number}.rn", tool(f"t{number}", f"args.n + {number}"))
    during: list[bool] = []
    async with folder.service() as service:
        async with manager(folder, service) as opened:
            callers = [asyncio.create_task(call_always(service, number, during)) for number in range(count)]
            await asyncio.sleep(0)
            await opened.execute_migration()
            first = await answered_by(opened.bridge)
            # Again, over changed sources: tools that are in service are replaced while they are called.
            for number in range(count):
                folder.write(f"t{number}.rn", tool(f"t{number}", f"let all = args.n; all + {number}"))
            await opened.execute_migration()
            assert await answered_by(opened.bridge) > first
        during.append(True)
        made = [await asyncio.wait_for(caller, 60) for caller in callers]
    assert min(made) > 3


async def call_always(service: RuneService, number: int, done: list[bool]) -> int:
    """Calls a tool until everything is over, and once more; how often it did. Every call must give its result."""
    made = 0
    while not done:
        assert await value(service, f"t{number}", n=made) == made + number
        made += 1
        await asyncio.sleep(0)
    assert await value(service, f"t{number}", n=made) == made + number
    return made
