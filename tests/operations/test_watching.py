"""Edits are taken up while tools are served; broken ones change nothing for those who call, and are told."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crucible_tools import MigrationManagerConfig, MigrationMode, Phase51MigrationManager
from crucible_tools.errors import DirectoryNotFound, ToolInactive, UsageError
from crucible_tools.events import HealthChanged
from crucible_tools.model.enums import ServiceStatus
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.watching import Watching
from crucible_tools.store.lock import held

# It only keeps a watcher that sees nothing from hanging the run.
GUARD_S = 120.0

RETRY_S = 0.01


class Project:
    """A folder with `tools/` and its state."""

    def __init__(self, root: Path) -> None:
        self.root, self.tools = root, root / "tools"
        self.tools.mkdir()
        self.config = MigrationManagerConfig(migration_directories=(self.tools,), state=root / ".crucible")

    def write(self, name: str, body: str, folder: str = ".") -> Path:
        file = self.tools / folder / f"{name}.rn"
        file.write_text(
            f'pub fn NAME() {{ "{name}" }}\npub fn DESCRIPTION() {{ "The tool {name}" }}\n'
            f'pub fn INPUT_SCHEMA() {{ #{{ type: "object" }} }}\npub fn call(args) {{ {body} }}\n'
        )
        return file

    def serving(self, config: MigrationManagerConfig | None = None) -> Serving:
        return Serving.open(str(self.root / ".crucible"), trusted=True, migration=config or self.config, poll_s=0.02)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("one", "1")
    return made


@contextlib.asynccontextmanager
async def watched(project: Project, config: MigrationManagerConfig | None = None) -> AsyncIterator[Serving]:
    async with (
        asyncio.timeout(GUARD_S),
        project.serving(config) as serving,
        Watching(serving, config or project.config, retry_s=RETRY_S),
    ):
        yield serving


async def until(serving: Serving, condition: Callable[[], bool]) -> None:
    """Waits for what concerns the tools; each revision is looked at."""
    revision = serving.revision
    while not condition():
        revision = await serving.changed(revision)


def names(serving: Serving) -> list[str]:
    return [tool.name for tool in serving.tools()]


async def told(serving: Serving, subscribed: AsyncIterator[object], status: ServiceStatus) -> HealthChanged:
    """Waits for what is told about the sources."""
    async for published in subscribed:
        event = getattr(published, "event", None)
        if isinstance(event, HealthChanged) and event.identifier == "sources" and event.status is status:
            return event
    raise AssertionError("the events have ended")


async def test_what_the_folders_hold_is_migrated_at_the_start_and_whenever_it_changes(project: Project) -> None:
    async with watched(project) as serving:
        assert (await serving.calls.call("one", {})).result == 1
        version = serving.tools()[0].version
        project.write("one", "11")
        project.write("two", "2")
        await until(serving, lambda: "two" in names(serving) and serving.tools()[0].version != version)
        assert [(await serving.calls.call(name, {})).result for name in ("one", "two")] == [11, 2]


async def test_a_broken_edit_keeps_the_last_good_version_serving_and_is_told_until_it_is_mended(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(project) as serving:
        with contextlib.closing(serving.subscribe("health_changed")) as events:
            good = (project.tools / "one.rn").read_text()
            project.write("one", "let x = ;")
            event = await told(serving, aiter(events), ServiceStatus.DEGRADED)
            assert "one" in event.details[0]
            assert (await serving.calls.call("one", {})).result == 1
            assert serving.tools()[0].last_good
            ready = serving.condition.readiness()
            assert ready.ready
            assert ready.reasons == event.details
            health = await serving.condition.health()
            assert health.status is ServiceStatus.DEGRADED
            assert event.details[0] in {detail.what for detail in health.details}
            assert event.details[0] in caplog.text
            (project.tools / "one.rn").write_text(good)
            await told(serving, aiter(events), ServiceStatus.HEALTHY)
        assert serving.condition.readiness().reasons == ()
        assert (await serving.condition.health()).status is ServiceStatus.HEALTHY
        assert not serving.tools()[0].last_good


async def test_a_broken_edit_stays_told_whatever_else_is_migrated_and_after_a_restart(project: Project) -> None:
    others = [project.root / name for name in ("other", "more")]
    async with watched(project) as serving:
        project.write("one", "let x = ;")
        await until(serving, lambda: serving.tools()[0].last_good)
        reasons = serving.condition.readiness().reasons
        with contextlib.closing(serving.subscribe("health_changed")) as events:
            for number, folder in enumerate(others):
                folder.mkdir()
                project.write(f"more_{number}", "2", folder=f"../{folder.name}")
                async with Phase51MigrationManager(replace(project.config, migration_directories=(folder,))) as manager:
                    await manager.execute_migration()
                await until(serving, lambda number=number: f"more_{number}" in names(serving))
                tool = await serving.tool("one")
                assert tool.last_good
                assert serving.condition.readiness().reasons == reasons
            project.write("two", "2")
            await until(serving, lambda: "two" in names(serving))
            assert serving.condition.readiness().reasons == reasons
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await anext(aiter(events))
    async with project.serving() as serving:
        assert serving.condition.readiness().reasons == reasons
    project.write("one", "3")
    async with watched(project) as serving:
        assert serving.condition.readiness().reasons == ()
        assert (await serving.calls.call("one", {})).result == 3


async def test_a_new_file_that_is_broken_is_told_too(project: Project) -> None:
    async with watched(project) as serving:
        with contextlib.closing(serving.subscribe("health_changed")) as events:
            project.write("new", "let x = ;")
            event = await told(serving, aiter(events), ServiceStatus.DEGRADED)
            assert event.details[0].startswith("tools/new.rn can't be migrated: ")
            assert serving.condition.readiness().reasons == event.details
            assert names(serving) == ["one"]
            project.write("new", "3")
            await told(serving, aiter(events), ServiceStatus.HEALTHY)
            assert (await serving.calls.call("new", {})).result == 3


async def test_a_tool_whose_file_is_deleted_is_inactive(project: Project) -> None:
    project.write("two", "2")
    async with watched(project) as serving:
        (project.tools / "two.rn").unlink()
        await until(serving, lambda: names(serving) == ["one"])
        with pytest.raises(ToolInactive):
            await serving.calls.call("two", {})


async def test_renamed_files_and_folders_that_come_or_go_are_taken_up(project: Project) -> None:
    async with watched(project) as serving:
        (project.tools / "one.rn").rename(project.tools / "uno.rn")
        await until(serving, lambda: [tool.path for tool in serving.tools()] == ["tools/uno.rn"])
        assert (await serving.calls.call("one", {})).result == 1
        outside = project.root / "prepared"
        outside.mkdir()
        project.write("two", "2", folder="../prepared")
        outside.rename(project.tools / "more")
        await until(serving, lambda: names(serving) == ["one", "two"])
        (project.tools / "more").rename(outside)
        await until(serving, lambda: names(serving) == ["one"])


async def test_edits_wait_for_whoever_holds_the_state_and_this_is_told(project: Project) -> None:
    async with watched(project) as serving:
        with contextlib.closing(serving.subscribe("health_changed")) as events:
            with held(serving.place, "another-run"):
                project.write("two", "2")
                event = await told(serving, aiter(events), ServiceStatus.DEGRADED)
                assert "another-run" in event.details[0]
                assert serving.condition.readiness().ready
                assert names(serving) == ["one"]
            await told(serving, aiter(events), ServiceStatus.HEALTHY)
            assert names(serving) == ["one", "two"]


async def test_a_folder_that_goes_and_comes_again_keeps_its_tools_meanwhile(project: Project) -> None:
    async with watched(project) as serving:
        with contextlib.closing(serving.subscribe("health_changed")) as events:
            project.tools.rename(project.root / "away")
            event = await told(serving, aiter(events), ServiceStatus.DEGRADED)
            assert "does not exist" in event.details[0]
            assert (await serving.calls.call("one", {})).result == 1
            (project.root / "away").rename(project.tools)
            await told(serving, aiter(events), ServiceStatus.HEALTHY)
            project.write("two", "2")
            await until(serving, lambda: names(serving) == ["one", "two"])


async def test_a_single_file_is_watched_although_editors_replace_it(project: Project) -> None:
    config = replace(project.config, migration_directories=(project.tools / "one.rn",))
    async with watched(project, config) as serving:
        version = serving.tools()[0].version
        project.write("one", "5").rename(project.tools / "saved")
        (project.tools / "saved").rename(project.tools / "one.rn")
        await until(serving, lambda: serving.tools()[0].version != version)
        assert (await serving.calls.call("one", {})).result == 5


async def test_what_changes_no_source_makes_no_run(project: Project) -> None:
    async with watched(project) as serving:
        with contextlib.closing(serving.subscribe("migration_started")) as events:
            (project.tools / "one.rn").touch()
            (project.tools / "note.txt").write_text("x")
            (project.tools / ".git").mkdir()
            (project.tools / ".git" / "two.rn").write_text((project.tools / "one.rn").read_text())
            project.write("three", "3")
            await until(serving, lambda: "three" in names(serving))
            assert names(serving) == ["one", "three"]
            await anext(aiter(events))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await anext(aiter(events))


async def test_a_named_folder_that_does_not_exist_is_refused_at_the_start(project: Project) -> None:
    config = replace(project.config, migration_directories=(project.root / "nowhere",))
    async with project.serving(config) as serving:
        with pytest.raises(DirectoryNotFound):
            await Watching(serving, config).__aenter__()


@pytest.mark.parametrize("mode", [MigrationMode.MANUAL, MigrationMode.DRY_RUN])
async def test_a_mode_that_migrates_nothing_by_itself_is_refused(project: Project, mode: MigrationMode) -> None:
    config = replace(project.config, mode=mode)
    async with project.serving(config) as serving:
        with pytest.raises(UsageError):
            Watching(serving, config)


async def test_a_bug_while_edits_are_taken_up_is_told_and_the_next_edit_is_taken_up(
    project: Project, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(project) as serving:
        right = serving.migrate

        async def fails() -> None:
            monkeypatch.setattr(serving, "migrate", right)
            raise ZeroDivisionError("injected")

        monkeypatch.setattr(serving, "migrate", fails)
        with caplog.at_level(logging.ERROR):
            project.write("two", "2")
            await until(serving, lambda: "two" in names(serving))
        assert "injected" in caplog.text
