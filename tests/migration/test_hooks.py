"""Hooks and plugins in a migration: recorded with its run, rolled back with it, and inactive until they are enabled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    CallRefused,
    HooksConfig,
    MigrationConfig,
    MigrationMode,
    RecordConfig,
    RuneServiceConfig,
    ScriptEngine,
    StateError,
    ToolMigrationBridge,
)
from crucible_tools.migration import rollback
from crucible_tools.migration.rollback import Everything, OneRun, Tools, Until, roll_back
from crucible_tools.operations.call import call
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.hooks import list_hooks
from crucible_tools.store.calls import CallLog
from tests.migration.conftest import Project, migrate, tool

GUARD = """
/// Never 13.
#[hook(event = "tool:before", priority = 1)]
pub fn guard(ctx, event) {
    if event.payload.get("n").unwrap_or(0) == 13 { event.cancelled = true; }
    event
}
"""
PLUGIN = """
struct Counter { calls }
impl Counter {
    fn tools(self) {
        [#{ name: "count", description: "Counts", parameters: [#{ name: "by", type: "integer", default: 1 }] }]
    }
    fn dispatch(self, name, args) { self.calls += args.by; `${name} ${self.calls}` }
}
#[plugin(name = "counter")]
pub fn create() { Counter { calls: 0 } }
"""


def bridge(project: Project, **hooks: Any) -> ToolMigrationBridge:
    return ToolMigrationBridge(
        RuneServiceConfig(directories=(project.tools,)),
        MigrationConfig(state=project.root / ".crucible", hooks=HooksConfig(**hooks)),
    )


def recorded(project: Project) -> dict[str, list[str]]:
    """The functions of each file that has hooks."""
    return {
        stored.record.file: [handler.function for handler in stored.record.handlers] for stored in project.state.hooks()
    }


@pytest.fixture
def guarded(project: Project) -> Project:
    """A project with a tool and a guard."""
    project.write("echo.rn", tool("echo"))
    project.write("hooks/guard.rn", GUARD)
    return project


@pytest.mark.parametrize("mode", [MigrationMode.INCREMENTAL, MigrationMode.FULL])
async def test_a_migration_records_hooks_and_counts_them_as_no_tools(guarded: Project, mode: MigrationMode) -> None:
    report = await migrate(guarded, mode=mode)
    assert report.state.total_discovered == 1
    assert recorded(guarded) == {"tools/hooks/guard.rn": ["guard"]}
    (stored,) = guarded.state.hooks()
    assert stored.run_id == report.migration_id
    assert guarded.state.text(stored.record.migrated_hash or "") == GUARD
    changes = [record.to_json() for record in guarded.state.audit.records()]
    assert [it["file"] for it in changes if it["kind"] == "hook_changed"] == ["tools/hooks/guard.rn"]


async def test_a_dry_run_and_a_failed_atomic_run_record_no_hooks(guarded: Project) -> None:
    await migrate(guarded, mode=MigrationMode.DRY_RUN)
    assert recorded(guarded) == {}
    guarded.write("broken.rn", tool("broken", "let"))
    await migrate(guarded, rollback_on_failure=True)
    assert recorded(guarded) == {}


async def test_hooks_that_did_not_change_are_not_recorded_again(guarded: Project) -> None:
    await migrate(guarded)
    await migrate(guarded)
    assert len(guarded.state.hook_history()) == 1


async def test_a_changed_file_is_recorded_anew_a_broken_one_stays_and_a_removed_one_goes(guarded: Project) -> None:
    await migrate(guarded)
    guarded.write("hooks/guard.rn", GUARD.replace("guard(", "watch("))
    await migrate(guarded)
    assert recorded(guarded) == {"tools/hooks/guard.rn": ["watch"]}
    guarded.write("hooks/guard.rn", GUARD.replace("{", "(", 1))
    await migrate(guarded)
    assert recorded(guarded) == {"tools/hooks/guard.rn": ["watch"]}
    (guarded.tools / "hooks" / "guard.rn").unlink()
    await migrate(guarded)
    assert recorded(guarded) == {}


async def test_hooks_go_back_with_their_run_and_come_back_when_that_is_undone(guarded: Project) -> None:
    first = await migrate(guarded)
    before = recorded(guarded)
    assert (await roll_back(guarded.state, Tools(("echo",)))).hooks == ()
    undone = await roll_back(guarded.state, OneRun(first.migration_id))
    assert [change.record.file for change in undone.hooks] == ["tools/hooks/guard.rn"]
    assert recorded(guarded) == {}
    assert undone.run_id is not None
    await roll_back(guarded.state, OneRun(undone.run_id))
    assert recorded(guarded) == before
    time = guarded.state.hook_history()[-1].at
    await roll_back(guarded.state, Everything())
    assert recorded(guarded) == {}
    await roll_back(guarded.state, Until(time))
    assert recorded(guarded) == before


async def test_recorded_hooks_do_nothing_until_they_are_enabled(guarded: Project) -> None:
    async with bridge(guarded) as opened:
        assert (await opened.execute_migrated_tool("echo", {"n": 13})).success


@pytest.mark.parametrize("enabled", [True, ("hooks/guard.rn",), ("tools/hooks/*",)])
async def test_enabled_hooks_look_at_calls_of_the_bridge_and_the_audit_tells(guarded: Project, enabled: Any) -> None:
    async with bridge(guarded, enabled=enabled, guards=("hooks/guard.rn",)) as opened:
        assert (await opened.execute_migrated_tool("echo", {"n": 1})).result == {"n": 1}
        refused = await opened.execute_migrated_tool("echo", {"n": 13})
        assert refused.error is not None
        assert refused.error.kind == "refused"
    acts = [record.to_json() for record in guarded.state.audit.records()]
    (act,) = [it for it in acts if it["kind"] == "hook_acted"]
    assert (act["tool"], act["hook"], act["effect"]) == ("echo", "tools/hooks/guard.rn", "refused")


@pytest.mark.parametrize(
    "hooks",
    [
        {"enabled": True, "guards": ("hooks/other.rn",)},
        {"enabled": False, "guards": ("hooks/guard.rn",)},
        {"enabled": ("other",), "guards": ("hooks/guard.rn",)},
    ],
    ids=["not recorded", "nothing enabled", "not enabled"],
)
async def test_no_call_is_made_without_its_guard(guarded: Project, hooks: dict[str, Any]) -> None:
    async with bridge(guarded, **hooks) as opened:
        for _ in range(2):
            with pytest.raises(CallRefused, match="no call is made without it"):
                await opened.execute_migrated_tool("echo", {"n": 1})


async def test_a_migration_while_the_bridge_is_open_changes_its_hooks(guarded: Project) -> None:
    async with bridge(guarded, enabled=True) as opened:
        assert not (await opened.execute_migrated_tool("echo", {"n": 13})).success
        (guarded.tools / "hooks" / "guard.rn").unlink()
        await opened.discover_and_migrate_tools()
        assert (await opened.execute_migrated_tool("echo", {"n": 13})).success


@pytest.mark.parametrize("migrated", ["all", "one"])
async def test_the_managers_bridge_has_the_hooks_of_what_it_migrated_last(guarded: Project, migrated: str) -> None:
    async with guarded.manager(hooks=HooksConfig(enabled=True)) as manager:
        await manager.execute_migration()
        assert not (await manager.bridge.execute_migrated_tool("echo", {"n": 13})).success
        guarded.write("hooks/guard.rn", GUARD.replace("13", "14"))
        if migrated == "all":
            await manager.execute_migration()
        else:
            await manager.bridge.discover_and_migrate_tools()
        assert [(await manager.bridge.execute_migrated_tool("echo", {"n": n})).success for n in (13, 14)] == [
            True,
            False,
        ]


async def test_a_bridge_has_the_hooks_that_somebody_else_recorded_once_it_is_told(guarded: Project) -> None:
    async with bridge(guarded, enabled=True) as opened:
        guarded.write("hooks/guard.rn", GUARD.replace("13", "14"))
        await migrate(guarded)
        opened.reload_hooks()
        assert not (await opened.execute_migrated_tool("echo", {"n": 14})).success


async def test_a_managers_calls_are_recorded_as_its_hooks_left_their_arguments(guarded: Project) -> None:
    rewriting = '#[hook(event = "tool:before")] pub fn more(ctx, event) { event.payload.n += 1; event }'
    hiding = '#[hook(event = "tool:after")] pub fn less(ctx, event) { event.payload.result = 0; event }'
    guarded.write("hooks/rewriting.rn", rewriting)
    guarded.write("hooks/hiding.rn", hiding)
    async with guarded.manager(hooks=HooksConfig(enabled=True), record=RecordConfig(enabled=True)) as manager:
        await manager.execute_migration()
        assert (await manager.bridge.execute_migrated_tool("echo", {"n": 1})).result == 0
    with CallLog(guarded.root / ".crucible") as log:
        record = log.load(log.find("last").number)
    # The tool's own part of the call, which its replay makes again.
    assert (record.arguments, record.result) == ('{"n":2}', '{"n":2}')
    async with ScriptEngine() as engine:
        assert (await engine.replay(record)).same


async def test_a_verified_rollback_brings_hooks_back_too(guarded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate(guarded)
    guarded.write("hooks/guard.rn", GUARD.replace("13", "14"))
    async with guarded.manager() as manager:
        report = await manager.execute_migration(verify_rollback=True)
    assert "the rollback was verified" in report.state.warnings[-1]
    assert [run.kind for run in guarded.state.runs()] == ["migrate", "rollback", "migrate", "migrate"]
    monkeypatch.setattr(rollback, "plan_hooks_back", lambda state, wanted: ())
    guarded.write("hooks/guard.rn", GUARD.replace("13", "15"))
    async with guarded.manager() as manager:
        with pytest.raises(StateError, match=r"did not bring back what was there before: tools/hooks/guard\.rn"):
            await manager.execute_migration(verify_rollback=True)


async def test_one_call_has_the_enabled_hooks_too(guarded: Project) -> None:
    await migrate(guarded)
    place = str(guarded.root / ".crucible")
    for enabled, success in ((False, True), (True, False)):
        result = await call(place, "echo", lambda _: {"n": 13}, trusted=True, hooks=HooksConfig(enabled=enabled))
        assert result.success is success
    kinds = [record.to_json()["kind"] for record in guarded.state.audit.records()]
    assert kinds.count("hook_acted") == 1


async def test_the_list_says_which_hooks_are_enabled_and_why_not(guarded: Project) -> None:
    guarded.write("hooks/off.rn", GUARD.replace("priority = 1", "enabled = false"))
    await migrate(guarded)
    found = await list_hooks(str(guarded.root / ".crucible"), HooksConfig(enabled=True, guards=("hooks/guard.rn",)))
    assert [(it["path"], it["enabled"], it["guard"], it["why"]) for it in found.to_json()] == [
        ("hooks/guard.rn", True, True, ""),
        ("hooks/off.rn", False, False, "its source says enabled = false"),
    ]


@pytest.mark.parametrize(("named", "enabled"), [(True, True), (False, False)])
def test_a_configuration_that_was_merely_found_enables_no_hook(tmp_path: Path, named: bool, enabled: bool) -> None:
    file = tmp_path / "crucible.toml"
    file.write_text('[hooks]\nenabled = true\nscope = "all"\n')
    configuration = read_configuration(Flags(config=file if named else None), {}, tmp_path)
    assert configuration.hooks.value.enabled is enabled
    assert any("may not enable any" in warning for warning in configuration.warnings) is not enabled


def test_the_environment_enables_hooks_by_their_files(tmp_path: Path) -> None:
    variables = {"CRUCIBLE_HOOKS_ENABLED": "a.rn,b.rn", "CRUCIBLE_HOOKS_GUARDS": "a.rn"}
    hooks = read_configuration(Flags(), variables, tmp_path).hooks.value
    assert hooks == HooksConfig(enabled=("a.rn", "b.rn"), guards=("a.rn",))


async def test_the_tools_of_a_plugin_are_tools(project: Project) -> None:
    project.write("counter.rn", PLUGIN)
    async with bridge(project) as opened:
        definition = await opened.get_tool("count")
        assert (definition.form, definition.description) == ("plugin", "Counts")
        assert definition.input_schema["properties"] == {"by": {"type": "integer", "default": 1}}
        results = [(await opened.execute_migrated_tool("count", args)).result for args in ({}, {"by": 5})]
        assert results == ["count 1", "count 6"]
        refused = await opened.execute_migrated_tool("count", {"by": "x"})
        assert refused.error is not None
        assert refused.error.kind == "invalid_arguments"


async def test_a_plugin_that_reads_files_to_know_its_tools_is_skipped_and_says_why(project: Project) -> None:
    source = PLUGIN.replace("Counter { calls: 0 }", 'let _ = fs::read_to_string("x"); Counter { calls: 0 }')
    project.write("counter.rn", source)
    report = await migrate(project)
    assert report.state.total_discovered == 0
    (skipped,) = report.skipped_files
    assert skipped.kind == "plugin"
    assert any("reading runs under the level safe" in reason for reason in skipped.reasons)
