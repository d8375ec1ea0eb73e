"""JUnit XML: a build server counts tools, and takes it whatever others' text holds."""

from __future__ import annotations

from xml.etree import ElementTree

from crucible_tools.migration.formats import render
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.migration import MigrationReport
from tests.formats.junit_schema import violations
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import atomic_failure, report, unplanned


def parsed(made: MigrationReport) -> ElementTree.Element:
    root = ElementTree.fromstring(render(made, ReportFormat.JUNIT).encode())
    assert list(violations(root)) == []
    return root


def cases(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {str(case.get("name")): case for case in root.iter("testcase")}


def test_a_tool_is_a_case_of_its_file_and_one_that_failed_a_failure() -> None:
    root = parsed(report())
    found = cases(root)
    assert found["broken"].get("classname") == "tools/broken.rn"
    failure = found["broken"].find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("RN903", "it does not compile")
    assert "2 |     let let a = 1;" in (failure.text or "")
    assert "hint: look at it" in (failure.text or "")
    assert [name for name, case in found.items() if case.find("failure") is not None] == [
        "broken",
        "careless",
        "fetch",
        "twice",
    ]


def test_a_failed_validation_is_told_by_its_findings() -> None:
    failures = cases(parsed(report()))["careless"].findall("failure")
    assert [failure.get("type") for failure in failures] == ["VAL003"]


def test_what_is_no_tool_any_more_or_never_was_one_is_skipped() -> None:
    found = cases(parsed(report()))
    assert [name for name, case in found.items() if case.find("skipped") is not None] == ["stale", "no tool: library"]


def test_a_warning_fails_nothing_and_is_said() -> None:
    found = cases(parsed(report()))["warned"]
    assert [child.tag for child in found] == ["system-out"]
    assert found[0].text == "warning VAL009: nobody knows"


def test_tools_of_an_atomic_failure_that_are_fine_are_skipped() -> None:
    found = cases(parsed(atomic_failure()))
    skipped = found["echo"].find("skipped")
    assert skipped is not None
    assert "another tool failed" in str(skipped.get("message"))


def test_the_numbers_are_those_of_the_tools_and_the_run() -> None:
    root = parsed(report())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("12", "4", "0")
    assert (root[0].get("time"), root[0].get("timestamp")) == ("1.500", "2026-11-29T11:00:00+00:00")
    assert parsed(unplanned()).get("failures") == "4"


@with_hostile_texts
def test_it_has_the_same_elements_whatever_text_is_in_it(text: str) -> None:
    shape = [(element.tag, sorted(element.attrib)) for element in parsed(hostile(text)).iter()]
    assert shape == [(element.tag, sorted(element.attrib)) for element in parsed(report()).iter()]


def test_control_characters_are_shown_and_not_passed_on() -> None:
    assert "broken\\x1b[2J\\x00" in cases(parsed(hostile("\x1b[2J\x00")))
