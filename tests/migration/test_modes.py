"""INCREMENTAL, FULL and atomic runs: what a failing tool among good ones means for the others."""

from __future__ import annotations

import pytest

from crucible_tools import MigrationMode, MigrationPhase, MigrationReport, PlanAction, StateError
from crucible_tools.migration.progress import Progress
from crucible_tools.store.runs import RunRecorder
from tests.migration.conftest import Project, actions, failures, migrate, tool

INCREMENTAL = {"mode": MigrationMode.INCREMENTAL}
FULL = {"mode": MigrationMode.FULL}
MODES = [INCREMENTAL, FULL]
ATOMIC = [{**mode, "rollback_on_failure": True} for mode in MODES]


def fill(project: Project) -> None:
    """Two good tools, and between them one that loads and can't be called."""
    project.write("a.rn", tool("a", "1"))
    project.write("b.rn", tool("b", "args.no_such_method()"))
    project.write("c.rn", tool("c", "3"))


def operations(project: Project, report: MigrationReport) -> list[str]:
    return [row["tool"] for row in project.state.operations(report.migration_id)]


def statuses(project: Project) -> list[str]:
    return [run.status for run in project.state.runs()]


@pytest.mark.parametrize("mode", MODES, ids=["incremental", "full"])
async def test_a_tool_that_fails_its_validation_is_left_out_and_the_others_are_migrated(
    project: Project, mode: dict[str, object]
) -> None:
    fill(project)
    report = await migrate(project, **mode)
    assert report.migrated_tools == ("a", "c")
    assert actions(report) == {"a": PlanAction.NEW, "b": PlanAction.BLOCKED, "c": PlanAction.NEW}
    (error,) = report.failed_tools
    assert (error.error_type, error.context["code"]) == ("validation_failed", "VAL003")
    state = report.state
    assert (state.phase, state.total_discovered) == (MigrationPhase.COMPLETED, 3)
    assert (state.successfully_migrated, state.failed_migrations) == (2, 1)
    assert operations(project, report) == ["a", "c"]
    assert project.state.names() == ["a", "c"]
    assert statuses(project) == ["completed"]
    assert report.rolled_back == ()


@pytest.mark.parametrize("mode", ATOMIC, ids=["incremental", "full"])
async def test_an_atomic_run_changes_nothing_when_a_tool_fails_and_names_the_good_ones(
    project: Project, mode: dict[str, object]
) -> None:
    fill(project)
    report = await migrate(project, **mode)
    assert report.migrated_tools == ()
    assert report.rolled_back == ("a", "c")
    assert list(failures(report)) == ["b"]
    state = report.state
    assert (state.phase, state.total_discovered) == (MigrationPhase.FAILED, 3)
    assert (state.successfully_migrated, state.failed_migrations) == (0, 1)
    assert project.state.names() == []
    assert operations(project, report) == []
    assert statuses(project) == ["failed"]


@pytest.mark.parametrize("mode", ATOMIC, ids=["incremental", "full"])
async def test_an_atomic_run_without_failures_migrates_everything(project: Project, mode: dict[str, object]) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b"))
    report = await migrate(project, **mode)
    assert (report.migrated_tools, report.rolled_back) == (("a", "b"), ())
    assert report.state.phase is MigrationPhase.COMPLETED
    assert operations(project, report) == ["a", "b"]


@pytest.mark.parametrize("mode", ATOMIC, ids=["incremental", "full"])
async def test_an_atomic_run_leaves_what_was_migrated_before_as_it_was(
    project: Project, mode: dict[str, object]
) -> None:
    project.write("a.rn", tool("a", "1"))
    project.write("gone.rn", tool("gone"))
    await migrate(project)
    before = project.state.tools()
    fill(project)
    project.write("a.rn", tool("a", "2"))
    (project.tools / "gone.rn").unlink()
    report = await migrate(project, **mode)
    assert set(report.rolled_back) == {"a", "c"}
    assert project.state.tools() == before


@pytest.mark.parametrize("mode", ATOMIC, ids=["incremental", "full"])
async def test_tools_that_an_atomic_run_found_unchanged_are_migrated_also_when_it_fails(
    project: Project, mode: dict[str, object]
) -> None:
    project.write("a.rn", tool("a", "1"))
    await migrate(project)
    fill(project)
    report = await migrate(project, **mode)
    assert report.migrated_tools == ("a",)
    assert report.rolled_back == ("c",)
    assert (report.state.successfully_migrated, report.state.failed_migrations) == (1, 1)


async def test_a_full_run_records_each_operation_with_its_number(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(f"{name}.rn", tool(name))
    report = await migrate(project, **FULL)
    rows = project.state.operations(report.migration_id)
    assert [(row["number"], row["tool"]) for row in rows] == [(1, "a"), (2, "b"), (3, "c")]


async def test_a_full_run_records_nothing_before_everything_is_validated(project: Project) -> None:
    fill(project)
    seen: list[tuple[str, list[str]]] = []
    async with project.manager(**FULL) as manager:
        await manager.execute_migration(lambda step: seen.append((step.phase.value, project.state.names())))
    assert {tuple(names) for phase, names in seen if phase == "validating"} == {()}
    assert {tuple(names) for phase, names in seen if phase == "migrating"} == {("a", "c")}


async def test_a_full_run_whose_transaction_fails_has_changed_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b"))
    begun = RunRecorder.together

    def failing(self: RunRecorder) -> object:
        inner = begun(self)

        class Failing:
            def __enter__(self) -> object:
                return inner.__enter__()

            def __exit__(self, *_: object) -> object:
                error = StateError("the disk is full")
                inner.__exit__(StateError, error, None)
                raise error

        return Failing()

    monkeypatch.setattr(RunRecorder, "together", failing)
    with pytest.raises(StateError, match="disk is full"):
        await migrate(project, **FULL)
    assert project.state.names() == []
    assert statuses(project) == ["failed"]
    monkeypatch.undo()
    assert (await migrate(project, **FULL)).migrated_tools == ("a", "b")


@pytest.mark.parametrize("mode", MODES, ids=["incremental", "full"])
async def test_a_tool_in_service_is_what_was_recorded(project: Project, mode: dict[str, object]) -> None:
    project.write("a.rn", tool("a", "1"))
    project.write("b.rn", tool("b", "1"))
    async with project.manager(**mode) as manager:
        await manager.execute_migration()
        before = await manager.bridge.execute_migrated_tool("a", {})
        project.write("a.rn", tool("a", "2"))
        await manager.execute_migration()
        after = await manager.bridge.execute_migrated_tool("a", {})
    assert (before.result, after.result) == (1, 2)


async def test_progress_of_a_full_run_tells_each_validation_and_then_each_tool(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b"))
    steps: list[Progress] = []
    async with project.manager(**FULL) as manager:
        await manager.execute_migration(steps.append)
    assert [(step.phase.value, step.done, step.total, step.subject) for step in steps] == [
        ("discovering", 1, 2, "a.rn"),
        ("discovering", 2, 2, "b.rn"),
        ("validating", 1, 2, "a"),
        ("validating", 2, 2, "b"),
        ("migrating", 1, 2, "a"),
        ("migrating", 2, 2, "b"),
    ]


@pytest.mark.parametrize("mode", ATOMIC, ids=["incremental", "full"])
async def test_a_dry_run_tells_what_an_atomic_run_would_not_migrate(project: Project, mode: dict[str, object]) -> None:
    fill(project)
    report = await migrate(project, **{**mode, "mode": MigrationMode.DRY_RUN})
    assert report.rolled_back == ("a", "c")
    assert report.state.phase is MigrationPhase.FAILED
    assert not project.state.exists()
