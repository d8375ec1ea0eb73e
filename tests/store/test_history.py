"""What runs did, and what names stood for before: told from the records alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crucible_tools.errors import RunNotFound, StateDamaged
from crucible_tools.model.json import JsonObject
from crucible_tools.store import runs
from crucible_tools.store.records import content_hash
from crucible_tools.store.runs import FailureRecord, RunRecorder
from crucible_tools.store.state import State
from tests.on_server import execute
from tests.store.conftest import add_tool, fill, source_of, version_of


def row_of(version_id: int, *, active: bool = True, reason: str | None = None) -> JsonObject:
    return {
        "version_id": version_id,
        "active": active,
        "inactive_reason": reason,
        "adopted_hash": None,
        "validated_engine": None,
    }


def change(run: RunRecorder, name: str, before: JsonObject, after: JsonObject | None) -> None:
    with run.transaction() as transaction:
        if after is None:
            transaction.remove_tool(name)
        else:
            transaction.set_tool(name, after)
        transaction.record("change", name, before, after)


def second_version(run: RunRecorder, name: str) -> JsonObject:
    with run.transaction() as transaction:
        transaction.put_blob(content_hash(b"second"), b"second")
        after = row_of(transaction.add_version(version_of(name, content_hash(b"second"))))
        transaction.set_tool(name, after)
        transaction.record("migrate", name, row_of(1), after)
    return after


def put_together(run: RunRecorder, *names: str, fail: bool = False) -> None:
    with run.together() as batch:
        for name in names:
            digest = content_hash(source_of(name))
            batch.put_blob(digest, source_of(name))
            row = row_of(batch.add_version(version_of(name, digest)))
            batch.add_tool(name, row)
            batch.record("migrate", name, None, row)
        if fail:
            raise RuntimeError("pulled plug")


def test_operations_of_one_transaction_each_have_a_record_and_a_number_of_their_own(state: State) -> None:
    with state.run("run-1", {}) as run:
        add_tool(run, "first")
        put_together(run, "second", "third")
        add_tool(run, "fourth")
        run.finish("completed", {})
    assert [(row["number"], row["tool"]) for row in state.operations("run-1")] == [
        (1, "first"), (2, "second"), (3, "third"), (4, "fourth"),
    ]  # fmt: skip


def test_operations_of_one_transaction_are_undone_together_and_their_numbers_are_free_again(state: State) -> None:
    with state.run("run-1", {}) as run:
        with pytest.raises(RuntimeError, match="plug"):
            put_together(run, "one", "two", fail=True)
        assert state.names() == []
        put_together(run, "three")
        run.finish("completed", {})
    assert [(row["number"], row["tool"]) for row in state.operations("run-1")] == [(1, "three")]


def test_a_run_says_what_it_was_for(state: State) -> None:
    fill(state, "echo")
    with state.run("undoing", {}, kind="rollback") as run:
        run.finish("completed", {})
    assert [(run.id, run.kind) for run in state.runs()] == [("undoing", "rollback"), ("run-1", "migrate")]
    assert [run.id for run in state.runs(1)] == ["undoing"]
    found = state.find_run("run-1")
    assert found is not None
    assert found.kind == "migrate"
    assert state.find_run("nothing") is None


def test_the_whole_report_of_a_run_is_kept_as_it_was(state: State) -> None:
    whole: JsonObject = {"plan": [{"name": "ärger", "diff": "-a\n+b\n" * 1000}], "duration": 0.25}
    with state.run("run-1", {}) as run:
        assert state.report("run-1") is None
        run.finish("completed", {"duration": 0.25}, full_report=whole)
    assert state.report("run-1") == whole
    assert state.report("nothing") is None


def test_a_report_that_can_not_be_read_means_damage(state: State, folder: Path) -> None:
    with state.run("run-1", {}) as run:
        run.finish("completed", {}, full_report={"plan": []})
    execute(folder, "UPDATE run_reports SET report = ?", b"\0")
    with pytest.raises(StateDamaged, match="report"):
        state.report("run-1")


def test_the_history_of_a_tool_has_every_version_with_its_run_newest_first(state: State) -> None:
    fill(state, "echo", "other")
    with state.run("run-2", {}) as run:
        second_version(run, "echo")
        run.finish("completed", {})
    newest, oldest = state.history("echo")
    assert (newest.run_id, newest.current, newest.active) == ("run-2", True, True)
    assert (oldest.run_id, oldest.current, oldest.active) == ("run-1", False, False)
    assert state.blob(newest.version.original_hash) == b"second"
    assert state.history("nothing") == []


def test_the_history_of_a_name_that_was_forgotten_stays(state: State) -> None:
    fill(state, "echo")
    with state.run("run-2", {}) as run:
        change(run, "echo", row_of(1), None)
        run.finish("completed", {})
    (only,) = state.history("echo")
    assert (only.current, only.active) == (False, False)
    assert [operation.after for operation in state.changes("echo")] == [None, row_of(1)]


def test_what_names_stood_for_at_any_time_is_known(state: State) -> None:
    before_all = datetime.now(UTC)
    fill(state, "echo", "other")
    after_first = datetime.now(UTC)
    with state.run("run-2", {}) as run:
        second = second_version(run, "echo")
        after_second = datetime.now(UTC)
        change(run, "other", row_of(2), None)
        run.finish("completed", {})
    assert state.tools_at(before_all - timedelta(days=1)) == {}
    assert state.tools_at(after_first) == {"echo": row_of(1), "other": row_of(2)}
    assert state.tools_at(after_second) == {"echo": second, "other": row_of(2)}
    assert state.tools_at(datetime.now(UTC)) == state.rows() == {"echo": second}


def test_runs_keep_their_order_when_the_clock_is_set_back(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(state, "echo", run_id="before")

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime(2020, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(runs, "datetime", Yesterday)
    with state.run("after", {}) as run:
        second_version(run, "echo")
        run.finish("completed", {})
    assert state.run_ids() == ["after", "before"]
    assert state.changes("echo")[0].run_id == "after"


def test_what_names_stood_for_when_a_run_had_ended_is_known(state: State) -> None:
    fill(state, "echo", "other")
    with state.run("run-2", {}) as run:
        second = second_version(run, "echo")
        change(run, "other", row_of(2), None)
        run.finish("completed", {})
    assert state.rows_after("run-1") == {"echo": row_of(1), "other": row_of(2)}
    assert state.rows_after("run-2") == {"echo": second}
    with pytest.raises(RunNotFound) as caught:
        state.rows_after("run-3")
    assert set(caught.value.near) == {"run-1", "run-2"}


def test_how_much_each_run_did_is_counted(state: State) -> None:
    fill(state, "echo", "other")
    now = datetime.now(UTC)
    with state.run("run-2", {}) as run:
        run.finish("completed", {}, [FailureRecord(tool="bad", error_type="unknown", message="no", at=now)])
    with state.run("run-3", {}) as run:
        run.finish("completed", {})
    assert state.counts() == {"run-1": (2, 0), "run-2": (0, 1)}


def test_a_version_that_a_name_no_longer_stands_for_can_still_be_read(state: State) -> None:
    fill(state, "echo")
    with state.run("run-2", {}) as run:
        second_version(run, "echo")
        run.finish("completed", {})
    version = state.version(1)
    assert version is not None
    assert state.blob(version.original_hash) == source_of("echo")
    assert state.version(99) is None


def test_reading_the_history_of_a_state_that_is_not_there_finds_nothing(state: State) -> None:
    assert (state.runs(), state.run_ids(), state.find_run("x"), state.report("x")) == ([], [], None, None)
    assert (state.history("x"), state.changes(), state.rows(), state.tools_at(datetime.now(UTC))) == ([], [], {}, {})
    assert not state.exists()
