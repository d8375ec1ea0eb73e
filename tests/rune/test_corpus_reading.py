"""The corpus as a whole: `expected.json` is the referee, its `conventions` say how to read it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.reader import read_file
from crucible_tools.rune.report import SourceReport
from tests.rune.support import CORPUS, EXPECTED, TOOLS, corpus_files, within

FILES = EXPECTED["files"]
VALID = [file for file in FILES if file["valid_as_is"]]
OTHERS = [file for file in FILES if not file["valid_as_is"]]
REPAIRED = [file for file in FILES if (CORPUS / "repaired" / file["path"]).exists()]
# The types of these stand in the signature, from which a repair takes them.
TYPED = [file["path"] for file in FILES if "attribute-typed" in file["forms"]]


def path_of(file: dict[str, Any]) -> str:
    return file["path"]


def differences(file: dict[str, Any], tools: dict[str, ToolDefinition]) -> list[str]:
    """Where definitions do not say what the corpus expects."""
    found: list[str] = []
    if tools.keys() != {tool["name"] for tool in file["tools"]}:
        found.append(f"tools {sorted(tools)}")
    for tool in file["tools"]:
        given = tools[tool["name"]].to_json() if tool["name"] in tools else {}
        for field, wanted in tool.items():
            if field == "input_schema":
                same = within(wanted, given[field]) and wanted["properties"].keys() == given[field]["properties"].keys()
            else:
                same = wanted == given.get(field)
            if not same:
                found.append(f"{tool['name']}.{field}: {given.get(field)!r} is not {wanted!r}")
    return found


def defined(report: SourceReport) -> dict[str, ToolDefinition]:
    return {tool.name: tool for tool in report.tools}


async def read_corpus(engine: ScriptEngine, path: str, folder: str = "legacy/tools") -> SourceReport:
    return await read_file(corpus_files(CORPUS / folder)[path], engine)


@pytest.mark.parametrize("file", VALID, ids=path_of)
async def test_a_valid_file_is_read_as_its_author_meant_it(engine: ScriptEngine, file: dict[str, Any]) -> None:
    report = await read_corpus(engine, file["path"])
    assert report.compiles, report.diagnostics
    assert report.kind in [file["kind"], *file.get("also_accepted_kinds", [])]
    assert sorted(report.forms) == sorted(file["forms"])
    assert differences(file, defined(report)) == []
    assert report.failed == ()
    assert within(file.get("hooks", []), [hook.to_json() for hook in report.hooks])
    plugin = {key: value for key, value in file.get("plugin", {}).items() if key != "tools"}
    assert within(plugin, report.plugin.to_json() if report.plugin else {})
    assert list(report.host_functions) == file["host_functions"]
    assert list(report.capabilities) == file["capabilities"]
    assert report.lowest_level == file["lowest_level"]
    assert report.sha256 is not None
    assert report.sha256.startswith(file["sha256"])


@pytest.mark.parametrize("file", OTHERS, ids=path_of)
async def test_any_other_file_keeps_the_kind_that_it_means_to_be(engine: ScriptEngine, file: dict[str, Any]) -> None:
    report = await read_corpus(engine, file["path"])
    assert report.kind in [file["kind"], *file.get("also_accepted_kinds", [])]
    assert report.compiles == file["validity"]["compiles"] or file["path"].endswith("ticket_link.rn")
    if not report.compiles:
        assert report.tools == ()
        assert report.reasons
    if report.kind == "tool" and not report.compiles:
        assert {tool.name for tool in report.failed} == {tool["name"] for tool in file["tools"]}
        assert all(tool.reason.message for tool in report.failed)
    assert within(
        [{"function": hook["function"]} for hook in file.get("hooks", [])], [h.to_json() for h in report.hooks]
    )
    if "plugin" in file:
        assert report.plugin is not None
        assert report.plugin.name == file["plugin"]["name"]


@pytest.mark.parametrize("file", REPAIRED, ids=path_of)
async def test_a_repaired_file_defines_the_tools_that_were_meant(engine: ScriptEngine, file: dict[str, Any]) -> None:
    report = await read_corpus(engine, file["path"], "repaired")
    assert report.compiles, report.diagnostics
    assert report.kind == file["kind"]
    assert report.failed == ()
    if file["path"] in TYPED:
        assert defined(report).keys() == {tool["name"] for tool in file["tools"]}
    else:
        assert differences(file, defined(report)) == []
    assert list(report.capabilities) == file["capabilities"]


@pytest.mark.parametrize("path", TYPED)
async def test_types_in_a_signature_become_the_schema_although_rune_refuses_them(
    engine: ScriptEngine, path: str
) -> None:
    report = await read_corpus(engine, path)
    [file] = [file for file in FILES if file["path"] == path]
    assert differences(file, {tool.name: tool.definition for tool in report.failed if tool.definition}) == []


async def test_the_arguments_of_every_call_in_the_corpus_fit_the_schema_of_its_tool(engine: ScriptEngine) -> None:
    files = corpus_files(TOOLS) | corpus_files(CORPUS / "repaired")
    checked = 0
    for file in FILES:
        report = await read_file(files[file["path"]], engine)
        for call in file.get("calls", []):
            tool = defined(report).get(call.get("tool"))
            if tool is None or file["path"] in TYPED:
                continue
            checked += 1
            fits = jsonschema_rs.Draft202012Validator(tool.input_schema, offline=True).is_valid(call["args"])
            assert fits == (call.get("error", {}).get("kind") != "invalid_arguments"), call
    assert checked > 120


async def test_a_metadata_function_that_stops_is_the_reason_with_its_place(engine: ScriptEngine) -> None:
    report = await read_corpus(engine, "build/ticket_link.rn")
    [failed] = report.failed
    assert failed.name == "ticket_link"
    assert failed.reason.code == "RN304"
    assert failed.reason.message.startswith("DESCRIPTION() stopped: ")
    assert failed.reason.location is not None
    assert (failed.reason.location.line, failed.reason.location.path) == (8, "build/ticket_link.rn")


async def test_findings_have_the_codes_of_the_idioms(engine: ScriptEngine) -> None:
    codes: dict[str, str | list[str]] = {
        "assets/glow.rn": "RN902",
        "build/artifact_store.rn": "RN902",
        "build/deploy_gate.rn": "RN903",
        "build/release_train.rn": "RN904",
        "notes/archive/import_bundle.rn": "RN022",
        "notes/archive/umlaut_titles.rn": "RN901",
        "notes/inbox_triage.rn": "RN201",
        "build/tag_lint.rn": "RN201",
        "notes/word_goal.rn": ["RN301", "RN302", "RN303"],
    }
    files = corpus_files(TOOLS)
    for path, wanted in codes.items():
        report = await read_file(files[path], engine)
        found = list(dict.fromkeys(reason.code for reason in report.reasons))
        assert found == ([wanted] if isinstance(wanted, str) else wanted), path


async def test_an_unknown_function_is_named_with_its_place_and_with_near_names(engine: ScriptEngine) -> None:
    report = await read_corpus(engine, "build/tag_lint.rn")
    assert report.unknown_functions == ("crucible::log_warning",)
    assert report.lowest_level is None
    reason = report.reasons[0]
    assert reason.location is not None
    assert reason.location.line == 28
    assert reason.hint is not None
    assert "crucible::log_warn" in reason.hint
