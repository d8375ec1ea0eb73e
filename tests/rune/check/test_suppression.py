"""A comment allows findings: of its line, of the next line of code, or of its file; one that allows nothing is told."""

from __future__ import annotations

import pytest

from crucible_tools.rune.check.report import CheckedFile
from crucible_tools.rune.check.suppression import UNUSED, suppressions, without_suppressed
from tests.rune.check.support import checked, each

CODES = ("RN001", "RN002", "RN101", "RN103")


def allowed(source: str, code: str = "RN001", asked: tuple[str, ...] = CODES) -> tuple[CheckedFile, int]:
    """A file in which each `bad` is a finding, without the findings that are allowed."""
    return without_suppressed(checked(source, *each(source, "bad", code)), asked, CODES)


def left(source: str, code: str = "RN001", asked: tuple[str, ...] = CODES) -> list[tuple[int, str]]:
    """Line and code of what is left."""
    return [(item.line, item.finding.code) for item in allowed(source, code, asked)[0].findings]


@pytest.mark.parametrize(
    "comment",
    [
        "// crucible: allow RN001",
        "//crucible:allow RN001",
        "// crucible: allow rn001",
        "// crucible: allow RN0",
        "// crucible: allow RN103, RN001",
        "// crucible: allow RN103 RN001 because the host wants it",
        "// crucible: allow RN001: the host wants it",
        "/* crucible: allow RN001 */",
    ],
)
def test_a_comment_behind_code_allows_what_begins_on_its_line(comment: str) -> None:
    source = f"bad;\nbad; {comment}\nbad;\n"
    assert [line for line, code in left(source, asked=("RN001",)) if code == "RN001"] == [1, 3]


def test_a_comment_on_its_own_line_allows_what_begins_on_the_next_line_of_code() -> None:
    source = "bad;\n// crucible: allow RN001\n\n// another comment\n  bad; bad;\nbad;\n"
    file, count = allowed(source)
    assert [item.line for item in file.findings] == [1, 6]
    assert count == 2


def test_comments_of_two_lines_allow_the_same_line_together() -> None:
    source = "// crucible: allow RN002\n// crucible: allow RN001\nbad;\n"
    assert left(source, asked=("RN001",)) == []


@pytest.mark.parametrize(
    "place", ["{comment}\nfn a() {{ bad }}\n", "fn a() {{ bad }} {comment}\n", "bad;\nbad;\n{comment}"]
)
def test_a_comment_about_the_file_allows_it_everywhere(place: str) -> None:
    assert left(place.format(comment="// crucible: allow-file RN001")) == []


@pytest.mark.parametrize(
    "source",
    [
        'let s = "// crucible: allow RN001"; bad;\n',
        "let s = `// crucible: allow RN001`; bad;\n",
        "/// crucible: allow RN001\nfn a() { bad }\n",
        "// see crucible: allow RN001\nbad;\n",
        "// crucible: allowed RN001\nbad;\n",
        "/* // crucible: allow RN001 */ bad;\n",
    ],
)
def test_what_only_looks_like_it_allows_nothing(source: str) -> None:
    assert [code for _, code in left(source)] == ["RN001"]


def test_a_comment_in_an_expression_of_a_template_is_a_comment() -> None:
    assert suppressions("let s = `a ${ x /* crucible: allow RN001 */ }`;\n").allows("RN001", 1)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("// crucible: allow RN001", "there is nothing of it on line 1"),
        ("// crucible: allow-file RN1", "there is nothing of it in this file"),
        ("// crucible: allow", "names no code"),
        ("// crucible: allow everything", "names no code"),
        ("// crucible: allow compile", "there is nothing of it"),
        ("// crucible: allow RN999", "there is no rule RN999"),
    ],
)
def test_a_comment_that_allows_nothing_is_a_warning_at_its_place(comment: str, said: str) -> None:
    source = f"good; {comment}\n"
    (item,) = allowed(source)[0].findings
    assert (item.finding.code, item.finding.severity) == (UNUSED, "warning")
    assert said in item.finding.message
    assert source[item.finding.start : item.finding.end] == comment
    assert (item.line, item.column, item.source_line) == (1, 7, source.rstrip())


def test_of_several_codes_only_the_unused_one_is_told() -> None:
    (item,) = allowed("bad; // crucible: allow RN001, RN103\n")[0].findings
    assert "RN103" in item.finding.message


def test_nothing_is_said_about_codes_that_were_not_asked() -> None:
    assert left("good; // crucible: allow RN103\n", asked=("RN001",)) == []
    assert left("good; // crucible: allow RN1\n", asked=("RN001", "RN101")) == []


def test_the_warning_can_be_allowed_as_well() -> None:
    assert left("// crucible: allow-file suppression\ngood; // crucible: allow RN001\n") == []


def test_an_error_of_the_compiler_can_be_allowed_by_its_word() -> None:
    assert left("bad; // crucible: allow compile\n", "compile") == []
    assert left("bad; // crucible: allow RN001\n", "compile")[0] == (1, "compile")


def test_a_file_without_text_or_comments_stays_as_it_is() -> None:
    for file in (checked(None), checked("bad;\n", *each("bad;\n", "bad"))):
        assert without_suppressed(file, CODES, CODES) == (file, 0)
