"""Every field of `MigrationConfig` changes what the bridge does."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    CallRefused,
    HooksConfig,
    MigrationConfig,
    MigrationError,
    Policy,
    RecordConfig,
    RepairMode,
    RetryPolicy,
    RuneServiceConfig,
    SecurityLevel,
    ToolMigrationBridge,
)
from crucible_tools.store.calls import CallLog
from tests.migration.conftest import Project, tool
from tests.migration.test_retrying import unreadable


def bridge(project: Project, **given: Any) -> ToolMigrationBridge:
    config = MigrationConfig(**{"state": project.root / ".crucible", **given})
    return ToolMigrationBridge(RuneServiceConfig(directories=(project.tools,)), config)


async def migrated(opened: ToolMigrationBridge) -> list[str]:
    return [found.original_name for found in await opened.list_migrated_tools()]


@pytest.mark.parametrize(("auto", "found"), [(True, ["one"]), (False, [])])
async def test_auto_migrate_decides_whether_opening_migrates(project: Project, auto: bool, found: list[str]) -> None:
    project.write("one.rn", tool("one"))
    async with bridge(project, auto_migrate=auto) as opened:
        assert await migrated(opened) == found
        assert project.state.exists() == auto


async def test_the_security_level_decides_what_is_migrated_and_what_it_runs_under(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("parse.rn", tool("parse", "json::from_string(args.text)?"))
    async with bridge(project) as opened:
        assert await migrated(opened) == ["one"]
    async with bridge(project, security_level=SecurityLevel.PRODUCTION) as opened:
        assert await migrated(opened) == ["one", "parse"]
        assert (await opened.get_migrated_tool("one")).metadata["security_level"] == "production"


@pytest.mark.parametrize(("caching", "kept"), [(True, 1), (False, 0)])
async def test_enable_caching_decides_whether_a_compiled_script_is_kept(
    project: Project, caching: bool, kept: int
) -> None:
    project.write("one.rn", tool("one", "1"))
    async with bridge(project, enable_caching=caching) as opened:
        for _ in range(2):
            assert (await opened.execute_migrated_tool("one", {})).result == 1
        assert (await opened.get_metrics()).loaded_vms == kept


@pytest.mark.parametrize(("size", "kept"), [(500, 3), (2, 2), (1, 1), (0, 0)])
async def test_the_cache_keeps_as_many_compiled_scripts_as_its_size_says(
    project: Project, size: int, kept: int
) -> None:
    for name in ("one", "two", "three"):
        project.write(f"{name}.rn", tool(name, "1"))
    async with bridge(project, max_cache_size=size) as opened:
        for name in ("one", "two", "three", "one"):
            assert (await opened.execute_migrated_tool(name, {})).result == 1
        assert (await opened.get_metrics()).loaded_vms == kept


@pytest.mark.parametrize("preserve", [True, False])
async def test_preserved_ids_survive_a_migration_and_others_do_not(project: Project, preserve: bool) -> None:
    found: list[str] = []
    for body in ("1", "2"):
        project.write("one.rn", tool("one", body))
        async with bridge(project, preserve_tool_ids=preserve) as opened:
            found.append((await opened.get_migrated_tool("one")).migrated_script_id)
    assert (found[0] == found[1]) == preserve


@pytest.mark.sqlite_only("it looks for files")
async def test_the_state_is_where_it_is_configured(project: Project, tmp_path: Path) -> None:
    project.write("one.rn", tool("one"))
    for place in (tmp_path / "elsewhere", f"sqlite:///{tmp_path}/named.db"):
        async with bridge(project, state=place) as opened:
            assert await migrated(opened) == ["one"]
    assert (tmp_path / "elsewhere" / "crucible.db").exists()
    assert (tmp_path / "named.db").exists()
    assert not project.state.exists()


async def test_a_policy_of_ones_own_takes_the_place_of_the_levels(project: Project) -> None:
    project.write("parse.rn", tool("parse", "json::from_string(args.text)?"))
    project.write("endless.rn", tool("endless", "if args.stop { 1 } else { loop {} }"))
    safe = Policy.for_level(SecurityLevel.SAFE)
    policy = replace(safe, capabilities=frozenset({"basic", "json"}), timeout_s=0.05)
    async with bridge(project, policy=policy) as opened:
        assert (await opened.execute_migrated_tool("parse", {"text": "[1]"})).result == [1]
        result = await opened.execute_migrated_tool("endless", {"stop": False})
    assert result.error is not None
    assert "0.05 s" in result.error.message


@pytest.mark.parametrize(
    ("repair", "found"),
    [
        (RepairMode.NONE, ["plain"]),
        (RepairMode.SAFE, ["plain", "safe"]),
        (RepairMode.UNSAFE, ["plain", "safe", "unsafe"]),
    ],
)
async def test_repair_decides_which_sources_are_repaired(
    project: Project, repair: RepairMode, found: list[str]
) -> None:
    project.write("plain.rn", tool("plain", "1"))
    project.write("safe.rn", tool("safe", "let mut n = args.n; n"))
    project.write("unsafe.rn", UNSAFE)
    async with bridge(project, repair=repair) as opened:
        assert await migrated(opened) == found


async def test_a_policy_of_a_single_tool_allows_that_tool_and_no_other(project: Project) -> None:
    for name in ("one", "two"):
        project.write(f"{name}.rn", tool(name, "json::to_string(args)"))
    policy = replace(Policy.for_level(SecurityLevel.SAFE), capabilities=frozenset({"basic", "json"}))
    async with bridge(project, tool_policies={"one": policy}) as opened:
        assert await migrated(opened) == ["one"]
        assert (await opened.execute_migrated_tool("one", {})).result == "{}"
        assert (await opened.get_migrated_tool("one")).metadata["security_level"] == "safe"


@pytest.mark.parametrize(("attempts", "found"), [(1, []), (2, ["one"])])
async def test_retry_decides_how_often_a_source_is_read_that_fails_for_a_passing_reason(
    project: Project, monkeypatch: pytest.MonkeyPatch, attempts: int, found: list[str]
) -> None:
    project.write("one.rn", tool("one"))
    unreadable(monkeypatch, times=1)
    async with bridge(project, retry=RetryPolicy(attempts=attempts, delay_s=0)) as opened:
        assert await migrated(opened) == found


async def test_a_hook_of_the_application_decides_for_the_bridge_too(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def again(error: MigrationError, attempt: int) -> float | None:
        asked.append((error.tool_name, attempt))
        return 0.0

    project.write("one.rn", tool("one"))
    unreadable(monkeypatch, times=2)
    config = MigrationConfig(state=project.root / ".crucible", retry=RetryPolicy(attempts=1))
    rune = RuneServiceConfig(directories=(project.tools,))
    async with ToolMigrationBridge(rune, config, on_failure=again) as opened:
        assert await migrated(opened) == ["one"]
    assert asked == [("one", 1), ("one", 2)]


@pytest.mark.parametrize(("enabled", "found"), [(True, 2), (False, 0)])
async def test_record_decides_whether_calls_are_recorded_in_the_state(
    project: Project, enabled: bool, found: int
) -> None:
    project.write("one.rn", tool("one", "args.n + 1"))
    async with bridge(project, record=RecordConfig(enabled=enabled)) as opened:
        for n in range(2):
            await opened.execute_migrated_tool("one", {"n": n})
    with CallLog(project.root / ".crucible") as log:
        assert len(log.newest("one")) == found
        if enabled:
            assert log.load(log.find("last").number).result == "2"


@pytest.mark.parametrize("enabled", [False, True])
async def test_hooks_decides_whether_a_recorded_hook_looks_at_calls(project: Project, enabled: bool) -> None:
    project.write("one.rn", tool("one"))
    project.write("no.rn", '#[hook(event = "tool:before")] pub fn no(ctx, event) { event.cancelled = true; event }')
    async with bridge(project, hooks=HooksConfig(enabled=enabled)) as opened:
        assert (await opened.execute_migrated_tool("one", {})).success is not enabled


UNSAFE = tool("unsafe", 'if args.n == 1 { throw "no"; } 2')


def test_every_field_has_a_test() -> None:
    tested: dict[str, Callable[..., Any]] = {
        "auto_migrate": test_auto_migrate_decides_whether_opening_migrates,
        "security_level": test_the_security_level_decides_what_is_migrated_and_what_it_runs_under,
        "enable_caching": test_enable_caching_decides_whether_a_compiled_script_is_kept,
        "max_cache_size": test_the_cache_keeps_as_many_compiled_scripts_as_its_size_says,
        "preserve_tool_ids": test_preserved_ids_survive_a_migration_and_others_do_not,
        "state": test_the_state_is_where_it_is_configured,
        "policy": test_a_policy_of_ones_own_takes_the_place_of_the_levels,
        "tool_policies": test_a_policy_of_a_single_tool_allows_that_tool_and_no_other,
        "retry": test_retry_decides_how_often_a_source_is_read_that_fails_for_a_passing_reason,
        "repair": test_repair_decides_which_sources_are_repaired,
        "record": test_record_decides_whether_calls_are_recorded_in_the_state,
        "hooks": test_hooks_decides_whether_a_recorded_hook_looks_at_calls,
    }
    assert {field.name for field in fields(MigrationConfig)} == set(tested)


async def test_a_tool_beyond_the_level_is_an_error_that_names_what_it_needs(project: Project) -> None:
    project.write("parse.rn", tool("parse", "json::from_string(args.text)?"))
    async with bridge(project) as opened:
        with pytest.raises(CallRefused, match="json"):
            await opened.migrate_single_tool("parse")
