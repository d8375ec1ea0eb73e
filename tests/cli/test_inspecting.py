"""`crucible list`, `show`, `status` and `doctor`."""

import json
import sqlite3

import pytest

from crucible_tools.store.state import State
from tests.cli.conftest import Crucible


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    crucible.tool("echo")
    crucible.tool("broken", "let let")
    assert crucible("migrate").code == 3
    return crucible


def test_list_shows_each_tool_with_its_level_and_description(migrated: Crucible) -> None:
    done = migrated("list")
    assert (done.code, done.out) == (0, "echo  safe         The tool echo\n")


def test_list_as_json_is_an_array_of_migrated_tools(migrated: Crucible) -> None:
    (tool,) = migrated("list", "--format", "json").document
    assert tool["original_name"] == "echo"
    assert tool["definition"]["input_schema"] == {"type": "object"}
    assert tool["metadata"]["original_file_path"] == "echo.rn"


def test_without_a_state_the_list_is_empty_and_nothing_is_made(crucible: Crucible) -> None:
    assert crucible("list", "--format", "json").document == []
    done = crucible("list")
    assert (done.code, done.out) == (0, "")
    assert "run `crucible migrate` first" in done.err
    assert not (crucible.root / ".crucible").exists()


def test_a_vanished_tool_is_listed_as_inactive(migrated: Crucible) -> None:
    (migrated.root / "tools" / "echo.rn").unlink()
    migrated("migrate")
    assert "inactive" in migrated("list").out
    assert "no: it vanished" in migrated("show", "echo").out


def test_show_tells_where_a_tool_came_from_and_what_it_takes(migrated: Crucible) -> None:
    done = migrated("show", "echo")
    assert done.code == 0
    for part in ("The tool echo", "tools/echo.rn (direct)", "level     safe", '"type": "object"'):
        assert part in done.out


def test_show_of_an_unknown_tool_ends_with_1(migrated: Crucible) -> None:
    assert migrated("show", "ehco").code == 1


def test_status_tells_counts_and_the_last_run(migrated: Crucible) -> None:
    done = migrated("status", "--format", "json").document
    assert done["stats"]["active_tools"] == 1
    assert done["last_run"]["status"] == "completed"
    assert [failure["tool"] for failure in done["last_run"]["failures"]] == ["broken"]
    text = migrated("status").out
    assert "1 active and 0 inactive tools" in text
    assert "1 failure." in text


def test_status_before_any_run_says_so(crucible: Crucible) -> None:
    assert "Nothing was migrated yet." in crucible("status").out
    assert crucible("status", "--format", "json").document["last_run"] is None


def test_doctor_finds_a_sound_installation_sound(migrated: Crucible) -> None:
    done = migrated("doctor", "--format", "json")
    assert done.code == 0
    assert done.document["ok"] is True
    checks = {check["check"] for check in done.document["checks"]}
    assert {"engine: a call", "state: integrity", "state: lock"} <= checks


def test_doctor_shows_the_origin_of_each_value(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    crucible.write("crucible.toml", 'validation = "skip"\n')
    monkeypatch.setenv("CRUCIBLE_LEVEL", "production")
    settings = crucible("doctor", "--state", "mine", "--format", "json").document["settings"]
    origins = {setting["name"]: (setting["value"], setting["origin"]) for setting in settings}
    assert origins["state"] == ("mine", "--state")
    assert origins["level"] == ("production", "CRUCIBLE_LEVEL")
    assert origins["validation"] == ("skip", "crucible.toml")
    assert origins["mode"] == ("incremental", "default")


def test_doctor_ends_with_5_over_a_damaged_state(migrated: Crucible) -> None:
    database = migrated.root / ".crucible" / "crucible.db"
    database.write_bytes(database.read_bytes().replace(b'"The tool echo"', b'"The TOOL echo"'))
    done = migrated("doctor")
    assert done.code == 5
    assert "FAIL" in done.out


def test_doctor_says_who_holds_the_lock(migrated: Crucible) -> None:
    with State(".crucible") as state, state.run("the-other-run", {}):
        assert "run the-other-run" in migrated("doctor").out


def test_after_an_upgrade_of_the_engine_tools_are_to_be_revalidated_until_they_are(
    migrated: Crucible, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[bool, int, list[bool]]:
        (tool,) = migrated("list", "--format", "json").document
        texts = [migrated(*command).out for command in (("list",), ("show", "echo"), ("status",))]
        return (
            tool["metadata"]["to_be_revalidated"],
            migrated("status", "--format", "json").document["stats"]["to_be_revalidated"],
            ["to be revalidated" in text for text in texts],
        )

    assert told() == (False, 0, [False] * 3)
    assert migrated("show", "echo", "--format", "json").document["metadata"]["to_be_revalidated"] is False
    with sqlite3.connect(migrated.root / ".crucible" / "crucible.db") as database:
        database.execute("UPDATE tool_versions SET engine = ?", (json.dumps({"rune": "0.1", "guest": "old"}),))
    database.close()
    assert told() == (True, 1, [True] * 3)
    assert migrated("show", "echo", "--format", "json").document["metadata"]["to_be_revalidated"] is True
    assert migrated("call", "echo").code == 0
    assert migrated("validate").code == 0
    assert told() == (False, 0, [False] * 3)


def test_a_list_shows_the_beginning_of_a_description_that_is_very_long(crucible: Crucible) -> None:
    crucible.tool("long", "1").write_text(
        crucible.tool("long", "1").read_text().replace("The tool long", "much " * 5000), encoding="utf-8"
    )
    crucible("migrate")
    (shown,) = crucible("list").out.splitlines()
    assert len(shown) < 130
    assert shown.endswith("...")
    assert "much " * 4000 in crucible("show", "long").out
