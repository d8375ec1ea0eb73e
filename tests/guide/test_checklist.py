"""The guide's checklists and best practices, as one walk along the command line."""

import pytest

from tests.cli.conftest import Crucible
from tests.guide.conftest import contents
from tests.migration.conftest import Project, tool


def fill(project: Project) -> None:
    project.write("echo.rn", tool("echo", "args.text"))
    project.write("parse.rn", tool("parse", "json::from_string(args.text)?"))


@pytest.mark.seed("pre.review", "practice.review", "pre.choose", "practice.levels")
def test_a_plan_says_what_each_tool_needs_and_which_level_has_it(crucible: Crucible, project: Project) -> None:
    fill(project)
    planned = {entry["name"]: entry for entry in crucible("plan", "tools", "--format", "json").document["plan"]}
    assert (planned["echo"]["capabilities"], planned["echo"]["lowest_level"]) == ([], "safe")
    assert (planned["parse"]["capabilities"], planned["parse"]["lowest_level"]) == (["json"], "production")
    assert not (project.root / ".crucible").exists()
    at_production = crucible("plan", "tools", "--level", "production", "--format", "json").document["plan"]
    assert {entry["action"] for entry in at_production} == {"new"}


@pytest.mark.seed("practice.phases", "practice.development")
def test_a_migration_can_go_in_phases_and_be_tried_in_a_state_of_its_own(crucible: Crucible, project: Project) -> None:
    fill(project)
    assert crucible("migrate", "tools", "--level", "development", "--state", "trial").code == 0
    assert crucible("migrate", "tools", "--tool", "echo").code == 0
    assert [found["original_name"] for found in crucible("list", "--format", "json").document] == ["echo"]
    assert len(crucible("list", "--state", "trial", "--format", "json").document) == 2


@pytest.mark.seed("pre.backup", "after.archive", "practice.document")
def test_the_originals_are_kept_and_written_back_byte_for_byte(crucible: Crucible, project: Project) -> None:
    project.write("echo.rn", b"\xef\xbb\xbf" + tool("echo", "args.text").replace("\n", "\r\n").encode())
    before = contents(project.tools)
    assert crucible("migrate", "tools").code == 0
    (project.tools / "echo.rn").unlink()
    assert crucible("restore", "--to", "back").code == 0
    assert list(contents(project.root / "back").values()) == list(before.values())
    shown = crucible("show", "echo", "--format", "json").document
    assert shown["metadata"]["original_file_path"] == "echo.rn"
    assert shown["metadata"]["security_level"] == "safe"


@pytest.mark.seed("during.monitor", "practice.monitor")
def test_progress_and_errors_of_a_migration_can_be_watched(crucible: Crucible, project: Project) -> None:
    fill(project)
    done = crucible("migrate", "tools", "--verbose")
    assert done.code == 3
    assert "echo" in done.err
    status = crucible("status", "--format", "json").document
    assert status["stats"]["active_tools"] == 1
    assert status["last_run"]["status"] == "completed"


@pytest.mark.seed("practice.alerts", "rollback.triggers", "practice.works")
def test_exit_codes_say_what_an_alarm_should_ring_for(crucible: Crucible, project: Project) -> None:
    fill(project)
    assert crucible("migrate", "tools").code == 3
    assert crucible("validate").code == 0
    assert crucible("call", "echo", "-a", "text=hello").out.strip() == "hello"
    database = project.root / ".crucible" / "crucible.db"
    database.write_bytes(database.read_bytes().replace(b"{ args.text }", b"{ args.test }"))
    assert crucible("validate").code != 0


@pytest.mark.seed("practice.rollback", "practice.rollback-test", "rollback.test")
def test_a_rollback_can_be_tried_and_is_a_rollback_that_can_be_undone(crucible: Crucible, project: Project) -> None:
    project.write("echo.rn", tool("echo", "args.text"))
    run = crucible("migrate", "tools", "--format", "json").document["migration_id"]
    assert crucible("rollback", "--run", run, "--dry-run").code == 0
    assert crucible("call", "echo", "-a", "text=a").code == 0
    assert crucible("rollback", "--run", run).code == 0
    assert crucible("call", "echo", "-a", "text=a").code == 1
    assert crucible("migrate", "tools").code == 0
    assert crucible("call", "echo", "-a", "text=a").code == 0


@pytest.mark.seed("practice.limits")
def test_reasonable_limits_are_set_in_a_configuration(crucible: Crucible, project: Project) -> None:
    project.write("loop.rn", tool("endless", "if args.get(`go`).is_none() { return 0; } loop {}"))
    (project.root / "limits.toml").write_text("[policy]\ntime_s = 0.05\n")
    assert crucible("migrate", "tools", "--config", "limits.toml").code == 0
    done = crucible("call", "endless", "-a", "go=true", "--format", "json", "--config", "limits.toml")
    assert done.code == 1
    assert "0.05 s" in done.document["error"]["message"]
