"""Annotations: escaped as the runner wants it, errors first, and the number of those that GitHub would drop."""

from __future__ import annotations

from crucible_tools.cli.formats.github import github
from tests.cli.formats.support import broken, clean, result, unreadable
from tests.rune.check.support import checked, each, found


def test_an_annotation_has_place_title_and_message_and_errors_come_first() -> None:
    assert github(result(clean(), broken(), unreadable())).splitlines() == [
        "::error file=tools/a.rn,line=2,col=6,endColumn=8,title=RN001 mut::there is no `mut`",
        "::error file=tools/c.rn,title=RN901" + github(result(unreadable())).partition("RN901")[2],
        "::warning file=tools/a.rn,line=3,col=5,endColumn=7,title=RN103 value-as-condition::"
        "`ünï` is no condition; say what you mean",
    ]


def test_nothing_found_is_nothing_printed() -> None:
    assert github(result(clean())) == ""


def test_what_the_runner_would_misread_is_escaped() -> None:
    item = found("x\n", 0, 1, message="100%\r\nso::, x\x1b[2J")
    (line,) = github(result(checked("x\n", item, path="a,b:c%.rn"))).splitlines()
    assert line == (
        "::error file=a%2Cb%3Ac%25.rn,line=1,col=1,endColumn=1,title=RN001 mut::100%25%0D%0Aso::, x\\x1b[2J"
    )


def test_ten_of_a_level_are_shown_and_the_others_counted() -> None:
    source = "bad\n" * 25
    errors = each(source, "bad")
    warnings = [found(source, 0, 3, severity="warning") for _ in range(11)]
    lines = github(result(checked(source, *errors, *warnings))).splitlines()
    assert [sum(line.startswith(f"::{level} ") for line in lines) for level in ("error", "warning")] == [10, 10]
    assert lines[-1] == (
        "::notice title=crucible check::15 more errors and 1 more warning not shown here: "
        "`crucible check` shows them all"
    )
