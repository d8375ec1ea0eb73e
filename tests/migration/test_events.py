"""What migrations and rollbacks publish."""

from __future__ import annotations

import pytest

from crucible_tools import MigrationMode, Phase51MigrationManager
from crucible_tools.errors import StateError
from crucible_tools.events import (
    CustomEvent,
    Event,
    EventType,
    HealthChanged,
    MigrationCompleted,
    MigrationStarted,
    Subscription,
    ToolMigrated,
    ToolRolledBack,
)
from crucible_tools.model.enums import MigrationPhase, ServiceStatus
from tests.migration.conftest import Project, tool
from tests.on_server import execute

MIGRATIONS = (
    EventType.MIGRATION_STARTED,
    EventType.MIGRATION_COMPLETED,
    EventType.TOOL_MIGRATED,
    EventType.TOOL_ROLLED_BACK,
)


def heard(subscription: Subscription) -> list[Event]:
    return [published.event for published in subscription.take()]


@pytest.mark.parametrize("mode", [MigrationMode.INCREMENTAL, MigrationMode.FULL])
async def test_a_migration_tells_its_beginning_its_tools_and_its_end(project: Project, mode: MigrationMode) -> None:
    project.write("a.rn", tool("a"))
    project.write("sub/b.rn", tool("b"))
    project.write("broken.rn", tool("broken", "args.("))
    async with project.manager(mode=mode) as manager:
        events = manager.subscribe(*MIGRATIONS)
        report = await manager.execute_migration()
        told = heard(events)
        project.write("a.rn", tool("a", "1"))
        again = await manager.execute_migration()
        told_again = heard(events)

    run = report.migration_id
    assert told[:-1] == [
        MigrationStarted(identifier=run),
        ToolMigrated(identifier="a", run_id=run, file="a.rn", replaced=False, repairs=0),
        ToolMigrated(identifier="b", run_id=run, file="sub/b.rn", replaced=False, repairs=0),
    ]
    end = told[-1]
    assert isinstance(end, MigrationCompleted)
    assert (end.identifier, end.phase, end.interrupted) == (run, MigrationPhase.COMPLETED, False)
    assert (end.migrated, end.failed) == (2, 1)
    assert end.seconds > 0
    changed = ToolMigrated(identifier="a", run_id=again.migration_id, file="a.rn", replaced=True, repairs=0)
    assert told_again[1:-1] == [changed]


async def test_a_dry_run_migrates_nothing_and_so_tells_nothing(project: Project) -> None:
    project.write("a.rn", tool("a"))
    async with project.manager(mode=MigrationMode.DRY_RUN) as manager:
        events = manager.subscribe(*MIGRATIONS)
        await manager.execute_migration()
        assert heard(events) == []


async def test_an_atomic_run_that_fails_tells_that_no_tool_was_migrated(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("broken.rn", tool("broken", "args.("))
    async with project.manager(rollback_on_failure=True) as manager:
        events = manager.subscribe(*MIGRATIONS)
        await manager.execute_migration()
        started, completed = heard(events)

    assert isinstance(started, MigrationStarted)
    assert isinstance(completed, MigrationCompleted)
    assert (completed.phase, completed.migrated) == (MigrationPhase.FAILED, 0)


async def test_a_run_that_an_error_ends_is_told_as_failed(project: Project) -> None:
    project.write("a.rn", tool("a"))
    async with project.manager() as manager:
        events = manager.subscribe(*MIGRATIONS)

        def fail(_progress: object) -> None:
            raise StateError("the disk is full")

        with pytest.raises(StateError, match="disk is full"):
            await manager.execute_migration(fail)
        told = heard(events)

    end = told[-1]
    assert isinstance(end, MigrationCompleted)
    assert (end.phase, end.interrupted) == (MigrationPhase.FAILED, False)


async def test_a_rollback_tells_each_tool(project: Project) -> None:
    project.write("a.rn", tool("a"))
    async with project.manager() as manager:
        await manager.execute_migration()
        project.write("a.rn", tool("a", "1"))
        await manager.execute_migration()
        rollbacks = manager.subscribe(EventType.TOOL_ROLLED_BACK)
        await manager.rollback_tool_migration("a")
        await manager.rollback_tool_migration("a")
        newest, before = project.state.runs(2)

    assert heard(rollbacks) == [
        ToolRolledBack(identifier="a", run_id=before.id, active=True),
        ToolRolledBack(identifier="a", run_id=newest.id, active=False),
    ]


async def test_a_verified_rollback_is_told_too(project: Project) -> None:
    project.write("a.rn", tool("a"))
    async with project.manager() as manager:
        events = manager.subscribe(EventType.TOOL_MIGRATED, EventType.TOOL_ROLLED_BACK)
        await manager.execute_migration(verify_rollback=True)
        told = heard(events)

    assert [event.type for event in told] == ["tool_migrated", "tool_rolled_back", "tool_migrated"]


async def test_another_health_is_told_once(project: Project) -> None:
    project.write("a.rn", tool("a"))
    async with project.manager() as manager:
        await manager.execute_migration()
        changes = manager.subscribe(EventType.HEALTH_CHANGED)
        await manager.bridge.service_health()
        await manager.bridge.service_health()
        assert heard(changes) == [HealthChanged(identifier="service", before=None, status=ServiceStatus.HEALTHY)]

        stored = project.state.tool("a")
        assert stored is not None
        changed = stored.version.migrated_hash
        execute(project.root / ".crucible", "UPDATE blobs SET content = ? WHERE hash = ?", b"let", changed)
        await manager.bridge.service_health()
        await manager.bridge.service_health()
        (change,) = heard(changes)

    assert isinstance(change, HealthChanged)
    assert (change.before, change.status) == (ServiceStatus.HEALTHY, ServiceStatus.UNHEALTHY)
    assert "a" in change.details[0]


@pytest.mark.seed("overview.integration")
async def test_an_application_follows_migration_and_calls_and_sees_the_same_in_figures_and_health(
    project: Project,
) -> None:
    project.write("a.rn", tool("a"))
    async with await Phase51MigrationManager.new(project.config()) as manager:
        everything = manager.subscribe()
        own = manager.bridge.subscribe("app:seen", pattern="notes/*")
        await manager.execute_migration()
        for _ in range(3):
            assert (await manager.bridge.execute_migrated_tool("a", {"n": 1})).success
        manager.bridge.publish(CustomEvent.of("app:seen", "notes/a.md", {"n": 1}))
        events = heard(everything)
        metrics, health = await manager.bridge.get_metrics(), await manager.bridge.service_health()

    calls = [event for event in events if event.type == EventType.SCRIPT_EXECUTED]
    assert [event.identifier for event in calls] == ["a"] * 3
    assert metrics.calls == 3
    assert health.status is ServiceStatus.HEALTHY
    assert [event.identifier for event in events if event.type == EventType.TOOL_MIGRATED] == ["a"]
    assert [event.data() for event in heard(own)] == [{"n": 1}]
