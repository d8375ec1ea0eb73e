"""A file that did not change is not inspected again, and what is recorded was read by the run that records it."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import HostModule, MigrationMode, Phase51MigrationManager, PlanAction, RepairMode, SecurityLevel
from crucible_tools.engine import ScriptEngine
from crucible_tools.migration import readings
from crucible_tools.migration.reading import read_sources
from crucible_tools.migration.readings import Readings
from crucible_tools.rune.search import Search, find_files
from crucible_tools.store.readings import KeptReading
from crucible_tools.store.state import State
from tests.migration.conftest import Project, actions, migrate, tool

CORPUS = Path(__file__).parents[1] / "corpus" / "legacy" / "tools"


@pytest.fixture
def inspected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were inspected in the sandbox."""
    paths: list[str] = []
    inspect = ScriptEngine.inspect

    async def noting(self: ScriptEngine, text: str, path: str) -> Any:
        paths.append(path)
        return await inspect(self, text, path)

    monkeypatch.setattr(ScriptEngine, "inspect", noting)
    return paths


def fill(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(f"{name}.rn", tool(name))
    project.write("lib.rn", "pub fn f() { 1 }")


async def test_a_second_run_inspects_nothing_and_plans_the_same(project: Project, inspected: list[str]) -> None:
    fill(project)
    project.write("mended.rn", tool("mended", "let mut a = 1; a"))
    await migrate(project)
    inspected.clear()
    second = await migrate(project)
    assert inspected == []
    assert set(actions(second).values()) == {PlanAction.UNCHANGED}
    third = await migrate(project, mode=MigrationMode.DRY_RUN)
    assert inspected == []
    assert third.plan == second.plan
    assert third.skipped_files == second.skipped_files


async def test_only_a_changed_file_is_inspected(project: Project, inspected: list[str]) -> None:
    fill(project)
    await migrate(project)
    inspected.clear()
    project.write("b.rn", tool("b", "1"))
    project.write("d.rn", tool("d"))
    assert (await migrate(project)).migrated_tools == ("a", "b", "c", "d")
    assert inspected == ["b.rn", "d.rn"]


async def test_a_file_that_fails_is_inspected_each_time(project: Project, inspected: list[str]) -> None:
    project.write("broken.rn", tool("broken", "let let"))
    await migrate(project)
    inspected.clear()
    await migrate(project)
    assert "broken.rn" in inspected


async def test_another_reading_or_another_repair_mode_inspects_everything(
    project: Project, inspected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(project)
    await migrate(project)
    inspected.clear()
    await migrate(project, repair=RepairMode.NONE)
    assert sorted(inspected) == ["a.rn", "b.rn", "c.rn", "lib.rn"]
    inspected.clear()
    monkeypatch.setattr(readings, "reading_version", lambda: "another")
    await migrate(project, repair=RepairMode.NONE)
    assert sorted(inspected) == ["a.rn", "b.rn", "c.rn", "lib.rn"]


async def test_with_an_applications_own_modules_nothing_is_kept(project: Project, inspected: list[str]) -> None:
    fill(project)
    module = HostModule("own")
    module.add("one", lambda: 1, params={}, pure=True)
    for _ in range(2):
        async with Phase51MigrationManager(project.config(), modules=[module]) as manager:
            await manager.execute_migration()
    assert sorted(inspected) == sorted(["a.rn", "b.rn", "c.rn", "lib.rn"] * 2)


def kept(project: Project) -> dict[str, KeptReading]:
    return project.state.readings(basis(project))


def basis(project: Project) -> str:
    found = Readings.of(project.state, ScriptEngine(), RepairMode.SAFE, 1 << 20).basis
    assert found is not None
    return found


def tamper(project: Project, file: str, **facts: object) -> None:
    """Change what the state says that reading this file came to."""
    old = kept(project)[file]
    told = {**json.loads(zlib.decompress(old.facts)), **facts}
    with project.state.run("tampering", {}) as run:
        run.keep_readings(basis(project), [replace(old, facts=zlib.compress(json.dumps(told).encode()))], ())
        run.finish("completed", {})


async def test_what_the_state_says_about_a_source_is_never_recorded(project: Project) -> None:
    project.write("a.rn", tool("a", "let mut x = 1; x"))
    await migrate(project)
    tamper(project, "tools/a.rn", text=tool("a", "666"))
    report = await migrate(project, security_level=SecurityLevel.PRODUCTION)
    assert actions(report) == {"a": PlanAction.REPAIRED}
    stored = project.state.tool("a")
    assert stored is not None
    assert "666" not in project.state.blob(stored.version.migrated_hash).decode()


@pytest.mark.parametrize("facts", [b"", b"nonsense", zlib.compress(b"[]"), zlib.compress(b'{"kind": "tool"}')])
async def test_what_the_state_says_in_no_known_way_is_read_again(project: Project, facts: bytes) -> None:
    project.write("a.rn", tool("a"))
    await migrate(project)
    with project.state.run("damage", {}) as run:
        run.keep_readings(basis(project), [replace(kept(project)["tools/a.rn"], facts=facts)], ())
        run.finish("completed", {})
    assert actions(await migrate(project)) == {"a": PlanAction.UNCHANGED}


async def test_files_that_are_gone_are_forgotten_and_those_of_other_folders_stay(project: Project) -> None:
    fill(project)
    other = project.root / "other"
    other.mkdir()
    (other / "x.rn").write_text(tool("x"))
    await migrate(project, migration_directories=(project.tools, other))
    assert sorted(kept(project)) == ["other/x.rn", "tools/a.rn", "tools/b.rn", "tools/c.rn", "tools/lib.rn"]
    (project.tools / "b.rn").unlink()
    (other / "x.rn").unlink()
    await migrate(project)
    assert sorted(kept(project)) == ["other/x.rn", "tools/a.rn", "tools/c.rn", "tools/lib.rn"]


async def test_a_kept_reading_of_every_source_of_the_corpus_is_what_reading_it_gives(tmp_path: Path) -> None:
    files = find_files(Search(roots=(CORPUS,)))
    state = State(tmp_path / "state")
    async with ScriptEngine() as engine:
        first = Readings.of(state, engine, RepairMode.SAFE, 1 << 20)
        read = await read_sources(
            files, engine, state.place, repair=RepairMode.SAFE, max_source_bytes=1 << 20, readings=first
        )
        with state.run("keeping", {}) as run:
            first.keep(run, [source.file for source in read], ())
            run.finish("completed", {})
        second = Readings.of(state, engine, RepairMode.SAFE, 1 << 20)
        again = [second.find(file, 1 << 20) for file in files]
    assert [source is not None for source in again] == [source.readable and not source.fails for source in read]
    assert sum(source is not None for source in again) > 50
    for before, after in zip(read, again, strict=True):
        if after is not None:
            assert replace(after, kept=False) == before
    state.close()
