"""SARIF of a report: valid against its schema, and at the place of what is wrong."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs

from crucible_tools.migration.formats import render
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.migration import MigrationReport
from tests.cli.formats.test_sarif import SCHEMA
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import atomic_failure, report, unplanned

VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


def run(made: MigrationReport) -> Any:
    """The one run of a log that the schema takes."""
    log = json.loads(render(made, ReportFormat.SARIF))
    VALIDATOR.validate(log)
    return log["runs"][0]


def test_a_failure_is_a_result_at_its_place_with_what_the_compiler_says() -> None:
    made = run(report())
    first = made["results"][0]
    assert (first["ruleId"], first["level"]) == ("RN903", "error")
    assert made["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "RN903"
    assert first["message"]["text"] == "broken: it does not compile; look at it"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "tools/broken.rn", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 12}
    assert place["contextRegion"]["snippet"]["text"] == "    let let a = 1;"
    assert [it["message"]["text"] for it in first["relatedLocations"]] == ["Expected pattern"]


def test_results_are_errors_first_and_each_names_its_tool() -> None:
    results = run(report())["results"]
    assert [(it["properties"]["tool"], it["level"]) for it in results] == [
        ("broken", "error"),
        ("careless", "error"),
        ("fetch", "error"),
        ("twice", "error"),
        ("warned", "warning"),
    ]


def test_a_tool_that_lacks_a_capability_is_marked_where_it_needs_it() -> None:
    (fetch,) = [it for it in run(report())["results"] if it["properties"]["tool"] == "fetch"]
    assert fetch["locations"][0]["physicalLocation"]["region"]["startLine"] == 4


def test_what_is_about_the_run_is_a_notification() -> None:
    (invocation,) = run(report())["invocations"]
    assert invocation["executionSuccessful"] is True
    assert [it["message"]["text"] for it in invocation["toolExecutionNotifications"]] == [
        "stale is inactive now: tools/stale.rn no longer defines it"
    ]
    assert run(atomic_failure())["invocations"][0]["executionSuccessful"] is False


def test_a_report_without_a_plan_is_valid_too() -> None:
    assert [it["ruleId"] for it in run(unplanned())["results"]] == [
        "RN903",
        "validation_failed",
        "validation_failed",
        "RN905",
    ]


@with_hostile_texts
def test_it_is_valid_whatever_text_is_in_it(text: str) -> None:
    assert len(run(hostile(text))["results"]) == 5
