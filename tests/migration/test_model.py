"""Law: whatever is edited, migrated, rolled back and killed, the state is what a simple model says."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crucible_tools import MigrationManagerConfig, MigrationMode, Phase51MigrationManager
from crucible_tools.errors import RollbackConflict
from crucible_tools.migration.rollback import Everything, OneRun, roll_back
from crucible_tools.store.database import Database
from crucible_tools.store.state import State
from tests.migration.conftest import tool

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAMES = ("a", "b", "c", "d")
BODIES = ("args", "[args]", "#{ given: args }")
BROKEN = "let let"


@dataclass(frozen=True)
class Entry:
    """What the model says of a name: its body, the version that it stands for, and why it can't be called.

    A version of 0 is one that a run is about to make.
    """

    body: str
    version: int = 0
    inactive: str | None = None


Entries = dict[str, Entry]
Changes = dict[str, tuple[Entry | None, Entry | None]]


class Died(BaseException):
    """What stands for a kill: nothing is written any more after it. (`kill/` really kills.)"""


@contextlib.contextmanager
def dying(transaction: int, moment: str) -> Generator[None]:
    """Lets the process die before, inside or after its writing transaction of this number."""
    write, count = Database.write, 0

    @contextlib.contextmanager
    def mortal(self: Database) -> Generator[Connection]:
        nonlocal count
        count += 1
        if count > transaction or (count == transaction and moment == "before"):
            raise Died
        with write(self) as connection:
            yield connection
            if count == transaction and moment == "inside":
                raise Died
        if count == transaction:
            raise Died

    with patch.object(Database, "write", mortal), contextlib.suppress(Died):
        yield


class Model:
    """Folders, names and runs, as dictionaries."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.present: Entries = {}
        self.runs: dict[str, Changes] = {}
        self.newest = 0

    def numbered(self, expected: Entries, actual: Entries) -> Entries:
        """What is expected, with the numbers that the versions made by a run really have."""
        return {
            name: replace(entry, version=actual[name].version)
            if entry.version == 0 and name in actual and actual[name].version > self.newest
            else entry
            for name, entry in expected.items()
        }

    def migrated(self, *, atomic: bool) -> Entries:
        """What a migration makes of the present."""
        if atomic and BROKEN in self.files.values():
            return dict(self.present)
        after = dict(self.present)
        for name, body in self.files.items():
            there = self.present.get(name)
            unchanged = there is not None and there.body == body and there.inactive is None
            if body != BROKEN and not unchanged:
                after[name] = Entry(body)
        for name, entry in self.present.items():
            if name not in self.files and entry.inactive is None:
                after[name] = replace(entry, inactive="vanished")
        return after

    def rolled_back(self, run: str) -> Entries | None:
        """What undoing a run makes of the present; None if later runs are in the way."""
        after = dict(self.present)
        for name, (before, left) in self.runs[run].items():
            there, target = self.present.get(name), _without(before, left)
            if there == left:
                _set(after, name, target)
            elif there != target and not _is_inactive_already(there, target):
                return None
        return after

    def record(self, run: str, after: Entries) -> None:
        """A run that led from the present to this."""
        names = {*self.present, *after}
        changes = {
            name: (self.present.get(name), after.get(name))
            for name in names
            if self.present.get(name) != after.get(name)
        }
        if changes:
            self.runs[run] = changes
        self.present = after
        self.newest = max([self.newest, *(entry.version for entry in after.values())])


def _without(before: Entry | None, left: Entry | None) -> Entry | None:
    """A name that was not known before a run stays known, and inactive."""
    if before is not None or left is None or left.inactive is not None:
        return before or left
    return replace(left, inactive="was rolled back")


def _is_inactive_already(there: Entry | None, target: Entry | None) -> bool:
    """A tool that vanished since stays so: a rollback that would only make it inactive has nothing to do."""
    if there is None or target is None or there.inactive is None or target.inactive is None:
        return False
    return there.version == target.version


def _set(entries: Entries, name: str, entry: Entry | None) -> None:
    if entry is None:
        entries.pop(name, None)
    else:
        entries[name] = entry


