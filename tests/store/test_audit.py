"""The audit in the state: what runs do is in it with what they do, and nothing that is done past it goes unseen."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crucible_tools.model.audit import Head, body_of, link
from crucible_tools.model.enums import AuditKind, SecurityLevel
from crucible_tools.model.hooks import HookHandler
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.records import content_hash
from crucible_tools.store.state import State
from tests.on_server import execute
from tests.store.conftest import fill, source_of, version_of


def told(state: State) -> list[JsonObject]:
    return [record.to_json() for record in state.audit.records()]


def kinds(state: State) -> list[Any]:
    return [record["kind"] for record in told(state)]


def flaw(state: State, known: Head | None = None) -> tuple[int, str]:
    found = state.audit.verify(known).flaw
    assert found is not None
    return found.number, found.what


def test_a_run_is_told_with_all_that_it_changed(state: State) -> None:
    fill(state, "alpha", "beta")
    assert kinds(state) == [
        "audit_began",
        "run_started",
        *["tool_registered", "tool_changed"] * 2,
        "run_ended",
    ]
    registered = told(state)[2]
    assert (registered["run"], registered["tool"], registered["level"]) == ("run-1", "alpha", "safe")
    assert registered["original"] == content_hash(source_of("alpha"))
    assert all(record["by"] for record in told(state))
    assert state.audit.verify().flaw is None


def test_a_policy_that_a_new_version_has_is_told_by_what_it_changes(state: State) -> None:
    fill(state, "alpha")
    wider = replace(Policy.for_level(SecurityLevel.SAFE), memory_bytes=99 << 20, timeout_s=99.0)
    with state.run("run-2", {}) as run, run.transaction() as transaction:
        version = replace(version_of("alpha", content_hash(source_of("alpha"))), policy=wider)
        row: JsonObject = {"version_id": transaction.add_version(version), "active": True}
        transaction.set_tool("alpha", row)
        transaction.record("migrate", "alpha", {"version_id": 1, "active": True}, row)
    [change] = [record for record in told(state) if record["kind"] == "policy_changed"]
    before, after = change["before"], change["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert before.keys() == after.keys()
    assert len(after) == 2
    assert set(before.values()) != set(after.values())


def test_a_new_version_under_the_same_policy_is_no_change_of_it(state: State) -> None:
    fill(state, "alpha")
    with state.run("run-2", {}) as run, run.transaction() as transaction:
        row: JsonObject = {
            "version_id": transaction.add_version(version_of("alpha", content_hash(source_of("alpha")))),
            "active": True,
        }
        transaction.set_tool("alpha", row)
        transaction.record("migrate", "alpha", {"version_id": 1, "active": True}, row)
    assert "policy_changed" not in kinds(state)


def test_what_is_rolled_back_is_not_told(state: State) -> None:
    fill(state, "alpha")
    before = told(state)
    with state.run("run-2", {}) as run, contextlib.suppress(RuntimeError), run.together() as batch:
        batch.add_version(version_of("alpha", content_hash(source_of("alpha"))))
        raise RuntimeError("stop")
    assert kinds(state)[len(before) :] == ["run_started"]
    assert state.audit.verify().flaw is None


def test_records_of_other_programs_meanwhile_are_in_the_same_chain(state: State, folder: Path) -> None:
    fill(state, "alpha")
    with state.run("run-2", {}) as run:
        with State(folder) as other:
            other.audit.append([(AuditKind.DENIAL, {"tool": "alpha"})])
        run.finish("completed", {})
    assert kinds(state)[-3:] == ["run_started", "denial", "run_ended"]
    assert state.audit.verify().flaw is None


@pytest.fixture
def written(state: State, folder: Path) -> State:
    """A state whose audit has records of a run."""
    fill(state, "alpha", "beta")
    return state


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_anything_that_is_stored_is_found(written: State, folder: Path, data: Any) -> None:
    """Law: whatever one changes in one row of the audit's tables, verifying tells; changed back, it is intact."""
    row = data.draw(st.integers(1, 7), "row")
    column = data.draw(st.sampled_from(["number", "body", "digest"]), "column")
    [[old]] = execute(folder, f"SELECT {column} FROM audit WHERE number = ?", row)
    if column == "number":
        new: Any = data.draw(st.integers(-5, 20).filter(lambda number: not 1 <= number <= 7))
    else:
        at = data.draw(st.integers(0, len(old) - 1), "character")
        new = old[:at] + data.draw(st.sampled_from([c for c in '0aZ" ' if c != old[at]])) + old[at + 1 :]
    execute(folder, f"UPDATE audit SET {column} = ? WHERE number = ?", new, row)
    found = written.audit.verify()
    number = new if column == "number" else row
    execute(folder, f"UPDATE audit SET {column} = ? WHERE number = ?", old, number)
    assert found.flaw is not None
    assert written.audit.verify().flaw is None


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM audit WHERE number = 3", (3, "removed")),
        ("DELETE FROM audit WHERE number = 1", (1, "removed")),
        ("DELETE FROM audit WHERE number > 5", (6, "truncated")),
        ("DELETE FROM audit", (1, "truncated")),
        ("UPDATE audit_head SET number = 6", (7, "changed")),
        ("UPDATE audit_head SET digest = 'x'", (7, "changed")),
        ("DELETE FROM audit_head", (7, "changed")),
        ("INSERT INTO audit VALUES (8, '{}', 'x')", (8, "changed")),
    ],
)
def test_what_was_removed_cut_off_or_added_is_found_and_where(
    written: State, folder: Path, statement: str, expected: tuple[int, str]
) -> None:
    execute(folder, statement)
    assert flaw(written) == expected


