"""Tools validated several at a time: the bounds hold, the order stays, and a process that dies harms one tool."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from crucible_tools import (
    HostModule,
    MigrationErrorType,
    MigrationManagerConfig,
    MigrationReport,
    Phase51MigrationManager,
    RetryPolicy,
    SecurityLevel,
)
from crucible_tools.migration import reading, validating
from crucible_tools.migration.workers import Lost, WorkerError, each_in_workers
from tests.migration.conftest import Project, failures, tool

NAMES = [f"t{number}" for number in range(9)]
REPOSITORY = Path(__file__).parents[2]


class Gate:
    """A host module whose function says how many scripts are inside of it, and lets them out when so many are."""

    def __init__(self, opens_at: int) -> None:
        self.inside = 0
        self.most = 0
        self.module = HostModule("gate", capability="gate")
        self._opens_at = opens_at
        self._opened = asyncio.Event()
        self.module.function(params={}, pure=True)(self._pass)

    async def _pass(self) -> int:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside >= self._opens_at:
            self._opened.set()
        await self._opened.wait()
        for _ in range(20):  # whoever else may come in has the time to
            await asyncio.sleep(0)
        self.inside -= 1
        return 1


async def through(gate: Gate, project: Project, **fields: object) -> MigrationReport:
    for name in NAMES:
        project.write(f"{name}.rn", tool(name, "gate::_pass().await", "pub async fn call(args)"))
    config: MigrationManagerConfig = project.config(security_level=SecurityLevel.DEVELOPMENT, **fields)
    async with Phase51MigrationManager(config, modules=[gate.module]) as manager:
        return await asyncio.wait_for(manager.execute_migration(), 120)


@pytest.mark.parametrize("most", [1, 2, 4])
async def test_as_many_tools_are_validated_at_the_same_time_as_the_configuration_says(
    project: Project, most: int
) -> None:
    gate = Gate(opens_at=most)
    report = await through(gate, project, enable_parallel_migration=True, max_concurrent_migrations=most)
    assert gate.most == most
    assert list(report.migrated_tools) == NAMES
    assert [row["tool"] for row in project.state.operations(report.migration_id)] == NAMES


async def test_without_parallel_migration_one_tool_is_validated_at_a_time(project: Project) -> None:
    gate = Gate(opens_at=1)
    report = await through(gate, project, enable_parallel_migration=False, max_concurrent_migrations=4)
    assert gate.most == 1
    assert list(report.migrated_tools) == NAMES


async def test_sources_are_read_by_no_more_processes_than_may_migrate(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(reading, "how_many", lambda files, most: asked.append(most) or 1)
    project.write("one.rn", tool("one"))
    async with project.manager(max_concurrent_migrations=3) as manager:
        await manager.execute_migration()
    assert asked == [3]


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the worker that notes what it does; every tool is validated by one."""
    folder = tmp_path / "faulty"
    folder.mkdir()
    monkeypatch.setenv("FAULTY_WORKER", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setattr(validating, "WORTH_IT", 1)
    monkeypatch.setattr(validating, "WORKER", "tests.migration.faulty_worker")
    return folder


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text(encoding="utf-8").splitlines()


async def run(project: Project, **fields: object) -> MigrationReport:
    for name in NAMES:
        project.write(f"{name}.rn", tool(name))
    async with project.manager(**fields) as manager:
        return await manager.execute_migration()


async def test_processes_are_as_many_as_may_migrate_and_each_validates_one_tool_at_a_time(
    project: Project, faulty: Path
) -> None:
    report = await run(project, enable_parallel_migration=True, max_concurrent_migrations=2)
    assert len(lines(faulty, "processes")) == 2
    assert sorted(line.split()[1] for line in lines(faulty, "ended")) == NAMES
    assert str(os.getpid()) not in {line.split()[0] for line in lines(faulty, "ended")}
    assert list(report.migrated_tools) == NAMES
    assert [row["tool"] for row in project.state.operations(report.migration_id)] == NAMES


async def test_a_process_that_dies_once_is_replaced_and_its_tool_validated_again(
    project: Project, faulty: Path
) -> None:
    (faulty / "t4").write_text("3", encoding="utf-8")
    report = await run(project, retry=RetryPolicy(delay_s=0))
    assert list(report.migrated_tools) == NAMES
    assert [line.split()[1] for line in lines(faulty, "begun")].count("t4") == 2


@pytest.mark.seed("error.service")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
async def test_a_tool_whose_process_dies_each_time_fails_and_the_others_are_migrated(
    project: Project, faulty: Path
) -> None:
    kill = -signal.SIGKILL
    (faulty / "t4").write_text(f"{kill} {kill} {kill} {kill}", encoding="utf-8")
    report = await run(project, retry=RetryPolicy(attempts=3, delay_s=0))
    assert list(report.migrated_tools) == [name for name in NAMES if name != "t4"]
    assert report.failed_tools[0].error_type is MigrationErrorType.SERVICE_ERROR
    assert "signal 9 ended it" in failures(report)["t4"]
    assert [line.split()[1] for line in lines(faulty, "begun")].count("t4") == 3
    assert report.validation is not None
    assert (report.validation.valid, report.validation.total_tools, report.validation.valid_tools) == (False, 9, 8)


@pytest.mark.seed("error.unknown")
async def test_what_nobody_foresaw_in_a_process_fails_one_tool_and_the_process_goes_on(
    project: Project, faulty: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "crucible_tools")
    (faulty / "t4").write_text("raise", encoding="utf-8")
    report = await run(project)
    assert list(report.migrated_tools) == [name for name in NAMES if name != "t4"]
    assert report.failed_tools[0].error_type is MigrationErrorType.UNKNOWN
    assert 'raise ZeroDivisionError("nobody foresaw this")' in caplog.text
    assert len(lines(faulty, "processes")) == 1


async def test_where_no_process_can_be_started_this_one_validates(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(validating, "WORTH_IT", 1)
    monkeypatch.setattr(validating, "WORKER", "crucible_tools.no_such_module")
    report = await run(project)
    assert list(report.migrated_tools) == NAMES
    assert "the rest is validated by this process" in caplog.text


async def test_a_process_that_never_gets_ready_is_an_error() -> None:
    with pytest.raises(WorkerError, match="before it was ready"):
        async for _ in each_in_workers("this", None, [lambda: "a"], 1):
            pass


def test_a_lost_process_says_how_it_ended() -> None:
    assert validating.Checked.of("t", Lost("signal 9 ended it")).passing
