"""A baseline knows findings wherever their lines move to, and nothing else; a damaged one is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools import ConfigurationError
from crucible_tools.rune.check.baseline import Baseline, compare, parse_baseline, record
from crucible_tools.rune.check.report import CheckedFile
from tests.rune.check.support import checked, each


def path_of(file: CheckedFile) -> str:
    return file.path


def anything(_path: str, _code: str) -> bool:
    return True


def recorded(*files: CheckedFile) -> Baseline:
    """The baseline of files, as it comes back from its text."""
    made = record(files, Baseline(), path_of=path_of, answered=anything)
    return parse_baseline(made.to_text(), "baseline.json")


def bad(source: str, path: str = "tools/a.rn", code: str = "RN001") -> CheckedFile:
    """A file in which each `bad` is a finding."""
    return checked(source, *each(source, "bad", code), path=path)


def new(file: CheckedFile, baseline: Baseline) -> list[int]:
    """The lines of what the baseline does not know."""
    (left,) = compare([file], baseline, path_of=path_of, answered=anything).files
    return [item.line for item in left.findings]


def test_what_is_recorded_is_known() -> None:
    file = bad("let a = bad;\nlet b = bad;\n")
    compared = compare([file], recorded(file), path_of=path_of, answered=anything)
    assert (compared.files[0].findings, compared.known, compared.vanished) == ((), 2, ())


def test_a_finding_is_known_where_its_line_moves_or_is_indented_anew() -> None:
    baseline = recorded(bad("let a = bad;\n"))
    assert new(bad("// new\n\n    let  a =\tbad;\r\n"), baseline) == []


@pytest.mark.parametrize(
    "other",
    [bad("let b = bad;\n"), bad("let a = bad;\n", path="tools/b.rn"), bad("let a = bad;\n", code="RN002")],
    ids=["another line", "another file", "another rule"],
)
def test_anything_else_is_new(other: CheckedFile) -> None:
    assert new(other, recorded(bad("let a = bad;\n"))) == [1]


def test_of_several_alike_as_many_are_known_as_were_recorded() -> None:
    baseline = recorded(bad("x(bad);\nx(bad);\n"))
    assert baseline.size == 2
    assert new(bad("x(bad);\n\nx(bad);\nx(bad);\n"), baseline) == [4]


def test_what_is_gone_is_told_where_it_was_looked_for() -> None:
    baseline = recorded(bad("bad;\n"), bad("bad;\n", path="tools/b.rn"))
    compared = compare([bad("good;\n")], baseline, path_of=path_of, answered=lambda path, _: path == "tools/a.rn")
    assert [(path, code) for path, code, _ in compared.vanished] == [("tools/a.rn", "RN001")]


def test_recording_keeps_what_was_not_looked_at_and_forgets_what_is_gone() -> None:
    before = recorded(bad("bad;\n"), bad("bad;\n", path="tools/b.rn"))
    after = record([bad("good;\n")], before, path_of=path_of, answered=lambda path, _: path == "tools/a.rn")
    assert [path for path, _, _ in after.counts] == ["tools/b.rn"]


def test_the_text_is_the_same_in_whatever_order_files_come() -> None:
    first, second = bad("bad;\n"), bad("bad;\nbad;\n", path="tools/b.rn")
    assert recorded(first, second).to_text() == recorded(second, first).to_text()
    assert json.loads(recorded(first).to_text())["version"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"version": 0, "findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": [1]}',
        '{"version": 1, "findings": [{"path": "a", "code": "RN001", "fingerprint": "x", "count": 0}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "RN001", "fingerprint": "x", "count": true}]}',
        '{"version": 1, "findings": [{"path": 1, "code": "RN001", "fingerprint": "x", "count": 1}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "RN001", "fingerprint": "x"}]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_baseline_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"the baseline b\.json is damaged") as caught:
        parse_baseline(text, "b.json")
    assert "--write-baseline" in (caught.value.hint or "")


def test_a_newer_baseline_is_refused_as_newer() -> None:
    with pytest.raises(ConfigurationError, match="newer version"):
        parse_baseline('{"version": 2, "findings": {}}', "b.json")


@given(st.lists(st.text(alphabet="bad \n\té\ud800", max_size=40), max_size=4))
def test_any_findings_are_known_after_they_were_recorded(sources: list[str]) -> None:
    files = [bad(source, path=f"{number}.rn") for number, source in enumerate(sources)]
    compared = compare(files, recorded(*files), path_of=path_of, answered=anything)
    assert [file.findings for file in compared.files] == [()] * len(files)
    assert compared.vanished == ()
