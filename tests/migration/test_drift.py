"""Drift: what is different between migrated tools and what their sources, settings and engine would make of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import Policy, RepairMode, ScriptEngine, ScriptEngineConfig, SecurityLevel, ToolError
from crucible_tools.errors import ToolInactive, ToolNotFound
from crucible_tools.migration.adoption import AdoptionReport, adopt
from crucible_tools.migration.cleanup import clean_up
from crucible_tools.migration.drift import Drift, DriftKind, Present, find_drift
from crucible_tools.migration.operations import Row, SetTool
from crucible_tools.migration.rollback import OneRun, Tools, roll_back
from tests.migration.conftest import Project, actions, migrate, tool
from tests.on_server import execute

SAFE = Policy.for_level(SecurityLevel.SAFE)


async def drift(project: Project, *names: str, policy: Policy = SAFE, anywhere: bool = True) -> list[Drift]:
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        return await find_drift(project.state, Present(engine=engine, policy=policy, anywhere=anywhere), names)


async def kinds(project: Project, **options: Any) -> dict[str, DriftKind]:
    return {found.tool: found.kind for found in await drift(project, **options)}


async def adopted(project: Project, *names: str) -> AdoptionReport:
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        return await adopt(project.state, Present(engine=engine, policy=SAFE), names)


@pytest.fixture
async def migrated(project: Project) -> Project:
    for name in ("a", "b", "c"):
        project.write(f"{name}.rn", tool(name))
    await migrate(project)
    return project


async def test_nothing_drifts_right_after_a_migration(migrated: Project) -> None:
    assert await drift(migrated) == []


async def test_a_change_of_comments_and_blank_space_is_a_note(migrated: Project) -> None:
    migrated.write("a.rn", f"// said now\n\n{tool('a')}  /* and here */\n")
    (found,) = await drift(migrated)
    assert (found.tool, found.kind, found.severity) == ("a", DriftKind.COMMENTS, "note")


async def test_a_change_of_code_is_drift_with_a_unified_diff(migrated: Project) -> None:
    migrated.write("a.rn", tool("a", body='"other"'))
    (found,) = await drift(migrated)
    assert (found.tool, found.kind, found.severity) == ("a", DriftKind.CODE, "error")
    assert found.diff is not None
    assert found.diff.startswith("--- tools/a.rn (migrated)\n+++ tools/a.rn\n@@ -1,4 +1,4 @@\n")
    assert '\n-pub fn call(args) { args }\n+pub fn call(args) { "other" }\n' in found.diff


async def test_a_comment_that_a_definition_is_read_from_is_more_than_a_note(project: Project) -> None:
    source = '/// Adds one.\n#[tool(name = "inc")]\npub fn inc(n) { n + 1 } // fine\n'
    project.write("inc.rn", source)
    await migrate(project)
    project.write("inc.rn", source.replace("fine", "good"))
    assert await kinds(project) == {"inc": DriftKind.COMMENTS}
    project.write("inc.rn", source.replace("Adds one", "Adds two"))
    (found,) = await drift(project)
    assert (found.kind, found.severity) == (DriftKind.CODE, "error")
    assert "out of which its definition is read" in found.message


async def test_a_source_that_does_not_compile_any_more_is_drift_that_says_why(migrated: Project) -> None:
    migrated.write("a.rn", tool("a", body="let = 1;"))
    (found,) = await drift(migrated)
    assert found.kind is DriftKind.CODE
    assert "can't be migrated any more" in found.message
    assert found.diff


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file.unlink(), "tools/a.rn is gone"),
        (lambda file: file.write_text(tool("z")), "tools/a.rn no longer defines it"),
        (lambda file: file.write_text("pub fn helper() { 1 }\n"), "tools/a.rn no longer defines it"),
    ],
    ids=["gone", "another tool", "no tool"],
)
async def test_a_tool_that_no_file_defines_any_more_vanished(
    migrated: Project, change: Callable[[Path], Any], message: str
) -> None:
    change(migrated.tools / "a.rn")
    (found,) = await drift(migrated)
    assert (found.tool, found.kind, found.message) == ("a", DriftKind.VANISHED, message)


@pytest.mark.parametrize(
    "change",
    [lambda file: file.write_bytes(b"\xff\xfe"), lambda file: (file.unlink(), file.mkdir())],
    ids=["no text", "a folder"],
)
async def test_a_file_that_can_not_be_read_is_unreadable(migrated: Project, change: Callable[[Path], Any]) -> None:
    change(migrated.tools / "a.rn")
    (found,) = await drift(migrated)
    assert (found.tool, found.kind, found.severity) == ("a", DriftKind.UNREADABLE, "error")


async def test_a_recorded_path_that_can_be_none_is_unreadable(migrated: Project) -> None:
    migrated.state.close()
    folder = migrated.root / ".crucible"
    execute(folder, "UPDATE tool_versions SET path = ? WHERE tool = 'b'", "b" * 5000)
    execute(folder, "UPDATE tool_versions SET path = ? WHERE tool = 'a'", "a\0.rn")
    assert await kinds(migrated, anywhere=False) == dict.fromkeys("ab", DriftKind.UNREADABLE)


async def test_another_policy_is_drift_of_every_tool(migrated: Project) -> None:
    other = Policy.for_level(SecurityLevel.PRODUCTION)
    assert await kinds(migrated, policy=other) == dict.fromkeys("abc", DriftKind.POLICY)
    narrower = SAFE.narrowed(memory_bytes=SAFE.memory_bytes // 2)
    assert {found.message for found in await drift(migrated, policy=narrower)} == {
        "it runs under safe, and the configuration has another policy"
    }


async def test_a_tool_with_a_policy_of_its_own_is_compared_with_that(migrated: Project) -> None:
    own = {"b": Policy.for_level(SecurityLevel.PRODUCTION)}
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        found = await find_drift(migrated.state, Present(engine=engine, policy=SAFE, policies=own))
    assert [(item.tool, item.kind) for item in found] == [("b", DriftKind.POLICY)]


async def test_tools_of_another_engine_are_to_be_revalidated_until_they_are(
    migrated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = {"rune": "99", "guest": "new"}
    monkeypatch.setattr("crucible_tools.migration.drift.engine_versions", lambda: newer)
    found = await drift(migrated)
    assert {item.tool: (item.kind, item.severity) for item in found} == dict.fromkeys(
        "abc", (DriftKind.ENGINE, "warning")
    )
    assert "to be revalidated" in found[0].message
    stored = migrated.state.tool("a")
    before = Row.of(stored)
    assert before is not None
    with migrated.state.run("validating", {}, kind="validate") as run:
        SetTool("validate", "a", before, replace(before, validated_engine=newer)).commit(run)
        run.finish("completed", {})
    assert set(await kinds(migrated)) == {"b", "c"}


async def test_a_tool_can_drift_in_several_ways_at_once(migrated: Project) -> None:
    migrated.write("a.rn", tool("a", body="1"))
    found = await drift(migrated, "a", policy=Policy.for_level(SecurityLevel.PRODUCTION))
    assert [item.kind for item in found] == [DriftKind.CODE, DriftKind.POLICY]


async def test_what_was_recorded_before_there_were_digests_is_compared_by_its_source(migrated: Project) -> None:
    migrated.state.close()
    execute(migrated.root / ".crucible", "UPDATE tool_versions SET code_hash = NULL, resolved_hash = NULL")
    assert await drift(migrated) == []
    migrated.write("a.rn", f"// new\n{tool('a')}")
    migrated.write("b.rn", tool("b", body="1"))
    assert await kinds(migrated) == {"a": DriftKind.COMMENTS, "b": DriftKind.CODE}


async def test_a_repaired_tool_does_not_drift_and_its_diff_is_between_originals(project: Project) -> None:
    source = tool("a", body="let mut x = 1; x")
    project.write("a.rn", source)
    await migrate(project, repair=RepairMode.SAFE)
    assert await drift(project) == []
    project.write("a.rn", source.replace("x = 1", "x = 2"))
    (found,) = await drift(project)
    assert found.diff is not None
    assert "-pub fn call(args) { let mut x = 1; x }" in found.diff
    assert "+pub fn call(args) { let mut x = 2; x }" in found.diff


async def test_inactive_tools_do_not_drift(migrated: Project) -> None:
    await roll_back(migrated.state, Tools(("a",)))
    migrated.write("a.rn", tool("a", body="1"))
    assert await drift(migrated) == []


async def test_a_state_that_was_merely_found_has_no_file_outside_of_the_project_read(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "outside").mkdir()
    project = Project(tmp_path / "project")
    outside = tmp_path / "outside" / "a.rn"
    outside.write_text(tool("a"))
    await migrate(project, migration_directories=(tmp_path / "outside",))
    outside.write_text("// SECRET\n")
    (found,) = await drift(project, anywhere=False)
    assert found.kind is DriftKind.UNREADABLE
    assert "outside of the project" in found.message
    assert "SECRET" not in str(found.to_json())
    assert (await kinds(project))["a"] is DriftKind.VANISHED
    project.state.close()


async def test_an_adopted_source_drifts_no_more_until_it_changes_again(migrated: Project) -> None:
    migrated.write("a.rn", tool("a", body="1"))
    done = await adopted(migrated, "a")
    assert done.adopted == ("a",)
    assert await kinds(migrated) == {"a": DriftKind.ADOPTED}
    report = await migrate(migrated)
    assert {name: action.value for name, action in actions(report).items()} == dict.fromkeys("abc", "unchanged")
    assert {planned.name: planned.reason for planned in report.plan}["a"] == "adopted"
    migrated.write("a.rn", tool("a", body="2"))
    (found,) = await drift(migrated)
    assert found.kind is DriftKind.CODE
    assert found.diff is not None
    assert "-pub fn call(args) { 1 }" in found.diff
    assert actions(await migrate(migrated))["a"].value == "changed"


async def test_adopting_keeps_the_tool_as_it_was_migrated_and_can_be_rolled_back(migrated: Project) -> None:
    before = migrated.state.tool("a")
    migrated.write("a.rn", tool("a", body="1"))
    done = await adopted(migrated)
    after = migrated.state.tool("a")
    assert before is not None
    assert after is not None
    assert after.version == before.version
    assert after.adopted_hash is not None
    assert migrated.state.blob(after.adopted_hash) == (migrated.tools / "a.rn").read_bytes()
    assert done.run_id is not None
    await roll_back(migrated.state, OneRun(done.run_id))
    assert migrated.state.tool("a") == before
    assert await kinds(migrated) == {"a": DriftKind.CODE}


async def test_adopting_without_names_takes_every_source_that_changed_and_nothing_else(migrated: Project) -> None:
    migrated.write("a.rn", tool("a", body="1"))
    migrated.write("b.rn", f"// new\n{tool('b')}")
    (migrated.tools / "c.rn").unlink()
    done = await adopted(migrated)
    assert done.adopted == ("a", "b")
    assert done.run_id is not None
    assert [row["kind"] for row in migrated.state.operations(done.run_id)] == ["adopt", "adopt"]
    again = await adopted(migrated)
    assert (again.run_id, again.adopted) == (None, ())


async def test_what_is_gone_can_not_be_adopted(migrated: Project) -> None:
    (migrated.tools / "a.rn").unlink()
    with pytest.raises(ToolError, match=r"can't be adopted: tools/a\.rn is gone"):
        await adopted(migrated, "a")
    with pytest.raises(ToolNotFound):
        await adopted(migrated, "nothing")
    await roll_back(migrated.state, Tools(("b",)))
    with pytest.raises(ToolInactive):
        await adopted(migrated, "b")


async def test_cleaning_up_forgets_inactive_tools_and_can_be_rolled_back(migrated: Project) -> None:
    (migrated.tools / "a.rn").unlink()
    await migrate(migrated)
    await roll_back(migrated.state, Tools(("b",)))
    before = migrated.state.tools()
    done = await clean_up(migrated.state)
    assert done.removed == ("a", "b")
    assert migrated.state.names() == ["c"]
    assert len(migrated.state.history("a")) == 1
    assert (await clean_up(migrated.state)).run_id is None
    assert done.run_id is not None
    await roll_back(migrated.state, OneRun(done.run_id))
    assert migrated.state.tools() == before


async def test_a_manager_rolls_a_tool_back_and_calls_what_it_was_before(project: Project) -> None:
    project.write("a.rn", tool("a", body='"one"'))
    async with project.manager() as manager:
        await manager.execute_migration()
        project.write("a.rn", tool("a", body='"two"'))
        await manager.execute_migration()
        assert (await manager.bridge.execute_migrated_tool("a", {})).result == "two"
        rolled_back = await manager.rollback_tool_migration("a")
        assert rolled_back.active
        assert (await manager.bridge.execute_migrated_tool("a", {})).result == "one"
        rolled_back = await manager.rollback_tool_migration("a")
        assert not rolled_back.active
        assert rolled_back.metadata["inactive_reason"] == "was rolled back"
        with pytest.raises(ToolInactive):
            await manager.bridge.execute_migrated_tool("a", {})
