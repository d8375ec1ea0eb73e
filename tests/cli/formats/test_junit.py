"""JUnit XML: well-formed whatever is in names and messages, and its numbers add up."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.cli.formats.junit import junit
from crucible_tools.rune.check.report import CheckedFile
from tests.cli.formats.support import broken, clean, result, unreadable
from tests.formats.junit_schema import violations
from tests.rune.check.support import checked, found


def parsed(*files: CheckedFile) -> ElementTree.Element:
    root = ElementTree.fromstring(junit(result(*files)).encode())
    assert list(violations(root)) == []
    return root


def test_a_file_is_a_suite_and_a_finding_a_case() -> None:
    root = parsed(broken(), clean(), unreadable())
    assert [suite.get("name") for suite in root] == ["tools/a.rn", "tools/b.rn", "tools/c.rn"]
    error, warning = root[0]
    assert error.get("name") == "RN001 mut at 2:6"
    failure = error.find("failure")
    assert failure is not None
    assert failure.get("message") == "there is no `mut`"
    assert "help: Delete `mut` (--fix)" in (failure.text or "")
    assert warning.find("failure") is None
    assert warning.find("skipped") is not None


def test_a_clean_file_is_a_case_that_passes() -> None:
    (case,) = parsed(clean())[0]
    assert (case.get("name"), len(case)) == ("no findings", 0)


def test_the_numbers_are_those_of_the_cases() -> None:
    root = parsed(broken(), clean(), unreadable())
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
    }
    assert [suite.get("skipped") for suite in root] == ["1", "0", "0"]
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))


@given(st.text(), st.text(min_size=1))
def test_it_is_xml_whatever_is_in_a_message_a_line_or_a_name(message: str, path: str) -> None:
    source = message.replace("\n", " ")
    item = found(source, 0, 0, message=message, hint=message, code=message or "x", choices=(message,))
    (case,) = parsed(checked(source, item, path=path))[0]
    assert case.find("failure") is not None


def test_control_characters_are_shown_and_not_passed_on() -> None:
    item = found("x", 0, 1, message="a\x1b[2J\x00\x0b\ufffe\ud800b ]]> & <x>")
    failure = parsed(checked("x", item))[0][0].find("failure")
    assert failure is not None
    assert failure.get("message") == "a\\x1b[2J\\x00\\x0b\ufffd\ufffdb ]]> & <x>"
