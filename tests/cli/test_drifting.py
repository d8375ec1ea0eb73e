"""`crucible status --drift`, `reload` and `adopt`: tools that are not what they would be now."""

import pytest

from tests.cli.conftest import Crucible


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    for name in ("a", "b", "c"):
        crucible.tool(name)
    assert crucible("migrate").code == 0
    return crucible


def drift(crucible: Crucible) -> dict[str, str]:
    return {item["tool"]: item["kind"] for item in crucible("status", "--drift", "--format", "json").document["drift"]}


def test_status_says_nothing_about_drift_unless_it_is_asked(migrated: Crucible) -> None:
    migrated.tool("a", "1")
    assert migrated("status", "--format", "json").document["drift"] is None
    assert migrated("status").code == 0


def test_tools_that_do_not_drift_are_told_with_exit_0(migrated: Crucible) -> None:
    done = migrated("status", "--drift")
    assert (done.code, done.out.splitlines()[-1]) == (0, "No tool drifted.")
    assert drift(migrated) == {}


def test_drift_of_code_is_shown_with_a_diff_and_exit_1(migrated: Crucible) -> None:
    migrated.tool("a", "1")
    done = migrated("status", "--drift")
    assert done.code == 1
    assert "code: a: its source changed" in done.out
    assert "    -pub async fn call(args) { args }\n    +pub async fn call(args) { 1 }" in done.out
    assert "`crucible reload`" in done.err
    assert done.err.endswith("crucible: 1 tool drifted\n")


def test_a_change_of_comments_is_a_note_with_exit_0(migrated: Crucible) -> None:
    source = migrated.tool("a")
    source.write_text(f"// new\n{source.read_text()}")
    done = migrated("status", "--drift")
    assert done.code == 0
    assert "comments: a:" in done.out


def test_another_level_is_drift_of_policy_with_exit_0(migrated: Crucible) -> None:
    done = migrated("status", "--drift", "--level", "production")
    assert done.code == 0
    assert "policy: a: it runs under safe, and the configuration says production" in done.out


def test_drift_where_there_is_no_state_is_none_and_makes_no_state(crucible: Crucible) -> None:
    assert drift(crucible) == {}
    assert not (crucible.root / ".crucible").exists()


def test_reloading_takes_up_what_drifted_and_nothing_else(migrated: Crucible) -> None:
    migrated.tool("a", "1")
    (migrated.root / "tools" / "b.rn").unlink()
    migrated.tool("new")
    done = migrated("reload", "--format", "json")
    assert done.code == 0
    assert done.document["migrated_tools"] == ["a"]
    assert {item["name"]: item["action"] for item in done.document["plan"]} == {"a": "changed", "b": "vanished"}
    assert migrated("call", "a").out == "1\n"
    assert migrated("show", "new").code == 1
    assert drift(migrated) == {}


def test_reloading_what_did_not_drift_is_no_run(migrated: Crucible) -> None:
    before = migrated("history", "--format", "json").document
    done = migrated("reload", "--format", "json")
    assert (done.code, done.document["migrated_tools"], done.document["state"]["phase"]) == (0, [], "completed")
    assert migrated("history", "--format", "json").document == before


def test_reloading_takes_folders_from_the_state_and_not_from_the_settings(crucible: Crucible) -> None:
    crucible.write("elsewhere/deep/a.rn", crucible.tool("a").read_text())
    (crucible.root / "tools" / "a.rn").unlink()
    assert crucible("migrate", "elsewhere").code == 0
    source = crucible.root / "elsewhere" / "deep" / "a.rn"
    source.write_text(source.read_text().replace("{ args }", "{ 2 }"))
    assert crucible("reload", "a").code == 0
    assert crucible("call", "a").out == "2\n"


def test_a_state_that_was_merely_found_has_no_folder_outside_of_the_project_read(
    crucible: Crucible, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    source = outside / "a.rn"
    source.write_text(crucible.tool("a").read_text())
    assert crucible("migrate", str(outside)).code == 0
    source.write_text(source.read_text().replace("{ args }", "{ 2 }"))
    done = crucible("reload")
    assert done.code == 2
    assert "outside of the project" in done.err
    assert crucible("reload", "--state", ".crucible").code == 0
    assert crucible("call", "a").out == "2\n"


def test_a_tool_that_can_not_be_reloaded_stays_as_it_was(migrated: Crucible) -> None:
    migrated.tool("a", "let = 1;")
    migrated.tool("b", "2")
    done = migrated("reload")
    assert done.code == 3
    assert "1 of 2 tools can't be reloaded, and stay as they were" in done.err
    assert migrated("call", "a", "-a", "x=1").code == 0
    assert migrated("reload", "a").code == 1


def test_reloading_repairs_as_far_as_it_is_told(migrated: Crucible) -> None:
    migrated.tool("a", "let mut x = 1; x")
    assert migrated("reload", "a", "--no-repair").code == 1
    assert migrated("reload", "a").code == 0
    assert migrated("call", "a").out == "1\n"
    assert migrated("reload", "a", "--no-repair", "--unsafe-fixes").code == 2


def test_reloading_an_unknown_tool_or_out_of_a_folder_that_is_gone_is_refused(migrated: Crucible) -> None:
    assert migrated("reload", "nothing").code == 1
    (migrated.root / "tools").rename(migrated.root / "moved")
    done = migrated("reload")
    assert done.code == 2
    assert "is gone, which tools were migrated from" in done.err


def test_an_adopted_source_drifts_no_more_and_is_left_alone(migrated: Crucible) -> None:
    migrated.tool("a", "1")
    done = migrated("adopt", "a")
    assert done.code == 0
    assert "Adopted 1 source as run" in done.out
    assert drift(migrated) == {"a": "adopted"}
    plan = migrated("plan", "--format", "json").document["plan"]
    assert [(item["action"], item["reason"]) for item in plan if item["name"] == "a"] == [("unchanged", "adopted")]
    assert migrated("call", "a", "-a", "x=1").out != "1\n"


def test_adopting_when_nothing_changed_says_so(migrated: Crucible) -> None:
    assert migrated("adopt").out == "There is nothing to adopt: no source changed.\n"
    assert migrated("adopt", "--format", "json").document == {"run": None, "adopted": []}


def test_adopting_what_is_gone_is_refused_with_what_helps(migrated: Crucible) -> None:
    (migrated.root / "tools" / "a.rn").unlink()
    done = migrated("adopt", "a")
    assert done.code == 1
    assert "tools/a.rn is gone" in done.err
    assert "crucible restore" in done.err
