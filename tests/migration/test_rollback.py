"""Rolling back: names go back to what they stood for, as a run that can be undone itself."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.errors import (
    RollbackConflict,
    RunNotFound,
    StateLocked,
    StateNotWritable,
    ToolInactive,
    ToolNotFound,
    UsageError,
)
from crucible_tools.migration.operations import Row, SetTool, deactivate, remove
from crucible_tools.migration.rollback import (
    Everything,
    OneRun,
    RollbackReport,
    Tools,
    Until,
    Wanted,
    plan_rollback,
    roll_back,
)
from crucible_tools.store import sqlite
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.state import State
from tests.migration.test_operations import migration_of

Step = tuple[str, str]

NAMES = ("a", "b", "c")
STEPS = st.lists(
    st.tuples(st.sampled_from(["migrate", "vanish", "forget", "adopt", "revalidate"]), st.sampled_from(NAMES)),
    min_size=1,
    max_size=6,
)


def rows(state: State) -> dict[str, Row | None]:
    """The present, without what validation noted."""
    found = {name: Row.from_json(row) for name, row in state.rows().items()}
    return {name: replace(row, validated_engine=None) for name, row in found.items() if row is not None}


def perform(run: RunRecorder, state: State, step: Step, number: int) -> None:
    """One random operation, if it makes sense for the tool as it is."""
    kind, name = step
    stored = state.tool(name)
    if kind == "migrate":
        migration_of(name, f"version {number} of {name}".encode(), stored).commit(run)
    elif stored is not None and kind == "forget":
        remove(stored).commit(run)
    elif stored is not None and stored.active:
        row = Row.of(stored)
        assert row is not None
        operation = {
            "vanish": deactivate(stored, "vanished"),
            "adopt": SetTool("adopt", name, row, replace(row, adopted_hash=f"{number}")),
            "revalidate": SetTool("validate", name, row, replace(row, validated_engine={"rune": str(number)})),
        }[kind]
        operation.commit(run)


def run_of(state: State, run_id: str, steps: list[Step]) -> dict[str, Row | None]:
    """A run of these steps; gives what was before it."""
    before = rows(state)
    with state.run(run_id, {}) as run:
        for number, step in enumerate(steps):
            perform(run, state, step, int(run_id.removeprefix("run-")) * 100 + number)
        run.finish("completed", {})
    return before


def undo(state: State, wanted: Wanted, **options: Any) -> RollbackReport:
    return asyncio.run(roll_back(state, wanted, **options))


def as_undone(before: dict[str, Row | None], after: dict[str, Row | None]) -> dict[str, Row | None]:
    """What is left when a change from `before` to `after` is undone: new names are inactive, all else is as before."""
    left = dict(before)
    for name in after.keys() - before.keys():
        row = after[name]
        assert row is not None
        left[name] = Row(row.version_id, active=False, inactive_reason="was rolled back") if row.active else row
    return left


@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_apply_then_roll_back_is_the_identity_and_so_is_rolling_that_back(history: list[list[Step]]) -> None:
    with tempfile.TemporaryDirectory() as folder, State(Path(folder) / ".crucible") as state:
        for number, steps in enumerate(history, 1):
            before = run_of(state, f"run-{number}", steps)
            after = rows(state)
            undone = undo(state, OneRun(f"run-{number}"))
            new = after.keys() - before.keys()
            expected = {name: row for name, row in rows(state).items() if name not in new}
            assert expected == before
            assert all(not row.active for name, row in rows(state).items() if name in new and row is not None)
            if undone.run_id is not None:
                again = undo(state, OneRun(undone.run_id))
                assert rows(state) == after
                assert {change.tool for change in again.changes} == {change.tool for change in undone.changes}
        assert state.problems() == []


@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=5), st.data())
def test_going_back_to_a_time_gives_what_was_then(history: list[list[Step]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder, State(Path(folder) / ".crucible") as state:
        moments: list[tuple[datetime, dict[str, Row | None]]] = []
        for number, steps in enumerate(history, 1):
            run_of(state, f"run-{number}", steps)
            moments.append((datetime.now(UTC), rows(state)))
        present = rows(state)
        moment, then = data.draw(st.sampled_from(moments))
        undone = undo(state, Until(moment))
        assert rows(state) == as_undone(then, present)
        if undone.run_id is not None:
            undo(state, OneRun(undone.run_id))
            assert rows(state) == present


@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=4), st.data())
def test_a_run_is_refused_exactly_when_a_tool_is_neither_what_it_made_of_it_nor_what_was_before(
    history: list[list[Step]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder, State(Path(folder) / ".crucible") as state:
        befores, afters = [], []
        for number, steps in enumerate(history, 1):
            befores.append(run_of(state, f"run-{number}", steps))
            afters.append(rows(state))
        chosen = data.draw(st.integers(min_value=0, max_value=len(history) - 1))
        own = {operation["tool"] for operation in state.operations(f"run-{chosen + 1}")}
        before, after, present = befores[chosen], afters[chosen], rows(state)
        target = as_undone(before, after)
        inactive_already = {
            name
            for name in own
            for now, then in [(present.get(name), target.get(name))]
            if now and then and (now.version_id, now.active) == (then.version_id, then.active) and not now.active
        }
        expected = {
            name for name in own - inactive_already if present.get(name) not in (after.get(name), target.get(name))
        }
        if expected:
            with pytest.raises(RollbackConflict) as caught:
                undo(state, OneRun(f"run-{chosen + 1}"))
            assert caught.value.conflicts.keys() == expected
            assert rows(state) == present
        else:
            undo(state, OneRun(f"run-{chosen + 1}"))
            undone = {name: target.get(name) for name in own} | {name: present.get(name) for name in inactive_already}
            assert {name: rows(state).get(name) for name in own} == undone
            others = {name: row for name, row in present.items() if name not in own}
            assert {name: row for name, row in rows(state).items() if name not in own} == others


def versions(state: State, *names: str) -> list[bytes]:
    found: list[bytes] = []
    for name in names:
        stored = state.tool(name)
        assert stored is not None
        found.append(state.blob(stored.version.original_hash))
    return found


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State(tmp_path / ".crucible") as opened:
        yield opened


def test_a_change_goes_back_to_the_version_before_and_a_first_migration_to_inactive(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b")])
    run_of(state, "run-2", [("migrate", "a")])
    undo(state, Tools(("a",)))
    assert versions(state, "a") == [b"version 100 of a"]
    undo(state, Tools(("b",)))
    stored = state.tool("b")
    assert stored is not None
    with pytest.raises(ToolInactive, match="it was rolled back"):
        stored.check_active()


def test_rolling_a_tool_back_again_goes_further_back_until_there_is_nothing_left(state: State) -> None:
    for number in (1, 2, 3):
        run_of(state, f"run-{number}", [("migrate", "a")])
    undo(state, Tools(("a",)))
    undo(state, Tools(("a",)))
    assert versions(state, "a") == [b"version 100 of a"]
    undo(state, Tools(("a",)))
    present = rows(state)
    assert present["a"] == Row(1, active=False, inactive_reason="was rolled back")
    with pytest.raises(UsageError, match="nothing to go back to") as caught:
        undo(state, Tools(("a",)))
    assert "crucible history a" in (caught.value.hint or "")
    assert rows(state) == present


def test_a_tool_that_was_adopted_cleaned_up_or_vanished_goes_back_to_before_that(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b"), ("migrate", "c")])
    before = rows(state)
    run_of(state, "run-2", [("adopt", "a"), ("vanish", "b"), ("forget", "c")])
    undo(state, Tools(("a", "b", "c")))
    assert rows(state) == before


def test_a_run_whose_tools_were_changed_later_is_refused_with_the_tools_and_runs(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b")])
    run_of(state, "run-2", [("migrate", "a")])
    run_of(state, "run-3", [("vanish", "a")])
    before = rows(state)
    with pytest.raises(RollbackConflict, match="a by run-3, run-2") as caught:
        undo(state, OneRun("run-1"))
    assert caught.value.exit_code == 2
    assert caught.value.conflicts == {"a": ("run-3", "run-2")}
    assert "crucible rollback --run run-3" in (caught.value.hint or "")
    assert caught.value.to_json()["conflicts"] == {"a": ["run-3", "run-2"]}
    assert rows(state) == before
    assert state.run_ids() == ["run-3", "run-2", "run-1"]


def test_finding_a_tool_to_work_with_another_engine_is_no_change_that_keeps_a_run_from_being_undone(
    state: State,
) -> None:
    run_of(state, "run-1", [("migrate", "a")])
    run_of(state, "run-2", [("migrate", "a")])
    run_of(state, "run-3", [("revalidate", "a")])
    undo(state, OneRun("run-2"))
    assert versions(state, "a") == [b"version 100 of a"]


def test_a_tool_that_vanished_since_does_not_keep_its_first_run_from_being_undone(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b")])
    run_of(state, "run-2", [("vanish", "a")])
    report = undo(state, OneRun("run-1"))
    assert [change.tool for change in report.changes] == ["b"]
    assert {name: row and row.inactive_reason for name, row in rows(state).items()} == {
        "a": "vanished",
        "b": "was rolled back",
    }


def test_a_run_that_was_undone_in_part_can_be_undone_for_the_rest(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b")])
    run_of(state, "run-2", [("migrate", "a"), ("migrate", "b")])
    undo(state, Tools(("a",)))
    report = undo(state, OneRun("run-2"))
    assert [change.tool for change in report.changes] == ["b"]
    assert versions(state, "a", "b") == [b"version 100 of a", b"version 101 of b"]


def test_what_is_undone_already_makes_no_run(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a")])
    undone = undo(state, OneRun("run-1"))
    again = undo(state, OneRun("run-1"))
    assert (again.run_id, again.changes) == (None, ())
    assert state.run_ids() == [undone.run_id, "run-1"]


def test_everything_goes_back_to_before_the_first_migration(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b"), ("vanish", "b")])
    undo(state, Everything())
    assert {name: row and row.inactive_reason for name, row in rows(state).items()} == {
        "a": "was rolled back",
        "b": "vanished",
    }


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a")])
    state.close()
    before = (state.rows(), state.run_ids(), state.audit.records())
    report = undo(state, OneRun("run-1"), dry_run=True)
    state.close()
    assert (report.dry_run, report.run_id, [change.tool for change in report.changes]) == (True, None, ["a"])
    assert (state.rows(), state.run_ids(), state.audit.records()) == before


def test_a_rollback_is_one_transaction_and_records_each_operation(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(state, "run-1", [("migrate", "a"), ("migrate", "b"), ("migrate", "c")])
    before = rows(state)
    original = SetTool.commit_in

    def pull_the_plug(self: SetTool, transaction: Any) -> SetTool:
        if self.tool == "c":
            raise RuntimeError("pulled plug")
        return original(self, transaction)

    with monkeypatch.context() as patch:
        patch.setattr(SetTool, "commit_in", pull_the_plug)
        with pytest.raises(RuntimeError, match="plug"):
            undo(state, OneRun("run-1"))
    assert rows(state) == before
    failed = state.last_run()
    assert failed is not None
    assert (failed.kind, failed.status, state.operations(failed.id)) == ("rollback", "failed", [])
    report = undo(state, OneRun("run-1"))
    assert report.run_id is not None
    assert [(row["number"], row["kind"], row["tool"]) for row in state.operations(report.run_id)] == [
        (1, "restore", "a"), (2, "restore", "b"), (3, "restore", "c"),
    ]  # fmt: skip
    done = state.find_run(report.run_id)
    assert done is not None
    assert (done.kind, done.config, done.status) == ("rollback", {"run": "run-1"}, "completed")
    assert state.report(report.run_id) == report.to_json()


@pytest.mark.parametrize(
    ("wanted", "error"),
    [(Tools(("nothing",)), ToolNotFound), (OneRun("nothing"), RunNotFound)],
    ids=["tool", "run"],
)
def test_an_unknown_tool_or_run_is_refused_and_makes_no_state(
    state: State, wanted: Wanted, error: type[Exception]
) -> None:
    with pytest.raises(error, match="nothing"):
        undo(state, wanted)
    assert not state.exists()


def test_an_unknown_run_is_told_near_ids(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a")])
    with pytest.raises(RunNotFound) as caught:
        undo(state, OneRun("run-2"))
    assert caught.value.near == ("run-1",)


def test_a_rollback_waits_for_another_run_as_long_as_it_may(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a")])
    with State(state.place) as other, other.run("run-2", {}):
        began = time.monotonic()
        with pytest.raises(StateLocked) as caught:
            undo(state, OneRun("run-1"), lock_timeout_s=0.2)
        assert time.monotonic() - began >= 0.2
        assert caught.value.holder is not None
        assert caught.value.holder.run_id == "run-2"


def test_a_time_before_everything_leaves_every_name_inactive(state: State) -> None:
    run_of(state, "run-1", [("migrate", "a")])
    (change,) = plan_rollback(state, Until(datetime.now(UTC) - timedelta(days=1)))
    assert change.after == Row(1, active=False, inactive_reason="was rolled back")


@pytest.mark.sqlite_only("the disk is the server's")
def test_a_rollback_that_does_not_fit_on_the_disk_changes_nothing(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    with state.run("run-1", {}) as run:
        with run.together() as batch:
            for number in range(300):
                migration_of(f"tool_{number}", b"the same", None).commit_in(batch)
        run.finish("completed", {})
    before = rows(state)
    state.close()
    connect = sqlite.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        (size,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {size + 2}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "connect", connected)
        with pytest.raises(StateNotWritable, match="disk is full"):
            undo(state, OneRun("run-1"))
        state.close()
    assert rows(state) == before
    assert len(undo(state, OneRun("run-1")).changes) == 300
