"""A run migrates what it can, says of the rest why not, and changes only what changed."""

import asyncio
import os
from collections import Counter
from dataclasses import replace

import pytest

from crucible_tools import (
    DirectoryNotFound,
    MigrationManagerConfig,
    MigrationMode,
    MigrationPhase,
    MigrationReport,
    Phase51MigrationManager,
    PlanAction,
    Policy,
    SecurityLevel,
    ValidationMode,
)
from crucible_tools.migration.progress import Progress
from crucible_tools.store.records import content_hash
from tests.migration.conftest import Project, tool


def actions(report: MigrationReport) -> dict[str, PlanAction]:
    return {entry.name: entry.action for entry in report.plan}


def failures(report: MigrationReport) -> dict[str, str]:
    return {error.tool_name: error.message for error in report.failed_tools}


async def migrate(project: Project, **fields: object) -> MigrationReport:
    async with project.manager(**fields) as manager:
        return await manager.execute_migration()


async def test_a_valid_tool_is_recorded_and_can_be_called(project: Project) -> None:
    project.write("add.rn", tool("add", "args.a + args.b"))
    async with project.manager() as manager:
        report = await manager.execute_migration()
        result = await manager.bridge.execute_migrated_tool("add", {"a": 2, "b": 3})
    assert report.migrated_tools == ("add",)
    assert (report.state.phase, report.state.total_discovered) == (MigrationPhase.COMPLETED, 1)
    assert (result.success, result.result) == (True, 5)


async def test_the_recorded_source_is_the_file_byte_for_byte_bom_and_line_ends_too(project: Project) -> None:
    content = b"\xef\xbb\xbf" + tool("echo").replace("\n", "\r\n").encode()
    project.write("deep/down/echo.rn", content)
    await migrate(project)
    stored = project.state.tool("echo")
    assert stored is not None
    assert stored.version.original_hash == content_hash(content)
    assert project.state.blob(stored.version.original_hash) == content
    assert (stored.version.directory, stored.version.path) == ("tools", "deep/down/echo.rn")


