"""A state being served: what is there now, whoever committed it, and calls that can be seen and stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crucible_tools import MigrationManagerConfig, Phase51MigrationManager, ValidationMode
from crucible_tools.engine import ProgressEvent
from crucible_tools.errors import CallRefused, ConfigurationError, EngineClosed, ToolInactive, ToolNotFound, UsageError
from crucible_tools.model.enums import SecurityLevel, ServiceStatus
from crucible_tools.operations.serving import Serving
from crucible_tools.operations.serving.catalogue import Catalogue
from crucible_tools.operations.serving.size import size_of
from crucible_tools.store.place import resolve

ENDLESS = 'progress::report(0.1, "begun"); crucible::log_info("in it"); loop {}'


class Project:
    """A folder with `tools/` and its state."""

    def __init__(self, root: Path) -> None:
        self.root, self.state = root, str(root / ".crucible")
        (root / "tools").mkdir()

    def write(self, name: str, body: str) -> None:
        (self.root / "tools" / f"{name}.rn").write_text(
            f'pub fn NAME() {{ "{name}" }}\npub fn DESCRIPTION() {{ "The tool {name}" }}\n'
            f'pub fn INPUT_SCHEMA() {{ #{{ type: "object" }} }}\npub fn call(args) {{ {body} }}\n'
        )

    def config(self, level: SecurityLevel = SecurityLevel.SAFE) -> MigrationManagerConfig:
        return MigrationManagerConfig(
            migration_directories=(self.root / "tools",),
            state=self.state,
            validation_mode=ValidationMode.SKIP,
            security_level=level,
        )

    async def migrate(self, level: SecurityLevel = SecurityLevel.SAFE) -> None:
        async with Phase51MigrationManager(self.config(level)) as manager:
            await manager.execute_migration()

    def serving(self, *, trusted: bool = True) -> Serving:
        return Serving.open(self.state, trusted=trusted, migration=self.config(), poll_s=0.02)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
async def serving(project: Project) -> AsyncIterator[Serving]:
    project.write("one", "1")
    project.write("endless", ENDLESS)
    await project.migrate()
    async with project.serving() as opened:
        yield opened


async def test_what_another_process_commits_is_served_and_told(project: Project, serving: Serving) -> None:
    assert (await serving.calls.call("one", {})).result == 1
    project.write("one", "2")
    project.write("two", "22")
    revision = serving.revision
    async with asyncio.timeout(60):
        await project.migrate()
        while "two" not in [tool.name for tool in serving.tools()]:
            revision = await serving.changed(revision)
        assert (await serving.calls.call("one", {})).result == 2
        assert (await serving.calls.call("two", {})).result == 22
        async with Phase51MigrationManager(project.config()) as manager:
            await manager.rollback_tool_migration("two")
        while "two" in [tool.name for tool in serving.tools()]:
            revision = await serving.changed(revision)
        with pytest.raises(ToolInactive):
            await serving.calls.call("two", {})


async def test_a_broken_edit_keeps_the_last_good_version_and_says_so(project: Project, serving: Serving) -> None:
    project.write("one", "let x = ;")
    report = await serving.migrate()
    assert [error.tool_name for error in report.failed_tools] == ["one"]
    assert (await serving.calls.call("one", {})).result == 1
    tool = await serving.tool("one")
    assert tool.last_good
    ready = serving.condition.readiness()
    assert ready.ready
    assert "the last good version of one serves" in ready.reasons[0]
    assert (await serving.condition.health()).status is ServiceStatus.DEGRADED
    project.write("one", "3")
    await serving.migrate()
    assert (await serving.calls.call("one", {})).result == 3
    assert serving.condition.readiness().reasons == ()


async def test_a_state_that_was_merely_found_raises_no_powers(project: Project) -> None:
    project.write("one", "1")
    await project.migrate(SecurityLevel.PRODUCTION)
    async with project.serving(trusted=False) as serving:
        with pytest.raises(CallRefused):
            await serving.calls.call("one", {})
    async with project.serving() as serving:
        assert (await serving.calls.call("one", {})).success


async def test_a_running_call_is_seen_and_stopped_only_by_its_user(serving: Serving) -> None:
    async with asyncio.timeout(60):
        begun = asyncio.Event()

        async def run() -> str:
            async for event in serving.calls.stream("endless", {}, call_id="mine", user="ada"):
                if isinstance(event, ProgressEvent):
                    begun.set()
            return serving.calls.recent()[0].outcome

        task = asyncio.create_task(run())
        await begun.wait()
        live = serving.calls.live()
        assert [(call.id, call.tool, call.user, call.outcome, call.progress) for call in live] == [
            ("mine", "endless", "ada", "running", 0.1)
        ]
        assert serving.calls.live(lambda name: name != "endless") == ()
        with pytest.raises(UsageError):
            await serving.calls.call("one", {}, call_id="mine")
        assert not serving.calls.cancel("mine", user="bob")
        assert serving.calls.cancel("mine", user="ada")
        assert await task == "cancelled"
        assert not serving.calls.cancel("mine")
    found = serving.calls.find("mine")
    assert found is not None
    assert [line.text for line in found.logs] == ["in it"]


async def test_tools_that_a_caller_may_not_know_are_not_there(serving: Serving) -> None:
    def allowed(name: str) -> bool:
        return name == "endless"

    assert [tool.name for tool in serving.tools(allowed)] == ["endless"]
    with pytest.raises(ToolNotFound) as refused:
        await serving.calls.call("one", {}, allowed=allowed)
    assert refused.value.near == ()
    with pytest.raises(ToolNotFound) as misspelt:
        await serving.calls.call("onn", {})
    assert misspelt.value.near == ("one",)


async def test_draining_says_not_ready_and_waits_for_what_runs(serving: Serving) -> None:
    stream = serving.calls.stream("endless", {})
    async with asyncio.timeout(60):
        await anext(stream)
        assert not await serving.calls.drain(0.01)
        assert serving.condition.readiness().reasons == ("the server is being stopped",)
        await stream.aclose()
        assert await serving.calls.drain(30)


async def test_a_state_that_does_not_exist_yet_is_waited_for(project: Project) -> None:
    async with project.serving() as serving, asyncio.timeout(60):
        assert serving.tools() == ()
        project.write("one", "1")
        await project.migrate()
        await serving.changed(0)
        assert [tool.name for tool in serving.tools()] == ["one"]
        assert b"crucible_" in await serving.metrics_text()
    async with Serving.open(project.state, trusted=True) as serving:
        with pytest.raises(ConfigurationError):
            await serving.migrate()


async def test_the_size_of_a_catalogue_is_estimated_and_says_how(serving: Serving) -> None:
    size = size_of(serving.tools())
    assert (size.tools, size.largest) == (2, "endless")
    assert "4 characters a token" in str(size)
    assert str(size_of(())) == "no tools"


async def test_a_state_is_closed_only_when_nothing_reads_it(project: Project) -> None:
    project.write("one", "1")
    await project.migrate()
    for _ in range(20):
        catalogue = Catalogue(resolve(project.state))
        reading = asyncio.create_task(catalogue.refresh())
        await asyncio.sleep(0)  # its thread has begun
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        catalogue.close()
        assert not (await catalogue.refresh()).revised


async def test_calls_that_are_stopped_have_a_result_and_no_other_begins(serving: Serving) -> None:
    async with asyncio.timeout(60):
        tasks = [asyncio.create_task(serving.calls.call("endless", {})) for _ in range(3)]
        while len(serving.calls.live()) < 3:
            await asyncio.sleep(0)
        assert not await serving.calls.drain(0)
        assert await serving.calls.stop(30)
        for result in await asyncio.gather(*tasks):
            assert result.error is not None
            assert result.error.kind == "cancelled"
        with pytest.raises(EngineClosed):
            await serving.calls.call("one", {})
