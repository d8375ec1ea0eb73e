"""A run migrates what it can, and says of the rest why not."""

from dataclasses import replace

from crucible_tools import (
    MigrationPhase,
    PlanAction,
    Policy,
    SecurityLevel,
    ValidationMode,
)
from crucible_tools.store.records import content_hash
from tests.migration.conftest import Project, actions, failures, migrate, tool


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
    async with project.manager(policy=policy, validation_mode=ValidationMode.SKIP) as manager:
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