def test_records_that_changed_places_are_found(written: State, folder: Path) -> None:
    execute(folder, "UPDATE audit SET number = 100 WHERE number = 3")
    execute(folder, "UPDATE audit SET number = 3 WHERE number = 4")
    execute(folder, "UPDATE audit SET number = 4 WHERE number = 100")
    assert flaw(written) == (3, "changed")


def cut(folder: Path) -> None:
    """Cuts the end off as somebody does who knows the head."""
    execute(folder, "DELETE FROM audit WHERE number > 1")
    execute(folder, "UPDATE audit_head SET number = 1, digest = (SELECT digest FROM audit WHERE number = 1)")


def test_a_cut_end_with_its_head_is_found_by_the_runs_that_nothing_tells_of(written: State, folder: Path) -> None:
    cut(folder)
    assert flaw(written)[1] == "state"


def test_a_cut_end_is_found_by_a_head_that_was_kept(written: State, folder: Path) -> None:
    known = written.audit.verify().head
    cut(folder)
    assert flaw(written, known) == (2, "truncated")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE tool_versions SET policy = replace(policy, 'safe', 'development') WHERE id = 1", "another policy"),
        ("UPDATE tool_versions SET original_hash = migrated_hash, migrated_hash = 'x' WHERE id = 2", "another source"),
        ("UPDATE tools SET active = false WHERE name = 'alpha'", "alpha is not what the records tell"),
        ("UPDATE tools SET version_id = 2 WHERE name = 'alpha'", "alpha is not what the records tell"),
        ("DELETE FROM tools WHERE name = 'beta'", "beta is not what the records tell"),
        (
            "INSERT INTO runs SELECT 'x', started_at, ended_at, status, package_version, config, report, kind, 9 "
            "FROM runs",
            "a run x that no record tells of",
        ),
        ("UPDATE runs SET status = 'failed'", "run-1 ended in another way"),
        ("UPDATE runs SET status = 'interrupted'", "run-1 ended in another way"),
        ("UPDATE runs SET kind = 'adopt'", "run-1 is of another kind"),
        ('UPDATE runs SET config = \'{"mode":"full"}\'', "run-1 is of another kind, or has another configuration"),
        (
            "UPDATE tool_versions SET definition = replace(definition, 'alpha', 'other') WHERE id = 1",
            "another definition",
        ),
        ("UPDATE blobs SET content = '0'", "is not what was recorded"),
        ("DELETE FROM blobs", "is missing"),
        ("DELETE FROM tool_versions WHERE id = 2", "version 2, which record 5 tells of, is gone"),
        ("DELETE FROM runs", "the run run-1, which the records tell of, is gone"),
    ],
)
def test_what_was_changed_in_the_state_past_the_audit_is_found(
    written: State, folder: Path, statement: str, message: str
) -> None:
    execute(folder, statement)
    found = written.audit.verify().flaw
    assert found is not None
    assert found.what == "state"
    assert message in found.message


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM hooks WHERE id = 1", "1 records of hooks, and the audit tells of 2"),
        ("UPDATE hooks SET policy = replace(policy, '7.0', '99.0') WHERE id = 1", "guard.rn are not what record 3"),
        (
            "UPDATE hooks SET policy = replace(policy, 'safe', 'development') WHERE id = 2",
            "guard.rn are not what record 4",
        ),
        ("UPDATE hooks SET handlers = replace(handlers, '100', '999') WHERE id = 1", "guard.rn are not what record 3"),
        ("UPDATE hooks SET handlers = '7' WHERE id = 1", "guard.rn are not what record 3"),
        ("UPDATE hooks SET migrated_hash = original_hash WHERE id = 1", "guard.rn are not what record 3"),
    ],
)
def test_hooks_that_were_changed_past_the_audit_are_found(
    state: State, folder: Path, statement: str, message: str
) -> None:
    policy = replace(Policy.for_level(SecurityLevel.SAFE), compile_timeout_s=7.0)
    with state.run("run-1", {}) as run:
        for text in (b"first", b"second"):
            digest, repaired = content_hash(text), content_hash(text + b"!")
            with run.transaction() as transaction:
                transaction.put_blob(digest, text)
                transaction.put_blob(repaired, text + b"!")
                handler = HookHandler(function="guard", event="tool:before")
                transaction.put_hooks(
                    HookRecord(
                        directory="hooks",
                        path="guard.rn",
                        original_hash=digest,
                        migrated_hash=repaired,
                        handlers=(handler,),
                        policy=policy,
                    )
                )
        run.finish("completed", {})
    state.close()
    assert state.audit.verify().flaw is None
    execute(folder, statement)
    found = state.audit.verify().flaw
    assert found is not None
    assert found.what == "state"
    assert message in found.message


