"""`crucible migrate` and `crucible plan`: what they print, and the exit code of each ending."""

import json
import os
import socket

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
    assert "broken  (tools/broken.rn)" in done.out
    assert "does not compile" in done.out
    assert "tools/lib.rn  library" in done.out
    assert done.err == "crucible: 1 of 2 tools can't be migrated\n"


def test_only_failures_end_with_1(crucible: Crucible) -> None:
    crucible.tool("broken", BROKEN)
    assert crucible("migrate").code == 1


def test_no_tool_at_all_ends_with_1_and_names_the_folders(crucible: Crucible) -> None:
    done = crucible("migrate")
    assert done.code == 1
    assert done.err == "crucible: no tool was found in tools, rune_tools: .rn and .rune files are looked at\n"


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
    written = json.loads((crucible.root / "report.json").read_text())
    assert [tool["name"] for tool in written.pop("plan")] == ["broken", "echo"]
    assert written == done.document


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
    assert "changed    echo   tools/echo.rn  its source changed" in done.out
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


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_a_failing_tool_is_left_out_and_the_exit_code_says_that_some_were_migrated(
    crucible: Crucible, mode: str
) -> None:
    crucible.tool("good")
    crucible.tool("wrong", "args.no_such_method()")
    done = crucible("migrate", "--mode", mode)
    assert done.code == 3
    assert "1 of 2 tools can't be migrated" in done.err
    assert [tool["original_name"] for tool in crucible("list", "--format", "json").document] == ["good"]


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_an_atomic_run_with_a_failing_tool_migrates_nothing_and_exits_1(crucible: Crucible, mode: str) -> None:
    crucible.tool("good")
    crucible.tool("wrong", "args.no_such_method()")
    planned = crucible("plan", "--atomic")
    done = crucible("migrate", "--mode", mode, "--atomic", "--jobs", "2", "--format", "json")
    assert (planned.code, done.code) == (1, 1)
    assert "so nothing is changed: the run is atomic" in done.err
    assert done.document["rolled_back"] == ["good"]
    assert done.document["state"]["phase"] == "failed"
    assert (done.document["config"]["max_concurrent_migrations"], done.document["config"]["rollback_on_failure"]) == (
        2,
        True,
    )
    assert crucible("list", "--format", "json").document == []


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


def test_a_saved_plan_is_followed_while_it_is_right_and_refused_with_what_changed(crucible: Crucible) -> None:
    crucible.tool("one")
    assert crucible("plan", "--out", "plan.json").code == 0
    crucible.tool("two")
    stale = crucible("migrate", "--plan", "plan.json")
    assert stale.code == 2
    assert "tools/two.rn is new" in stale.err
    refused = crucible("migrate", "--plan", "plan.json", "--format", "json").document["error"]
    assert (refused["code"], refused["changes"]) == ("plan-stale", ["tools/two.rn is new"])
    assert not (crucible.root / ".crucible").exists()
    (crucible.root / "tools/two.rn").unlink()
    assert crucible("migrate", "--plan", "plan.json").code == 0


def test_a_plan_that_is_none_is_refused(crucible: Crucible) -> None:
    crucible.tool("one")
    crucible.write("plan.json", "{}")
    done = crucible("migrate", "--plan", "plan.json")
    assert done.code == 2
    assert "crucible plan --out plan.json" in done.err


def test_a_rollback_is_verified_by_making_it(crucible: Crucible) -> None:
    crucible.tool("old", "1")
    assert crucible("migrate").code == 0
    crucible.tool("old", "2")
    crucible.tool("new")
    done = crucible("migrate", "--verify-rollback", "--format", "json")
    assert done.code == 0
    assert done.document["migrated_tools"] == ["new", "old"]
    assert "the rollback was verified" in done.document["state"]["warnings"][0]
    with State(crucible.root / ".crucible") as state:
        assert [(run.kind, run.status) for run in state.runs()] == [
            ("migrate", "completed"),
            ("rollback", "completed"),
            ("migrate", "completed"),
            ("migrate", "completed"),
        ]
    assert crucible("call", "old", "--args", "{}").out.strip() == "2"


def test_a_locked_state_is_refused_with_its_holder_and_waited_for_as_long_as_asked(crucible: Crucible) -> None:
    crucible.tool("one")
    with State(crucible.root / ".crucible") as state, state.run("another-run", {}):
        done = crucible("migrate", "--lock-timeout", "0.01")
        error = crucible("migrate", "--format", "json").document["error"]
    assert done.code == 4
    assert all(part in done.err for part in (f"process {os.getpid()}", socket.gethostname(), "another-run", "since 20"))
    assert error["holder"]["run_id"] == "another-run"
    assert set(error["holder"]) == {"pid", "host", "run_id", "since"}


def test_a_policy_of_one_tool_in_a_named_file_allows_that_tool(crucible: Crucible) -> None:
    crucible.tool("one", "json::to_string(args)")
    crucible.tool("two", "json::to_string(args)")
    planned = crucible("plan", "--format", "json").document["plan"][0]
    crucible.write("allow.toml", planned["policy_snippet"])
    done = crucible("migrate", "--config", "allow.toml", "--format", "json")
    assert done.code == 3
    assert done.document["migrated_tools"] == ["one"]
    found = crucible("migrate", "--format", "json")
    assert found.code == 1, "without the file it is refused again"