class Migrations(RuleBasedStateMachine):
    """The product and the model, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        (self.root / "tools").mkdir()
        self.state = State(self.root / ".crucible")
        self.model = Model()

    def teardown(self) -> None:
        self.state.close()
        shutil.rmtree(self.root)

    def _migrate(self, mode: MigrationMode, *, atomic: bool) -> str:
        async def run() -> str:
            config = MigrationManagerConfig(
                migration_directories=(self.root / "tools",),
                state=self.root / ".crucible",
                mode=mode,
                rollback_on_failure=atomic,
            )
            async with Phase51MigrationManager(config) as manager:
                return (await manager.execute_migration()).migration_id

        return asyncio.run(run())

    def _numbered(self, expected: Entries) -> Entries:
        return self.model.numbered(expected, self._actual())

    def _actual(self) -> Entries:
        """The state in the model's words."""
        found: Entries = {}
        for stored in self.state.tools():
            text = self.state.blob(stored.version.original_hash).decode()
            (body,) = [body for body in BODIES if text == tool(stored.name, body)]
            reason = None if stored.active else stored.inactive_reason
            found[stored.name] = Entry(body, stored.version_id, reason)
        return found

    @initialize(bodies=st.lists(st.sampled_from(BODIES), min_size=len(NAMES), max_size=len(NAMES)))
    def begin(self, bodies: list[str]) -> None:
        for name, body in zip(NAMES, bodies, strict=True):
            self.edit(name, body)

    @rule(name=st.sampled_from(NAMES), body=st.sampled_from((*BODIES, BROKEN)))
    def edit(self, name: str, body: str) -> None:
        (self.root / "tools" / f"{name}.rn").write_text(tool(name, body))
        self.model.files[name] = body

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        (self.root / "tools" / f"{name}.rn").unlink(missing_ok=True)
        self.model.files.pop(name, None)

    @rule(mode=st.sampled_from((MigrationMode.INCREMENTAL, MigrationMode.FULL)), atomic=st.booleans())
    def migrate(self, mode: MigrationMode, atomic: bool) -> None:
        run = self._migrate(mode, atomic=atomic)
        self.model.record(run, self._numbered(self.model.migrated(atomic=atomic)))

    @rule(
        mode=st.sampled_from((MigrationMode.INCREMENTAL, MigrationMode.FULL)),
        atomic=st.booleans(),
        transaction=st.integers(1, 6),
        moment=st.sampled_from(("before", "inside", "after")),
    )
    def die_migrating(self, mode: MigrationMode, atomic: bool, transaction: int, moment: str) -> None:
        whole = self.model.migrated(atomic=atomic)
        with dying(transaction, moment):
            self._migrate(mode, atomic=atomic)
        actual, whole = self._actual(), self._numbered(whole)
        for name in {*self.model.present, *whole}:
            assert actual.get(name) in (self.model.present.get(name), whole.get(name)), name
        if atomic or mode is MigrationMode.FULL:
            assert actual in (self.model.present, whole)
        last = self.state.last_run()
        self.model.record(last.id if last is not None else "", actual)

    @precondition(lambda self: self.model.runs)
    @rule(
        which=st.integers(0, 20), dies=st.none() | st.tuples(st.integers(1, 3), st.sampled_from(("before", "inside")))
    )
    def roll_back(self, which: int, dies: tuple[int, str] | None) -> None:
        """One of the newest runs, rollbacks among them."""
        run = [*self.model.runs][-1 - which % len(self.model.runs)]
        expected = self.model.rolled_back(run)
        if expected is None:
            with pytest.raises(RollbackConflict):
                asyncio.run(roll_back(self.state, OneRun(run)))
        elif dies is not None:
            with dying(*dies):
                asyncio.run(roll_back(self.state, OneRun(run)))
            self.state.close()
            self._continue(expected)
        else:
            report = asyncio.run(roll_back(self.state, OneRun(run)))
            self.model.record(report.run_id or "", expected)

    def _continue(self, expected: Entries) -> None:
        """After a death in a rollback: all of it was done, or nothing."""
        actual = self._actual()
        assert actual in (self.model.present, expected)
        last = self.state.last_run()
        assert last is not None
        self.model.record(last.id, actual)

    @precondition(lambda self: self.model.present)
    @rule()
    def roll_back_everything(self) -> None:
        report = asyncio.run(roll_back(self.state, Everything()))
        after = {
            name: entry if entry.inactive else replace(entry, inactive="was rolled back")
            for name, entry in self.model.present.items()
        }
        self.model.record(report.run_id or "", after)

    @precondition(lambda self: self.model.runs)
    @rule(mode=st.sampled_from((MigrationMode.INCREMENTAL, MigrationMode.FULL)))
    def applying_and_rolling_back_is_the_identity(self, mode: MigrationMode) -> None:
        before = self.state.rows()
        run = self._migrate(mode, atomic=False)
        self.model.record(run, self._numbered(self.model.migrated(atomic=False)))
        if run not in self.model.runs:
            return
        new = {name for name, (row, _) in self.model.runs[run].items() if row is None}
        expected = self.model.rolled_back(run)
        assert expected is not None
        report = asyncio.run(roll_back(self.state, OneRun(run)))
        assert {name: row for name, row in self.state.rows().items() if name not in new} == before
        self.model.record(report.run_id or "", expected)

    @invariant()
    def the_state_is_what_the_model_says(self) -> None:
        assert self._actual() == self.model.present
        assert self.state.problems() == []


Migrations.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestMigrations = Migrations.TestCase