def test_records_of_before_that_lack_digests_are_compared_by_what_they_have(written: State, folder: Path) -> None:
    told = written.audit.records()
    head = Head()
    for record in told:
        body = record.to_json()
        facts = {
            key: value for key, value in body.items() if key not in ("number", "at", "kind", "definition", "digest")
        }
        at = datetime.fromisoformat(str(body["at"]))
        anew = link(head, body_of(AuditKind(str(body["kind"])), at, facts))
        head = Head(anew.number, anew.digest)
        execute(folder, "UPDATE audit SET body = ?, digest = ? WHERE number = ?", anew.body, anew.digest, anew.number)
    execute(folder, "UPDATE audit_head SET digest = ?", head.digest)
    assert written.audit.verify().flaw is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
FIELDS = st.sampled_from(["run", "runs", "versions", "version", "tool", "after", "original", "migrated", "policy"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(AuditKind), facts=st.dictionaries(FIELDS, VALUES))
def test_a_chain_with_records_that_nobody_of_us_wrote_is_read_without_a_fault(
    written: State, kind: AuditKind, facts: JsonObject
) -> None:
    """A state may come from anybody: a chain can be right and its records nonsense."""
    written.audit.append([(kind, facts)])
    checked = written.audit.verify()
    assert checked.head.number == checked.records
    assert [record.to_json()["number"] for record in written.audit.records()][-1] == checked.records


@pytest.mark.sqlite_only("its columns take any type")
@pytest.mark.parametrize("value", ["x'00ff'", "7", "NULL", "'[[['", "'nonsense'", "'[]'"])
def test_bodies_that_are_no_records_are_found_and_still_shown(written: State, folder: Path, value: str) -> None:
    execute(folder, "CREATE TABLE loose (number, body, digest)")
    execute(folder, "INSERT INTO loose SELECT * FROM audit")
    execute(folder, "DROP TABLE audit")
    execute(folder, "ALTER TABLE loose RENAME TO audit")
    execute(folder, f"UPDATE audit SET body = {value} WHERE number = 3")
    assert flaw(written) == (3, "changed")
    assert "body" in told(written)[2]


@pytest.mark.sqlite_only("the first release had no other")
def test_a_state_that_was_upgraded_is_audited_from_then_on(folder: Path) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / "crucible.db")
    connection.executescript(Path(__file__).with_name("state_1.sql").read_text())
    connection.close()
    with State(folder) as state:
        assert [(record["kind"], record["runs"]) for record in told(state)] == [("audit_began", 2)]
        fill(state, "delta", run_id="a-third")
        assert state.audit.verify().flaw is None
        assert state.audit.verify().records == 5


def test_ten_thousand_records_are_checked_record_by_record(state: State) -> None:
    fill(state)
    more: Callable[[int], tuple[AuditKind, JsonObject]] = lambda n: (AuditKind.DENIAL, {"call": str(n)})  # noqa: E731
    state.audit.append(more(n) for n in range(10_000))
    checked = state.audit.verify()
    assert (checked.flaw, checked.records, checked.head.number) == (None, 10_003, 10_003)
