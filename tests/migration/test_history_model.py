"""Law: whatever is edited, migrated, adopted, forgotten and rolled back, the state is that of a simple model."""

import asyncio
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools import Phase51MigrationManager, Policy, ScriptEngine, ScriptEngineConfig, SecurityLevel
from crucible_tools.errors import CrucibleError, RollbackConflict, UsageError
from crucible_tools.migration.adoption import adopt
from crucible_tools.migration.cleanup import clean_up
from crucible_tools.migration.drift import Present
from crucible_tools.migration.rollback import Everything, OneRun, Tools, roll_back
from tests.migration.conftest import Project, tool

NAMES = ("a", "b", "c")
BROKEN = 0
"""The variant of a source that does not compile."""


@dataclass(frozen=True)
class Standing:
    """What a name stands for, in the model: which variant of its source, and whether it can be called."""

    number: int
    variant: int
    active: bool = True
    adopted: int | None = None


Rows = dict[str, Standing]


@dataclass
class Model:
    """The state without versions, operations and transactions: what names stand for now and after each run."""

    rows: Rows = field(default_factory=dict[str, Standing])
    files: dict[str, int] = field(default_factory=dict[str, int])
    runs: list[tuple[Rows, Rows, bool]] = field(default_factory=list[tuple[Rows, Rows, bool]])
    count: int = 0

    def ran(self, after: Rows, *, migrated: bool = False) -> None:
        """A run was recorded."""
        self.runs.append((dict(self.rows), dict(after), migrated))
        self.rows = after

    def migrate(self) -> None:
        after = dict(self.rows)
        for name, variant in self.files.items():
            known = after.get(name)
            if variant != BROKEN and not (known and known.active and variant in (known.variant, known.adopted)):
                self.count += 1
                after[name] = Standing(self.count, variant)
        for name, known in self.rows.items():
            if known.active and name not in self.files:
                after[name] = replace(known, active=False, adopted=None)
        self.ran(after, migrated=True)

    def adopt(self) -> None:
        changed = {
            name: replace(known, adopted=self.files[name])
            for name, known in self.rows.items()
            if known.active and self.files.get(name, known.variant) not in (known.variant, known.adopted)
        }
        if changed:
            self.ran({**self.rows, **changed})

    def clean_up(self) -> None:
        left = {name: known for name, known in self.rows.items() if known.active}
        if left != self.rows:
            self.ran(left)

    def undo(self, number: int) -> bool:
        """Undo a run; whether that is possible."""
        before, after, migrated = self.runs[number]
        target: dict[str, Standing | None] = {}
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                left = after.get(name)
                new = migrated and name not in before and left is not None
                target[name] = replace(left, active=False, adopted=None) if new and left else before.get(name)
        if any(self.rows.get(name) not in (after.get(name), wanted) for name, wanted in target.items()):
            return False
        found = {**{name: row for name, row in self.rows.items() if name not in target}}
        found |= {name: row for name, row in target.items() if row is not None}
        if found != self.rows:
            self.ran(found)
        return True

    def undo_all(self) -> None:
        after = {
            name: replace(known, active=False, adopted=None) if known.active else known
            for name, known in self.rows.items()
        }
        if after != self.rows:
            self.ran(after)


class World:
    """A real project beside its model."""

    def __init__(self, project: Project, manager: Phase51MigrationManager, engine: ScriptEngine) -> None:
        self.project = project
        self.manager = manager
        self.present = Present(engine=engine, policy=Policy.for_level(SecurityLevel.SAFE))
        self.model = Model()

    async def step(self, step: tuple[str, str, int]) -> None:
        """Do the same to both."""
        kind, name, number = step
        model, state = self.model, self.project.state
        match kind:
            case "write":
                self.project.write(f"{name}.rn", tool(name, body="let = 1;" if number == BROKEN else str(number)))
                model.files[name] = number
            case "delete":
                (self.project.tools / f"{name}.rn").unlink(missing_ok=True)
                model.files.pop(name, None)
            case "migrate":
                await self.manager.execute_migration()
                model.migrate()
            case "adopt":
                await adopt(state, self.present)
                model.adopt()
            case "clean up":
                await clean_up(state)
                model.clean_up()
            case "undo all":
                await roll_back(state, Everything())
                model.undo_all()
            case _:
                await self._undo(number)

    async def _undo(self, number: int) -> None:
        runs = list(reversed(self.project.state.run_ids()))
        if not runs:
            return
        number %= len(runs)
        try:
            await roll_back(self.project.state, OneRun(runs[number]))
        except RollbackConflict:
            assert not self.model.undo(number)
        else:
            assert self.model.undo(number)

    def check(self) -> None:
        """The state is that of the model, as far as callers can tell."""
        found = {stored.name: stored for stored in self.project.state.tools()}
        assert found.keys() == self.model.rows.keys()
        for name, known in self.model.rows.items():
            stored = found[name]
            body = self.project.state.blob(stored.version.migrated_hash).decode().rpartition("{ ")[2].split()[0]
            assert (stored.active, body, stored.adopted_hash is not None) == (
                known.active,
                str(known.variant),
                known.adopted is not None,
            )
        assert len(self.project.state.run_ids()) == len(self.model.runs)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "write",
                "write",
                "migrate",
                "migrate",
                "migrate",
                "delete",
                "adopt",
                "clean up",
                "undo",
                "undo",
                "undo all",
            ]
        ),
        st.sampled_from(NAMES),
        st.integers(min_value=0, max_value=4),
    ),
    min_size=4,
    max_size=14,
)


async def live(steps: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        async with project.manager() as manager, ScriptEngine(ScriptEngineConfig()) as engine:
            world = World(project, manager, engine)
            for step in [("write", "a", 1), ("write", "b", 2), ("migrate", "a", 0), *steps]:
                await world.step(step)
                world.check()
        assert project.state.problems() == []
        project.state.close()


@settings(max_examples=12)
@given(STEPS)
def test_the_state_is_that_of_a_simple_model_whatever_is_done(steps: list[tuple[str, str, int]]) -> None:
    asyncio.run(live(steps))


async def test_a_tool_that_is_rolled_back_again_and_again_ends_where_it_began(project: Project) -> None:
    for number in range(1, 4):
        project.write("a.rn", tool("a", body=str(number)))
        async with project.manager() as manager:
            await manager.execute_migration()
    bodies: list[str] = []
    while True:
        stored = project.state.tool("a")
        assert stored is not None
        bodies.append(project.state.blob(stored.version.migrated_hash).decode().rpartition("{ ")[2].split()[0])
        try:
            await roll_back(project.state, Tools(("a",)))
        except UsageError as error:
            ended: CrucibleError = error
            break
    assert bodies == ["3", "2", "1", "1"]
    assert "nothing to go back to" in ended.message
