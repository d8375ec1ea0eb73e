"""The guide's troubleshooting: each symptom is told with what helps."""

import pytest

from crucible_tools import CallRefused, MigrationManagerConfig, Phase51MigrationManager, SecurityLevel
from tests.cli.conftest import Crucible
from tests.migration.conftest import Project, tool


@pytest.mark.seed("trouble.not-found", "trouble.not-found.cause", "trouble.not-found.solution")
def test_a_folder_that_is_missing_or_holds_no_tools_is_named_with_what_was_looked_for(
    crucible: Crucible, project: Project
) -> None:
    missing = crucible("migrate", "missing")
    assert missing.code == 2
    assert "missing does not exist" in missing.err
    (project.tools / "readme.txt").write_text("no tool")
    empty = crucible("migrate", "tools")
    assert empty.code == 1
    assert ".rn" in empty.out + empty.err
    unknown = crucible("migrate", "tools", "--tool", "echo")
    assert unknown.code == 1
    assert "echo" in unknown.err


@pytest.mark.seed("trouble.compilation", "trouble.compilation.cause", "trouble.compilation.solution", "during.check")
def test_a_compilation_error_is_told_with_its_file_line_and_text(crucible: Crucible, project: Project) -> None:
    project.write("broken.rn", tool("broken", "let = 1"))
    project.write("missing.rn", tool("missing", "crucible::read_note(args.path)"))
    done = crucible("migrate", "tools")
    assert done.code == 1
    shown = done.out + done.err
    assert "broken.rn:4" in shown
    assert "crucible::read_note" in shown
    checked = crucible("check", "tools")
    assert checked.code == 1
    assert "broken.rn:4" in checked.out + checked.err


@pytest.mark.seed("trouble.compilation.tip", "trouble.validation", "trouble.validation.cause")
async def test_a_refusal_by_policy_names_the_capability_and_the_level_that_helps(project: Project) -> None:
    project.write("read.rn", tool("read", "fs::read_to_string(args.path)?"))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        with pytest.raises(CallRefused, match="capability file") as caught:
            await manager.migrate_specific_tool("read")
    assert "development" in str(caught.value.hint).lower() + caught.value.message.lower()
    async with Phase51MigrationManager(MigrationManagerConfig(security_level=SecurityLevel.DEVELOPMENT)) as manager:
        assert (await manager.migrate_specific_tool("read")).active


@pytest.mark.seed("trouble.validation.solution", "trouble.validation.tip")
async def test_a_validation_failure_says_what_failed_and_warnings_say_what_is_doubtful(project: Project) -> None:
    project.write("fails.rn", tool("fails", "args.no_such_method()"))
    project.write("doubtful.rn", tool("doubtful", 'panic!("it always does this")'))
    async with Phase51MigrationManager(MigrationManagerConfig()) as manager:
        report = await manager.execute_migration()
    validation = report.validation
    assert validation is not None
    assert any("no_such_method" in issue for issue in validation.issues)
    assert any("it always does this" in warning for warning in validation.warnings)


@pytest.mark.seed("trouble.performance", "trouble.performance.cause", "trouble.performance.solution")
def test_the_number_of_concurrent_migrations_can_be_lowered(crucible: Crucible, project: Project) -> None:
    for number in range(3):
        project.write(f"t{number}.rn", tool(f"t{number}", "1"))
    assert crucible("migrate", "tools", "--jobs", "1").code == 0
    assert crucible("migrate", "tools", "--jobs", "0").code == 2


@pytest.mark.seed("debug.logging", "pre.logging")
def test_debug_logging_tells_more_and_only_on_stderr(crucible: Crucible, project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    quiet = crucible("migrate", "tools", "--format", "json", "--state", "one", "--quiet")
    debug = crucible("migrate", "tools", "--format", "json", "--state", "two", "--debug")
    assert debug.document["migrated_tools"] == quiet.document["migrated_tools"] == ["a"]
    assert len(debug.err) > len(quiet.err)
