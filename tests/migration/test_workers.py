"""Sources read by several processes: the same as read by one, whatever happens to a process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import subprocess
import sys

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.migration import reading, workers
from crucible_tools.migration.reading import as_source, read_sources
from crucible_tools.migration.sources import SourceFile
from crucible_tools.migration.validation import Validating
from crucible_tools.migration.workers import WorkerError, in_workers
from crucible_tools.model.enums import RepairMode, ValidationMode
from crucible_tools.rune.check.examining import Examiner
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.search import Search, find_files
from tests.migration.conftest import Project, tool

MANY = workers.WORTH_IT + 7


def fill(project: Project) -> None:
    for number in range(MANY):
        body = "let mut n = args.a; n" if number % 3 == 0 else "args.a"
        project.write(f"tool_{number:03}.rn", tool(f"tool_{number}", body) if number % 5 else "fn broken( {")


async def read(project: Project) -> list[SourceFile]:
    async with ScriptEngine() as engine:
        files = find_files(Search(roots=(project.tools,)))
        return await read_sources(files, engine, project.state.place, repair=RepairMode.SAFE, max_source_bytes=1 << 20)


async def test_processes_read_what_one_process_reads(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(project)
    monkeypatch.setattr(reading, "how_many", lambda *_: 2)
    by_two = await read(project)
    monkeypatch.setattr(reading, "how_many", lambda *_: 1)
    assert by_two == await read(project)
    assert len(by_two) == MANY
    assert sum(bool(source.repairs) for source in by_two) > 10


async def test_what_a_process_that_ends_leaves_is_read_here(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fill(project)
    monkeypatch.setattr(reading, "how_many", lambda *_: 2)
    monkeypatch.setattr(reading, "WORKER", "crucible_tools.no_such_module")
    with caplog.at_level(logging.WARNING):
        assert len(await read(project)) == MANY
    assert "the rest is read by this process" in caplog.text


async def test_a_process_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(WorkerError, match="ended"):
        async for _ in in_workers("this", None, ["a", "b"], 1):
            pass


async def test_this_process_works_too_and_the_order_stays() -> None:
    async def twice(item: int) -> int:
        return 2 * item

    made = [item async for item in in_workers(reading.WORKER, None, range(10), 0, here=twice)]
    assert made == [2 * item for item in range(10)]


async def test_what_this_process_can_not_make_is_told_as_it_is() -> None:
    async def never(item: int) -> int:
        raise LookupError(item)

    with pytest.raises(LookupError):
        async for _ in in_workers(reading.WORKER, None, range(10), 0, here=never):
            pass


async def test_this_process_and_others_read_what_one_reads(project: Project) -> None:
    fill(project)
    files = find_files(Search(roots=(project.tools,)))
    setup = reading.Reading(RepairMode.SAFE, 1 << 20)
    async with ScriptEngine() as engine:
        examiner = Examiner(engine, setup.repair, max_source_bytes=setup.max_source_bytes, rehearser=engine)
        here: list[str] = []

        async def read_here(file: DiscoveredFile) -> SourceFile:
            here.append(file.relative)
            return as_source(await examiner.examine(file), "")

        together = [source async for source in in_workers(reading.WORKER, setup, files, 1, here=read_here)]
        alone = [as_source(await examiner.examine(file), "") for file in files]
    assert together == alone
    assert 0 < len(here) <= MANY


async def test_who_stops_listening_leaves_no_process_behind(project: Project) -> None:
    fill(project)
    files = find_files(Search(roots=(project.tools,)))
    setup = reading.Reading(RepairMode.SAFE, 1 << 20)
    results = in_workers(reading.WORKER, setup, files, 2)
    async for _ in results:
        break
    await asyncio.wait_for(results.aclose(), 30)  # type: ignore[attr-defined]


@pytest.mark.parametrize("turns", [5, 20, 40])
async def test_who_is_cancelled_while_its_processes_end_leaves_none_behind(turns: int) -> None:
    processes: workers.Processes = []

    async def work() -> None:
        async with workers.started(workers.WORKER, 2) as ready:
            processes.extend(ready)
            begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(work())
    await begun.wait()
    for _ in range(turns):
        task.cancel()
        await asyncio.sleep(0)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert [process.returncode is None for process in processes] == [False, False]


def test_few_files_are_not_worth_a_process() -> None:
    assert workers.how_many(workers.WORTH_IT - 1) == 1


def test_a_process_whose_starter_was_killed_ends_without_a_word() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", reading.WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()  # what the death of whoever reads it does
    for value in (reading.Reading(RepairMode.SAFE, 1 << 20), []):
        data = pickle.dumps(value)
        process.stdin.write(len(data).to_bytes(8, "big") + data)
        process.stdin.flush()
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors.decode()) == (0, "")


@pytest.mark.parametrize("setup", [reading.Reading(RepairMode.SAFE, 1 << 20), Validating(ValidationMode.BASIC)])
def test_a_process_that_reads_or_validates_gets_ready_without_a_database(setup: object) -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", reading.WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    data = pickle.dumps(setup)
    _, told = process.communicate(len(data).to_bytes(8, "big") + data, timeout=120)
    imported = [line.rpartition("|")[2].strip() for line in told.decode().splitlines()]
    assert "crucible_tools.migration.worker" in imported
    assert ("crucible_tools.migration.validation" in imported) == isinstance(setup, Validating)
    assert "sqlalchemy" not in imported
