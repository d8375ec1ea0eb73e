"""`crucible report`: what a run had to say, again and in any format, out of the state."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path

import jsonschema_rs
import pytest

from crucible_tools import MigrationReport, ReportFormat
from crucible_tools.store.state import State
from tests.cli.conftest import Crucible

SCHEMA = Path(__file__).parents[2] / "docs" / "migration-report.schema.json"
BROKEN = "let let"
FILES = {
    "r.html": ReportFormat.HTML,
    "r.json": ReportFormat.JSON,
    "r.md": ReportFormat.MARKDOWN,
    "r.sarif": ReportFormat.SARIF,
    "r.txt": ReportFormat.TEXT,
    "r.xml": ReportFormat.JUNIT,
}


def migrated(crucible: Crucible, *options: str) -> str:
    """The id of a run that migrated one tool of two."""
    crucible.tool("echo")
    crucible.tool("broken", BROKEN)
    done = crucible("migrate", "--format", "json", *options)
    assert done.code == 3
    return done.document["migration_id"]


def forget_report(crucible: Crucible) -> None:
    """Leave what the schema before whole reports kept of a run."""
    with sqlite3.connect(crucible.root / ".crucible" / "crucible.db") as database:
        database.execute("delete from run_reports")
    database.close()


def test_what_migrate_wrote_is_made_again_byte_for_byte(crucible: Crucible) -> None:
    migrated(crucible, *(part for name in FILES for part in ("--report", name)))
    for name, wanted in FILES.items():
        assert crucible("report", "--out", f"again-{name}").code == 0
        assert (crucible.root / f"again-{name}").read_bytes() == (crucible.root / name).read_bytes()
        printed = crucible("report", "last", "--format", wanted.value)
        assert (printed.code, printed.err) == (0, "")
        assert printed.out == (crucible.root / name).read_text(encoding="utf-8")


def test_the_report_of_a_real_migration_is_what_its_schema_says(crucible: Crucible) -> None:
    crucible.write("tools/lib.rn", "pub fn f() { 1 }")
    migrated(crucible, "--report", "r.json")
    written = json.loads((crucible.root / "r.json").read_text(encoding="utf-8"))
    jsonschema_rs.validate(json.loads(SCHEMA.read_text(encoding="utf-8")), written, validate_formats=True)


def test_without_a_run_it_is_the_last_migration(crucible: Crucible) -> None:
    migrated(crucible)
    crucible("migrate", "--tool", "echo")
    assert "Migrated 1 of 1 tools" in crucible("report").out
    assert "Migrated 1 of 1 tools" in crucible("report", "last").out


def test_the_beginning_of_an_id_is_enough_while_it_is_that_of_one_run(crucible: Crucible) -> None:
    first = migrated(crucible)
    assert crucible("report", first[:-3], "--format", "json").document["migration_id"] == first
    second = crucible("migrate", "--format", "json").document["migration_id"]
    several = crucible("report", "20")
    assert several.code == 2
    assert f"2 runs begin with '20': {second}, {first}" in several.err
    assert crucible("report", first, "--format", "json").document["migration_id"] == first


def test_an_unknown_run_is_refused_with_ids_like_it(crucible: Crucible) -> None:
    run = migrated(crucible)
    done = crucible("report", f"{run[:-1]}x", "--format", "json")
    assert done.code == 2
    assert done.document["error"]["code"] == "run-not-found"
    assert done.document["error"]["near"] == [run]


def test_where_nothing_was_migrated_there_is_no_last_run(crucible: Crucible) -> None:
    done = crucible("report")
    assert done.code == 2
    assert "nothing was migrated to ./.crucible yet" in done.err
    assert not (crucible.root / ".crucible").exists()


def test_of_a_run_before_reports_were_kept_whole_it_shows_what_is_known_and_says_so(crucible: Crucible) -> None:
    run = migrated(crucible)
    forget_report(crucible)
    done = crucible("report", "--format", "json")
    report = MigrationReport.model_validate(done.document)
    assert (report.migration_id, report.migrated_tools, report.plan) == (run, ("echo",), ())
    assert [error.tool_name for error in report.failed_tools] == ["broken"]
    assert report.failed_tools[0].context["location"]["line"] == 4
    assert "warning: An earlier version recorded this run, and kept no plan" in done.err
    shown = crucible("report")
    assert "broken  (tools/broken.rn)" in shown.out
    assert "kept no plan" in shown.out


def test_a_run_without_a_report_is_refused_and_says_how_it_ended(crucible: Crucible) -> None:
    with State(".crucible") as state, state.run("20260101T000000Z-killed00", {}):
        still = crucible("report")
    assert "the run 20260101T000000Z-killed00 is still going on" in still.err
    killed = crucible("report")
    assert killed.code == 2
    assert "the run 20260101T000000Z-killed00 ended as interrupted and has no report" in killed.err
    assert "crucible migrate" in killed.err


def test_the_run_of_another_command_has_no_migrations_report(crucible: Crucible) -> None:
    run = migrated(crucible)
    with State(".crucible") as state, state.run("other", {}, "rollback") as recorder:
        recorder.finish("completed", {"run": "other"}, full_report={"run": "other"})
    done = crucible("report", "other")
    assert done.code == 2
    assert "the run other was a rollback" in done.err
    assert crucible("report", "--format", "json").document["migration_id"] == run


def test_a_report_that_is_not_what_was_recorded_is_a_damaged_state(crucible: Crucible) -> None:
    migrated(crucible)
    with sqlite3.connect(crucible.root / ".crucible" / "crucible.db") as database:
        database.execute("update run_reports set report = ?", (zlib.compress(b'{"migration_id": 1}'),))
    database.close()
    done = crucible("report", "--format", "json")
    assert done.code == 5
    assert done.document["error"]["code"] == "state-damaged"
    assert "can't be read" in done.document["error"]["message"]


@pytest.mark.parametrize("command", ["migrate", "report"])
def test_a_file_whose_ending_nobody_knows_is_refused_before_anything_is_done(crucible: Crucible, command: str) -> None:
    crucible.tool("echo")
    option = "--report" if command == "migrate" else "--out"
    done = crucible(command, option, "report.pdf")
    assert done.code == 2
    assert "no format of a report ends with '.pdf'" in done.err
    assert ".html" in done.err
    assert not (crucible.root / ".crucible").exists()


def test_a_format_that_is_named_is_stronger_than_the_ending_of_the_file(crucible: Crucible) -> None:
    migrated(crucible)
    assert crucible("report", "--format", "markdown", "--out", "summary.txt").code == 0
    assert (crucible.root / "summary.txt").read_text(encoding="utf-8").startswith("## Migrated 1 of 2")


@pytest.mark.parametrize("command", ["plan", "migrate"])
@pytest.mark.parametrize(
    ("wanted", "begin"),
    [
        ("sarif", '{\n  "$schema"'),
        ("junit", "<?xml"),
        ("github", "::error file=tools/broken.rn,line=4,col="),
        ("html", "<!doctype html>"),
        ("markdown", "## "),
    ],
)
def test_migrate_and_plan_speak_every_format_and_end_as_they_do(
    crucible: Crucible, command: str, wanted: str, begin: str
) -> None:
    crucible.tool("echo")
    crucible.tool("broken", BROKEN)
    done = crucible(command, "--format", wanted)
    assert done.code == 3
    assert done.out.startswith(begin)
    assert done.err == "crucible: 1 of 2 tools can't be migrated\n"


@pytest.mark.parametrize("wanted", ["text", "github", "sarif", "junit", "html", "markdown"])
def test_files_are_named_from_the_working_directory_wherever_the_state_is(
    wanted: str, crucible: Crucible, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "state"
    crucible.tool("echo")
    crucible.write("tools/broken.rn", "pub fn NAME() { 1 + }")
    crucible.write("tools/lib.rn", "pub fn f() { 1 }")
    for command in (["plan"], ["migrate"], ["report", "last"]):
        done = crucible(*command, "--state", str(elsewhere), "--format", wanted)
        shown = done.out.replace("&#46;", ".").replace("&#47;", "/")
        assert "tools/broken.rn" in shown
        assert str(crucible.root) not in shown
        assert "tools/lib.rn" in shown or wanted in ("github", "sarif")


def test_a_state_that_lies_deeper_than_the_sources_makes_no_paths_of_its_own(crucible: Crucible) -> None:
    crucible.write("tools/broken.rn", "pub fn NAME() { 1 + }")
    done = crucible("migrate", "--state", "build/out/state", "--format", "sarif")
    [result] = json.loads(done.out)["runs"][0]["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "tools/broken.rn", "uriBaseId": "SRCROOT"}


def test_a_report_made_in_another_folder_names_files_as_they_are_called_there(
    crucible: Crucible, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = migrated(crucible)
    (crucible.root / "below").mkdir()
    for folder, path in (("tools", "broken.rn"), ("below", f"{crucible.root}/tools/broken.rn")):
        monkeypatch.chdir(crucible.root / folder)
        done = crucible("report", run, "--state", str(crucible.root / ".crucible"))
        assert f"({path})" in done.out


def test_the_json_of_a_report_says_what_its_paths_are_relative_to(crucible: Crucible) -> None:
    run = migrated(crucible)
    report = crucible("report", run, "--format", "json").document
    [error] = report["failed_tools"]
    assert (Path(report["base"]) / error["context"]["directory"] / error["context"]["path"]).is_file()


def test_a_report_tells_what_each_tool_took_and_so_does_the_one_out_of_the_state(crucible: Crucible) -> None:
    run = migrated(crucible)
    told = crucible("report", run, "--format", "json").document
    took = {timing["tool"]: timing for timing in told["timings"]}
    assert [timing["tool"] for timing in told["timings"]] == [tool["name"] for tool in told["plan"]]
    echo = took["echo"]
    assert echo["reading"] > 0
    assert 0 < echo["trial_call"] <= echo["validating"]
    assert took["broken"] == {"tool": "broken", "reading": took["broken"]["reading"]} | dict.fromkeys(
        ("validating", "trial_call")
    )
    assert "<dt>trial call</dt>" in crucible("report", run, "--format", "html").out


def test_what_an_earlier_run_did_took_this_one_no_time(crucible: Crucible) -> None:
    crucible.tool("echo")
    crucible("migrate")
    [again] = crucible("migrate", "--format", "json").document["timings"]
    assert again == {"tool": "echo", "reading": None, "validating": None, "trial_call": None}