async def test_a_second_run_finds_everything_unchanged_counts_it_and_writes_no_operation(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("two.rn", tool("two"))
    first = await migrate(project)
    second = await migrate(project)
    assert set(actions(second).values()) == {PlanAction.UNCHANGED}
    assert (second.state.successfully_migrated, second.state.failed_migrations) == (2, 0)
    assert second.migrated_tools == first.migrated_tools
    assert len(project.state.operations(first.migration_id)) == 2
    assert project.state.operations(second.migration_id) == []
    assert project.state.versions("one") == 1


async def test_only_a_changed_source_is_migrated_again(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    project.write("two.rn", tool("two", "2"))
    await migrate(project)
    project.write("two.rn", tool("two", "22"))
    async with project.manager() as manager:
        report = await manager.execute_migration()
        called = await manager.bridge.execute_migrated_tool("two", {})
    assert actions(report) == {"one": PlanAction.UNCHANGED, "two": PlanAction.CHANGED}
    assert [row["tool"] for row in project.state.operations(report.migration_id)] == ["two"]
    assert project.state.versions("two") == 2
    assert called.result == 22


async def test_a_tool_in_service_is_replaced_when_its_source_changes(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    async with project.manager() as manager:
        await manager.execute_migration()
        before = await manager.bridge.execute_migrated_tool("one", {})
        project.write("one.rn", tool("one", "2"))
        await manager.execute_migration()
        after = await manager.bridge.execute_migrated_tool("one", {})
    assert (before.result, after.result) == (1, 2)


async def test_a_tool_in_service_stays_as_it_was_when_its_new_source_is_broken(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    async with project.manager() as manager:
        await manager.execute_migration()
        project.write("one.rn", tool("one", "let let"))
        report = await manager.execute_migration()
        after = await manager.bridge.execute_migrated_tool("one", {})
    assert list(failures(report)) == ["one"]
    assert after.result == 1


async def test_another_level_is_a_change_and_names_both_levels(project: Project) -> None:
    project.write("one.rn", tool("one"))
    await migrate(project)
    report = await migrate(project, security_level=SecurityLevel.PRODUCTION)
    (entry,) = report.plan
    assert (entry.action, entry.reason) == (PlanAction.CHANGED, "its policy changes from safe to production")
    stored = project.state.tool("one")
    assert stored is not None
    assert stored.version.policy == Policy.for_level(SecurityLevel.PRODUCTION)


async def test_a_custom_policy_is_what_the_tool_runs_under(project: Project) -> None:
    project.write("loop.rn", tool("loop", "loop {}"))
    policy = replace(Policy.for_level(SecurityLevel.SAFE), timeout_s=0.05)
    async with project.manager(policy=policy) as manager:
        await manager.execute_migration()
        result = await manager.bridge.execute_migrated_tool("loop", {})
    assert result.error is not None
    assert result.error.kind == "timed_out"


async def test_a_tool_that_needs_http_is_told_so_at_safe_and_the_others_are_migrated(project: Project) -> None:
    project.write("a_fetch.rn", tool("fetch", "crucible::http_get(args.url).await?", "pub async fn call(args)"))
    project.write("b_echo.rn", tool("echo"))
    report = await migrate(project)
    assert report.migrated_tools == ("echo",)
    (error,) = report.failed_tools
    assert "needs the capability http" in error.message
    assert "PRODUCTION is the lowest level that has it" in error.message
    assert "crucible::http_get" in error.message
    assert error.context["lowest_level"] == "production"
    assert error.context["missing_capabilities"] == ["http"]
    assert (await migrate(project, security_level=SecurityLevel.PRODUCTION)).migrated_tools == ("fetch", "echo")


async def test_a_tool_that_calls_what_nobody_has_is_told_that_no_registered_module_has_it(project: Project) -> None:
    project.write("note.rn", tool("note", "crucible::read_note(args.path)"))
    project.write("log.rn", tool("log", "crucible::log_warning(args.text)"))
    project.write("rows.rn", tool("rows", 'db::query("select 1", [])'))
    report = await migrate(project, security_level=SecurityLevel.DEVELOPMENT)
    told = failures(report)
    assert "no registered module has crucible::read_note" in told["note"]
    assert "no host ever implemented it" in told["note"]
    assert "did you mean crucible::log_warn?" in told["log"]
    assert "the application has to register" in told["rows"]
    by_name = {error.tool_name: error.context for error in report.failed_tools}
    assert (by_name["note"]["code"], by_name["note"]["lowest_level"]) == ("RN201", None)
    assert (by_name["rows"]["code"], by_name["rows"]["lowest_level"]) == (None, "development")


async def test_a_name_used_twice_belongs_to_the_first_file_and_the_error_names_both(project: Project) -> None:
    project.write("a/same.rn", tool("same", "1"))
    project.write("b/same.rn", tool("same", "2"))
    project.write("c/same.rn", tool("same", "3"))
    async with project.manager() as manager:
        report = await manager.execute_migration()
        called = await manager.bridge.execute_migrated_tool("same", {})
    assert called.result == 1
    assert report.state.total_discovered == 3
    messages = [error.message for error in report.failed_tools]
    assert [error.context["code"] for error in report.failed_tools] == ["RN905", "RN905"]
    for message, other in zip(messages, ["tools/b/same.rn", "tools/c/same.rn"], strict=True):
        assert "tools/a/same.rn" in message
        assert other in message


async def test_a_name_stays_with_the_file_that_it_was_migrated_from(project: Project) -> None:
    project.write("m.rn", tool("same", "1"))
    await migrate(project)
    project.write("a.rn", tool("same", "2"))
    report = await migrate(project)
    assert [(entry.path, entry.action) for entry in report.plan] == [
        ("a.rn", PlanAction.CONFLICTING),
        ("m.rn", PlanAction.UNCHANGED),
    ]


async def test_a_name_moves_with_its_tool_to_another_file_once_the_old_one_is_gone(project: Project) -> None:
    old = project.write("old.rn", tool("same"))
    await migrate(project)
    old.rename(project.tools / "new.rn")
    report = await migrate(project)
    (entry,) = report.plan
    assert (entry.action, entry.reason) == (PlanAction.CHANGED, "it moved here from tools/old.rn")


async def test_a_name_of_another_folder_is_not_taken_while_its_file_is_there(project: Project) -> None:
    project.write("x.rn", tool("same", "1"))
    await migrate(project)
    other = project.root / "other"
    other.mkdir()
    (other / "y.rn").write_text(tool("same", "2"))
    report = await migrate(project, migration_directories=(other,))
    assert actions(report) == {"same": PlanAction.CONFLICTING}
    (project.tools / "x.rn").unlink()
    report = await migrate(project, migration_directories=(other,))
    assert actions(report) == {"same": PlanAction.CHANGED}


async def test_a_tool_whose_file_vanished_becomes_inactive_and_comes_back_with_it(project: Project) -> None:
    project.write("stay.rn", tool("stay"))
    file = project.write("gone.rn", tool("gone"))
    await migrate(project)
    file.unlink()
    report = await migrate(project)
    assert actions(report) == {"stay": PlanAction.UNCHANGED, "gone": PlanAction.VANISHED}
    assert (report.state.total_discovered, report.stats.inactive_tools) == (1, 1)
    assert any("gone is inactive now" in warning for warning in report.state.warnings)
    again = await migrate(project)
    assert actions(again) == {"stay": PlanAction.UNCHANGED}
    project.write("gone.rn", tool("gone"))
    back = await migrate(project)
    (entry,) = [entry for entry in back.plan if entry.name == "gone"]
    assert (entry.action, entry.reason) == (PlanAction.CHANGED, "it was inactive (vanished)")
    assert back.stats.inactive_tools == 0


async def test_tools_of_another_folder_do_not_vanish(project: Project) -> None:
    project.write("x.rn", tool("x"))
    await migrate(project)
    other = project.root / "other"
    other.mkdir()
    (other / "y.rn").write_text(tool("y"))
    report = await migrate(project, migration_directories=(other,))
    assert actions(report) == {"y": PlanAction.NEW}
    assert report.stats.active_tools == 2


async def test_a_broken_file_does_not_make_its_tools_vanish(project: Project) -> None:
    project.write("two.rn", "pub mod m { /// one\n pub fn a(args) { 1 }\n /// two\n pub fn b(args) { 2 } }")
    await migrate(project)
    project.write("two.rn", "\xff\xfe broken beyond reading".encode("latin-1"))
    report = await migrate(project)
    assert PlanAction.VANISHED not in actions(report).values()
    assert report.stats.active_tools == 2


async def test_a_source_above_the_limit_is_refused_with_both_figures_and_the_run_goes_on(project: Project) -> None:
    project.write("a_big.rn", "// padding\n" * 150_000 + tool("a_big"))
    project.write("b_small.rn", tool("b_small"))
    report = await migrate(project)
    assert report.migrated_tools == ("b_small",)
    message = failures(report)["a_big"]
    assert "1,048,576" in message
    assert f"{(project.tools / 'a_big.rn').stat().st_size:,}" in message


async def test_a_file_above_the_file_limit_is_not_read_and_named(project: Project) -> None:
    project.write("dump.rn", b"// x\n" * (3 * 2**20))
    report = await migrate(project)
    assert "15,728,640" in failures(report)["dump"]
    assert report.failed_tools[0].error_type == "discovery_failed"


async def test_links_are_followed_inside_the_folder_and_named_when_they_lead_out(project: Project) -> None:
    inside = project.write("notes/slug.rn", tool("slug"))
    outside = project.root / "outside.rn"
    outside.write_text(tool("outside"))
    (project.tools / "notes" / "again.rn").symlink_to(inside)
    (project.tools / "notes" / "outside.rn").symlink_to(outside)
    (project.tools / "notes" / "loop").symlink_to(project.tools)
    report = await migrate(project)
    assert report.migrated_tools == ("slug",)
    assert [(error.tool_name, error.context["code"]) for error in report.failed_tools] == [("slug", "RN905")]
    (skipped,) = report.skipped_files
    assert skipped.path == "notes/outside.rn"
    assert "leads out of the folder" in skipped.reasons[0]


async def test_files_that_define_no_tool_are_listed_with_their_kind_and_reason(project: Project) -> None:
    project.write("lib.rn", "pub fn twice(x) { x * 2 }")
    project.write("hook.rn", '#[hook(event = "tool:after")]\npub fn seen(ctx, event) { event }')
    project.write("empty.rn", "")
    project.write("glow.rn", "node glow {\n  input colour;\n}\n")
    report = await migrate(project)
    assert {file.path: file.kind.value for file in report.skipped_files} == {
        "lib.rn": "library",
        "hook.rn": "hook",
        "empty.rn": "library",
        "glow.rn": "not-rune",
    }
    assert all(file.reasons for file in report.skipped_files)
    assert report.state.total_discovered == 0


async def test_a_dry_run_says_what_would_happen_and_leaves_no_trace(project: Project) -> None:
    project.write("good.rn", tool("good"))
    project.write("bad.rn", tool("bad", "let let"))
    report = await migrate(project, mode=MigrationMode.DRY_RUN)
    assert actions(report) == {"bad": PlanAction.BLOCKED, "good": PlanAction.NEW}
    assert (report.state.total_discovered, report.migrated_tools) == (2, ())
    assert sorted(path.name for path in project.root.iterdir()) == ["tools"]


async def test_a_dry_run_of_a_changed_tool_leaves_the_one_in_service_alone(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    async with project.manager() as manager, project.manager(mode=MigrationMode.DRY_RUN) as rehearsal:
        await manager.execute_migration()
        project.write("one.rn", tool("one", "2"))
        report = await rehearsal.execute_migration()
        called = await manager.bridge.execute_migrated_tool("one", {})
    assert actions(report) == {"one": PlanAction.CHANGED}
    assert called.result == 1
    assert project.state.versions("one") == 1


async def test_manual_mode_only_discovers(project: Project) -> None:
    project.write("one.rn", tool("one"))
    async with project.manager(mode=MigrationMode.MANUAL) as manager:
        report = await manager.execute_migration()
        assert (report.state.total_discovered, report.migrated_tools) == (1, ())
        assert not project.state.exists()
        migrated = await manager.migrate_specific_tool("one")
    assert migrated.original_name == "one"
    assert project.state.names() == ["one"]


async def test_without_validation_nothing_is_loaded_and_nothing_reported_as_valid(project: Project) -> None:
    project.write("one.rn", tool("one"))
    assert (await migrate(project, validation_mode=ValidationMode.SKIP)).validation is None
    validation = (await migrate(project)).validation
    assert validation is not None
    assert (validation.valid, validation.total_tools, validation.valid_tools) == (True, 1, 1)


async def test_a_missing_default_folder_is_ignored_and_a_missing_named_one_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    project.write("one.rn", tool("one"))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        assert (await manager.execute_migration()).migrated_tools == ("one",)
    with pytest.raises(DirectoryNotFound, match="nowhere does not exist"):
        await migrate(project, migration_directories=(project.tools, project.root / "nowhere"))


async def test_a_missing_folder_makes_no_state(project: Project) -> None:
    with pytest.raises(DirectoryNotFound):
        await migrate(project, migration_directories=(project.root / "nowhere",))
    assert not project.state.exists()


async def test_a_single_file_can_be_migrated_and_keeps_its_identity(project: Project) -> None:
    file = project.write("notes/one.rn", tool("one"))
    assert (await migrate(project, migration_directories=(file,))).migrated_tools == ("one",)
    assert actions(await migrate(project)) == {"one": PlanAction.UNCHANGED}


async def test_folders_that_overlap_give_each_file_once(project: Project) -> None:
    project.write("notes/one.rn", tool("one"))
    report = await migrate(project, migration_directories=(project.tools, project.tools / "notes"))
    assert (report.migrated_tools, report.failed_tools) == (("one",), ())


async def test_a_moved_project_still_has_its_tools(project: Project) -> None:
    project.write("one.rn", tool("one"))
    await migrate(project)
    project.state.close()
    moved = project.root.with_name(f"{project.root.name}-moved")
    os.rename(project.root, moved)
    config = MigrationManagerConfig(migration_directories=(moved / "tools",), state=moved / ".crucible")
    async with Phase51MigrationManager(config) as manager:
        assert actions(await manager.execute_migration()) == {"one": PlanAction.UNCHANGED}


async def test_progress_tells_each_file_and_each_tool(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("two.rn", tool("two"))
    steps: list[Progress] = []
    async with project.manager() as manager:
        await manager.execute_migration(steps.append)
    assert [(step.phase.value, step.done, step.total, step.subject) for step in steps] == [
        ("discovering", 1, 2, "one.rn"),
        ("discovering", 2, 2, "two.rn"),
        ("migrating", 1, 2, "one"),
        ("migrating", 2, 2, "two"),
    ]


async def test_a_cancelled_run_keeps_what_it_did_and_the_next_one_does_the_rest(project: Project) -> None:
    for name in ("one", "two", "three"):
        project.write(f"{name}.rn", tool(name))

    def stop_after_the_first(step: Progress) -> None:
        if step.phase is MigrationPhase.MIGRATING:
            task.cancel()

    async with project.manager() as manager:
        task = asyncio.ensure_future(manager.execute_migration(stop_after_the_first))
        with pytest.raises(asyncio.CancelledError):
            await task
    last = project.state.last_run()
    assert last is not None
    assert last.status == "interrupted"
    assert project.state.names() == ["one"]
    report = await migrate(project)
    assert Counter(actions(report).values()) == {PlanAction.UNCHANGED: 1, PlanAction.NEW: 2}


async def test_the_report_comes_back_from_its_json(project: Project) -> None:
    project.write("one.rn", tool("one"))
    project.write("bad.rn", tool("bad", "let let"))
    project.write("lib.rn", "pub fn f() { 1 }")
    async with project.manager(policy=Policy.for_level(SecurityLevel.PRODUCTION)) as manager:
        report = await manager.execute_migration()
        text = await manager.export_migration_report(report)
    assert MigrationReport.model_validate_json(text) == report


async def test_the_state_keeps_failures_and_skipped_files_of_a_run(project: Project) -> None:
    project.write("bad.rn", tool("bad", "let let"))
    project.write("lib.rn", "pub fn f() { 1 }")
    report = await migrate(project)
    (failure,) = project.state.failures(report.migration_id)
    assert (failure["tool"], failure["error_type"]) == ("bad", "compilation_failed")
    assert failure["context"]["diagnostics"]
    (skipped,) = project.state.skipped_files(report.migration_id)
    assert (skipped["path"], skipped["kind"]) == ("lib.rn", "library")
