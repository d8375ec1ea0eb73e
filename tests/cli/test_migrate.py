"""`crucible migrate` and `crucible plan`: what they print, and the exit code of each ending."""

import json

import pytest

from crucible_tools import MigrationReport
from crucible_tools.store.state import State
from tests.cli.conftest import Crucible

BROKEN = "let let"


def test_a_migration_of_valid_tools_ends_with_0_and_says_what_it_did(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible.tool("add")
    done = crucible("migrate")
    assert done.code == 0
    assert "Migrated 2 of 2 tools at SAFE" in done.out
    assert done.err == ""


def test_some_failures_end_with_3_and_every_file_is_named(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible.tool("broken", BROKEN)
    crucible.write("tools/lib.rn", "pub fn f() { 1 }")
    done = crucible("migrate")
    assert done.code == 3
    assert "broken  (broken.rn)" in done.out
    assert "does not compile" in done.out
    assert "lib.rn  library" in done.out
    assert done.err == "crucible: 1 of 2 tools can't be migrated\n"


def test_only_failures_end_with_1(crucible: Crucible) -> None:
    crucible.tool("broken", BROKEN)
    assert crucible("migrate").code == 1


def test_no_tool_at_all_ends_with_1_and_names_the_folders(crucible: Crucible) -> None:
    done = crucible("migrate")
    assert done.code == 1
    assert done.err == "crucible: no tool was found in tools, rune_tools\n"


def test_a_named_folder_that_is_missing_ends_with_2_and_makes_no_state(crucible: Crucible) -> None:
    done = crucible("migrate", "nowhere")
    assert done.code == 2
    assert "nowhere does not exist" in done.err
    assert not (crucible.root / ".crucible").exists()


def test_a_locked_state_ends_with_4_and_names_the_holder(crucible: Crucible) -> None:
    crucible.tool("echo")
    with State(".crucible") as state, state.run("the-other-run", {}):
        done = crucible("migrate", "--format", "json")
    assert done.code == 4
    assert done.document["error"]["code"] == "state-locked"
    assert done.document["error"]["holder"]["run_id"] == "the-other-run"


@pytest.mark.parametrize("command", ["migrate", "plan", "list", "status", "show x", "call x"])
def test_a_damaged_state_ends_with_5_whatever_the_command(crucible: Crucible, command: str) -> None:
    crucible.tool("echo")
    crucible.write(".crucible/crucible.db", b"no database" * 1000)
    done = crucible(*command.split(), "--format", "json")
    assert done.code == 5
    assert done.document["error"]["code"] == "state-damaged"
    assert "backup" in done.document["error"]["hint"]


def test_a_state_that_cannot_be_made_ends_with_2(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible.write("file", "no folder")
    done = crucible("migrate", "--state", "file/state")
    assert done.code == 2
    assert "can't be used" in done.err


def test_as_json_a_migration_is_the_report_and_nothing_else(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible.tool("broken", BROKEN)
    done = crucible("migrate", "--format", "json", "--report", "report.json")
    report = MigrationReport.model_validate(done.document)
    assert report.migrated_tools == ("echo",)
    assert report.failed_tools[0].context["location"]["line"] == 4
    assert done.document["state"]["phase"] == "completed"
    assert isinstance(done.document["duration"], float)
    assert json.loads((crucible.root / "report.json").read_text()) == {**done.document, "plan": []}


def test_a_report_that_has_nowhere_to_go_is_refused_before_anything_is_migrated(crucible: Crucible) -> None:
    crucible.tool("echo")
    done = crucible("migrate", "--report", "nowhere/report.json")
    assert done.code == 2
    assert not (crucible.root / ".crucible").exists()


def test_a_plan_says_per_tool_what_why_and_what_it_needs_and_changes_nothing(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible.tool("fetch", "crucible::http_get(args.url).await")
    done = crucible("plan", "--format", "json", "--out", "plan.json")
    assert done.code == 3
    fetch = {tool["name"]: tool for tool in done.document["plan"]}["fetch"]
    assert (fetch["action"], fetch["capabilities"], fetch["lowest_level"]) == ("blocked", ["http"], "production")
    assert "PRODUCTION is the lowest level" in fetch["reason"]
    assert fetch["diff"] is None
    assert json.loads((crucible.root / "plan.json").read_text()) == done.document
    assert not (crucible.root / ".crucible").exists()


def test_a_plan_as_text_names_the_action_of_every_tool(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible("migrate")
    crucible.tool("echo", "1")
    crucible.tool("fresh")
    done = crucible("plan")
    assert "changed    echo   echo.rn  its source changed" in done.out
    assert "new        fresh" in done.out
    assert "Nothing was changed." in done.out


@pytest.mark.parametrize("mode", ["dry-run", "dry_run", "DRY-RUN"])
def test_a_dry_run_prints_the_plan_and_writes_nothing(crucible: Crucible, mode: str) -> None:
    crucible.tool("echo")
    done = crucible("migrate", "--mode", mode)
    assert done.code == 0
    assert "new        echo" in done.out
    assert not (crucible.root / ".crucible").exists()


def test_only_named_tools_are_migrated(crucible: Crucible) -> None:
    crucible.tool("one")
    crucible.tool("two")
    assert crucible("migrate", "--tool", "two").code == 0
    assert [tool["original_name"] for tool in crucible("list", "--format", "json").document] == ["two"]


def test_naming_an_unknown_tool_ends_with_1_and_near_names(crucible: Crucible) -> None:
    crucible.tool("slugify")
    done = crucible("migrate", "--tool", "slugfy")
    assert done.code == 1
    assert "did you mean 'slugify'?" in done.err


def test_manual_mode_needs_named_tools(crucible: Crucible) -> None:
    crucible.tool("one")
    assert crucible("migrate", "--mode", "manual").code == 2
    assert crucible("migrate", "--mode", "manual", "--tool", "one").code == 0


def test_a_mode_that_is_not_there_yet_is_refused(crucible: Crucible) -> None:
    done = crucible("migrate", "--mode", "full")
    assert done.code == 2
    assert "not available in this version" in done.err


def test_the_level_of_the_flag_is_what_tools_are_migrated_to(crucible: Crucible) -> None:
    crucible.tool("parse", "json::from_string(args.text)")
    assert crucible("migrate").code == 1
    assert crucible("migrate", "--level", "production").code == 0
    shown = crucible("show", "parse", "--format", "json").document
    assert shown["metadata"]["security_level"] == "production"


def test_verbose_tells_each_step_and_quiet_tells_none(crucible: Crucible) -> None:
    crucible.tool("echo")
    assert "reading echo.rn\nmigrating echo\n" in crucible("migrate", "--verbose").err
    assert crucible("migrate", "--quiet").err == ""


def test_a_bug_of_ours_is_no_traceback(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crucible_tools.operations.inspect.State", None)
    done = crucible("list", "--format", "json")
    assert done.code == 1
    assert done.document["error"]["code"] == "internal"
    assert "Traceback" not in done.err
