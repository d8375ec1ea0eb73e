"""What fails for a passing reason is tried again, as the policy or the application's hook says."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    ConfigurationError,
    MigrationError,
    MigrationErrorType,
    MigrationReport,
    Phase51MigrationManager,
    RetryPolicy,
    StateLocked,
)
from crucible_tools.migration import retrying
from crucible_tools.migration.retrying import MOST_ATTEMPTS
from crucible_tools.store.runs import RunRecorder
from tests.migration.conftest import Project, failures, migrate, tool


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for, in seconds; none is waited for."""
    asked: list[float] = []

    async def note(seconds: float) -> None:
        asked.append(seconds)

    class Clock:
        sleep = staticmethod(note)

    monkeypatch.setattr(retrying, "asyncio", Clock)
    return asked


class Faults:
    """Lets something fail as often as wanted."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.attempts = 0

    def strike(self) -> bool:
        self.attempts += 1
        self.left -= 1
        return self.left >= 0


def unreadable(monkeypatch: pytest.MonkeyPatch, times: int, number: int = errno.EIO) -> Faults:
    """Opening `one.rn` fails so many times."""
    faults, opened = Faults(times), os.open

    def failing(path: Any, *arguments: Any, **named: Any) -> int:
        if Path(os.fspath(path)).name == "one.rn" and faults.strike():
            raise OSError(number, os.strerror(number))
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", failing)
    return faults


def busy(monkeypatch: pytest.MonkeyPatch, times: int) -> Faults:
    """The state is busy so many times when an operation begins."""
    faults, transaction = Faults(times), RunRecorder.transaction

    def failing(self: RunRecorder) -> Any:
        if faults.strike():
            raise StateLocked("the state is in use by another program")
        return transaction(self)

    monkeypatch.setattr(RunRecorder, "transaction", failing)
    return faults


async def test_a_source_that_cannot_be_read_at_the_moment_is_read_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    project.write("one.rn", tool("one"))
    faults = unreadable(monkeypatch, 2)
    report = await migrate(project)
    assert report.migrated_tools == ("one",)
    assert faults.attempts == 3
    assert waits == [0.1, 0.2]


async def test_a_source_that_stays_unreadable_fails_after_the_last_attempt_and_the_others_are_migrated(
    project: Project, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    project.write("one.rn", tool("one"))
    project.write("two.rn", tool("two"))
    unreadable(monkeypatch, 100)
    report = await migrate(project)
    assert report.migrated_tools == ("two",)
    assert report.failed_tools[0].error_type is MigrationErrorType.DISCOVERY_FAILED
    assert len(waits) == 2


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOENT], ids=["forbidden", "vanished"])
async def test_a_source_that_cannot_be_read_for_a_lasting_reason_is_not_read_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, waits: list[float], number: int
) -> None:
    project.write("one.rn", tool("one"))
    faults = unreadable(monkeypatch, 100, number)
    assert list(failures(await migrate(project))) == ["one"]
    assert (faults.attempts, waits) == (1, [])


async def test_what_fails_for_a_lasting_reason_is_not_tried_again(project: Project, waits: list[float]) -> None:
    project.write("broken.rn", tool("broken", "let let"))
    project.write("wrong.rn", tool("wrong", "args.no_such_method()"))
    assert set(failures(await migrate(project))) == {"broken", "wrong"}
    assert waits == []


async def test_a_tool_that_ran_out_of_time_is_validated_again(project: Project, waits: list[float]) -> None:
    project.write("slow.rn", tool("slow", "loop {}"))
    report = await migrate(project, retry=RetryPolicy(attempts=2))
    assert report.failed_tools[0].context["code"] == "VAL004"
    assert waits == [0.1]


async def test_a_busy_state_is_written_when_it_is_free(
    project: Project, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    project.write("one.rn", tool("one"))
    busy(monkeypatch, 2)
    assert (await migrate(project)).migrated_tools == ("one",)
    assert waits == [0.1, 0.2]


async def test_a_state_that_stays_busy_ends_the_run_as_failed(
    project: Project, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    project.write("one.rn", tool("one"))
    busy(monkeypatch, 100)
    with pytest.raises(StateLocked):
        await migrate(project)
    assert len(waits) == 2
    assert [run.status for run in project.state.runs()] == ["failed"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RetryPolicy(), [0.1, 0.2]),
        (RetryPolicy(attempts=1), []),
        (RetryPolicy(attempts=5), [0.1, 0.2, 0.4, 0.8]),
        (RetryPolicy(attempts=4, delay_s=1), [1, 2, 4]),
        (RetryPolicy(attempts=4, factor=10), [0.1, 1, 5]),
        (RetryPolicy(attempts=4, factor=10, max_delay_s=0.5), [0.1, 0.5, 0.5]),
        (RetryPolicy(attempts=3, delay_s=0), [0, 0]),
    ],
)
async def test_each_field_of_the_policy_decides_how_often_and_when(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    waits: list[float],
    policy: RetryPolicy,
    expected: list[float],
) -> None:
    project.write("one.rn", tool("one"))
    unreadable(monkeypatch, 1000)
    await migrate(project, retry=policy)
    assert waits == pytest.approx(expected)


@pytest.mark.parametrize(
    ("field", "value"),
    [("attempts", 0), ("delay_s", -1), ("factor", 0.5), ("max_delay_s", float("nan")), ("attempts", 1.5)],
)
def test_a_wrong_policy_is_refused_with_the_fields_name(field: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"RetryPolicy.{field}"):
        RetryPolicy(**{field: value})


async def with_hook(project: Project, hook: retrying.OnFailure) -> MigrationReport:
    async with Phase51MigrationManager(project.config(), on_failure=hook) as manager:
        return await manager.execute_migration()


async def test_a_hook_is_told_each_failure_with_its_attempt_and_decides(project: Project, waits: list[float]) -> None:
    project.write("wrong.rn", tool("wrong", "args.no_such_method()"))
    told: list[tuple[MigrationError, int]] = []

    def hook(error: MigrationError, attempt: int) -> float | None:
        told.append((error, attempt))
        return attempt / 2 if attempt < 4 else None

    report = await with_hook(project, hook)
    assert [attempt for _, attempt in told] == [1, 2, 3, 4]
    assert waits == [0.5, 1.0, 1.5]
    error = told[0][0]
    assert (error.tool_name, error.error_type, error.context["code"]) == ("wrong", "validation_failed", "VAL003")
    assert len(report.failed_tools) == 1


async def test_a_file_that_a_hook_repairs_is_read_again(project: Project, waits: list[float]) -> None:
    file = project.write("broken.rn", tool("broken", "let let"))

    def hook(error: MigrationError, _attempt: int) -> float | None:
        assert error.error_type is MigrationErrorType.COMPILATION_FAILED
        file.write_text(tool("broken", "1"))
        return 0

    assert (await with_hook(project, hook)).migrated_tools == ("broken",)


async def test_a_hook_that_never_gives_up_is_not_asked_for_ever(project: Project, waits: list[float]) -> None:
    project.write("wrong.rn", tool("wrong", "args.no_such_method()"))
    report = await with_hook(project, lambda _error, _attempt: 0)
    assert list(failures(report)) == ["wrong"]
    assert len(waits) == MOST_ATTEMPTS - 1


@pytest.mark.parametrize("given", [-1, float("nan"), float("inf"), True, "soon"])
async def test_a_hook_that_gives_no_time_is_an_error(project: Project, given: Any) -> None:
    project.write("wrong.rn", tool("wrong", "args.no_such_method()"))
    with pytest.raises(ConfigurationError, match="on_failure gave"):
        await with_hook(project, lambda _error, _attempt: given)


async def test_waiting_leaves_the_event_loop_to_others(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("one.rn", tool("one"))
    unreadable(monkeypatch, 100)
    config = project.config(retry=RetryPolicy(attempts=2, delay_s=600, max_delay_s=600))
    async with Phase51MigrationManager(config) as manager:
        running = asyncio.ensure_future(manager.execute_migration())
        for _ in range(200):
            await asyncio.sleep(0)
        assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [run.status for run in project.state.runs()] == ["interrupted"]
