"""Runs that are killed (SIGKILL) at every moment of every transaction: the state is sound, and every way on leads
where an undisturbed run would have led."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import MigrationManagerConfig, Phase51MigrationManager
from crucible_tools.migration.rollback import OneRun, roll_back
from crucible_tools.store.state import State
from tests import on_server
from tests.migration.conftest import tool

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")

REPOSITORY = Path(__file__).resolve().parents[3]
VICTIMS = Path(__file__).with_name("victims.py")

MODES: dict[str, dict[str, Any]] = {
    "incremental": {"mode": "incremental"},
    "full": {"mode": "full"},
    "incremental, atomic": {"mode": "incremental", "rollback_on_failure": True},
    "full, atomic": {"mode": "full", "rollback_on_failure": True},
}

if on_server.URL is not None:  # the extremes: what the others add is above the store, and a copy of a schema takes time
    MODES = {mode: MODES[mode] for mode in ("incremental", "full, atomic")}


@dataclass(frozen=True)
class Killed:
    """What became of one run that was to be killed."""

    root: Path
    status: int
    transactions: int
    records: int

    @property
    def survived(self) -> bool:
        return self.status == 0


class Victims:
    """The program that starts runs and lets them be killed; copies of one project are what they work on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, str(VICTIMS)],
            cwd=REPOSITORY,
            env={
                "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'src'}",
                "PATH": "",
                **({on_server.VARIABLE: on_server.URL} if on_server.URL else {}),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._process.communicate()

    def run(self, base: Path, moment: str = "never", point: int = 0, **order: Any) -> Killed:
        """Does the order in a copy of the project, and kills it at the moment."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._count += 1
        root = self._folder / str(self._count)
        on_server.copied(base, root)
        line = {"root": str(root), "moment": moment, "point": point, **order}
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        on_server.settled(root / ".crucible")
        return Killed(root, answer["status"], answer["transactions"], answer["records"])

    def at_every_moment(self, base: Path, **order: Any) -> Iterator[Killed]:
        """Kills the order before, inside and after each of its transactions, and within those of several operations."""
        whole = self.run(base, **order)
        assert whole.survived
        for moment, last in (
            ("before", whole.transactions),
            ("inside", whole.transactions),
            ("after", whole.transactions),
            # Where a transaction holds several of them, its middle is a moment, too.
            ("record", whole.records if whole.transactions < whole.records else 0),
        ):
            for point in range(1, last + 1):
                killed = self.run(base, moment, point, **order)
                assert killed.status == -9, (moment, point)
                yield killed


@pytest.fixture(scope="module")
def victims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    started = Victims(tmp_path_factory.mktemp("killed"))
    yield started
    started.close()


async def in_project(root: Path, **settings: Any) -> Phase51MigrationManager:
    config = MigrationManagerConfig(migration_directories=(root / "tools",), state=root / ".crucible", **settings)
    return await Phase51MigrationManager.new(config)


async def migrate(root: Path, **settings: Any) -> str:
    manager = await in_project(root, **settings)
    try:
        return (await manager.execute_migration()).migration_id
    finally:
        await manager.close()


@pytest.fixture
async def project(tmp_path: Path) -> Path:
    """Six tools were migrated; since then five changed, one vanished, and six are new: twelve things to do."""
    root = tmp_path / "project"
    (root / "tools").mkdir(parents=True)
    for number in range(6):
        (root / "tools" / f"old{number}.rn").write_text(tool(f"old{number}"))
    await migrate(root)
    for number in range(5):
        (root / "tools" / f"old{number}.rn").write_text(tool(f"old{number}", "[args]"))
    (root / "tools" / "old5.rn").unlink()
    for number in range(6):
        (root / "tools" / f"new{number}.rn").write_text(tool(f"new{number}"))
    return root


def present(root: Path) -> dict[str, Any]:
    """What the state says of every name, apart from times and numbers that each run gives anew."""
    with State(root / ".crucible") as state:
        return {
            stored.name: (
                stored.active,
                stored.inactive_reason,
                stored.version.script_id,
                stored.version.original_hash,
                stored.version.migrated_hash,
                stored.version.file,
                stored.version.definition,
                stored.version.policy,
            )
            for stored in state.tools()
        }


async def called(root: Path) -> dict[str, Any]:
    """What each tool that is active gives."""
    manager = await in_project(root)
    try:
        bridge = manager.bridge
        tools = [migrated.definition.name for migrated in await bridge.list_migrated_tools() if migrated.active]
        results = {name: await bridge.execute_migrated_tool(name, {"x": 1}) for name in tools}
        assert all(result.success for result in results.values())
        return {name: result.result for name, result in results.items()}
    finally:
        await manager.close()


async def undo(root: Path, run: str) -> None:
    with State(root / ".crucible") as state:
        await roll_back(state, OneRun(run))


def check_sound(root: Path, *ways: dict[str, Any]) -> None:
    """The database is whole, the records add up to the present, and each name is as one of the ways has it."""
    with State(root / ".crucible") as state:
        assert state.problems() == []
        rows = state.rows()
        replayed: dict[str, Any] = {}
        for run in reversed(state.run_ids()):
            for operation in state.operations(run):
                assert operation["before"] == replayed.get(operation["tool"])
                replayed[operation["tool"]] = operation["after"]
        assert {name: row for name, row in replayed.items() if row is not None} == rows
        for stored in state.tools():
            state.blob(stored.version.original_hash)
            state.blob(stored.version.migrated_hash)
        last = state.last_run()
        assert last is None or last.status in ("interrupted", "completed")
    for name, value in present(root).items():
        assert value in [way[name] for way in ways if name in way], name


def copied(root: Path, name: str) -> Path:
    """The project once more, to go another way from here."""
    return on_server.copied(root, root.with_name(f"{root.name}-{name}"))


def newest_run(root: Path) -> str:
    with State(root / ".crucible") as state:
        last = state.last_run()
        assert last is not None
        return last.id


@pytest.mark.parametrize("mode", MODES)
async def test_a_migration_killed_at_any_moment_can_be_resumed_and_rolled_back(
    mode: str, project: Path, victims: Victims, tell: Callable[[str], None]
) -> None:
    settings = MODES[mode]
    before = present(project)
    whole = victims.run(project, migrate=settings).root
    migrated, gives = present(whole), await called(whole)
    assert len(migrated) == 12
    await undo(whole, newest_run(whole))
    undone = present(whole)
    points = 0
    for killed in victims.at_every_moment(project, migrate=settings):
        points += 1
        check_sound(killed.root, before, migrated)
        if "full" in mode or "atomic" in mode:
            assert present(killed.root) in (before, migrated), "all or nothing"
        back = copied(killed.root, "back")
        await migrate(killed.root, **settings)
        check_sound(killed.root, migrated)
        assert present(killed.root) == migrated
        run = newest_run(back)
        if run != newest_run(project):
            await undo(back, run)
        assert {name: value for name, value in present(back).items() if value[0]} == before
        assert present(back).items() <= undone.items()
        shutil.rmtree(back)
        shutil.rmtree(killed.root)
    assert await called(whole) != gives
    tell(f"{mode}: resumed and rolled back from {points} kill points")


async def test_a_rollback_killed_at_any_moment_can_be_resumed_and_undone(
    project: Path, victims: Victims, tell: Callable[[str], None]
) -> None:
    run = await migrate(project)
    migrated = present(project)
    whole = victims.run(project, rollback=run).root
    undone = present(whole)
    await undo(whole, newest_run(whole))
    assert present(whole) == migrated
    points = 0
    for killed in victims.at_every_moment(project, rollback=run):
        points += 1
        check_sound(killed.root, migrated, undone)
        assert present(killed.root) in (migrated, undone), "all or nothing"
        again = copied(killed.root, "again")
        await undo(again, run)
        assert present(again) == undone
        if newest_run(killed.root) != run:
            await undo(killed.root, newest_run(killed.root))
        assert present(killed.root) == migrated
        shutil.rmtree(again)
        shutil.rmtree(killed.root)
    tell(f"rollback: resumed and undone from {points} kill points")
