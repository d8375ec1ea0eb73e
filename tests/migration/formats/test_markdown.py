"""The summary of a step: tables in which others' text is no markup."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crucible_tools.migration.formats import render
from crucible_tools.migration.formats.markdown import MOST
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.migration import MigrationReport
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import atomic_failure, report

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(made: MigrationReport) -> list[Token]:
    return READER.parse(render(made, ReportFormat.MARKDOWN))


def shape(made: MigrationReport) -> list[str]:
    """What the reader takes for structure; runs of text and of entities are one text."""
    found: list[str] = []
    for token in tokens(made):
        found.append(token.type if token.type != "html_block" else token.content)
        for child in token.children or ():
            kind = "text" if child.type == "text_special" else child.type
            if kind != "text" or found[-1] != "text":
                found.append(kind if kind != "html_inline" else child.content)
    return found


def cells(made: MigrationReport) -> list[str]:
    return [
        READER.renderer.render(token.children or [], READER.options, {}) for token in tokens(made) if token.children
    ]


def test_it_has_the_numbers_and_why_each_tool_was_not_migrated() -> None:
    shown = cells(report())
    assert "Migrated 5 of 9 tools at SAFE into state in 1.5 s (2 new, 1 changed, 1 repaired, 1 unchanged)" in shown
    assert shown[shown.index("broken") :][:4] == [
        "broken",
        "tools/broken.rn:2:9",
        "RN903",
        "it does not compile<br>hint: look at it",
    ]


def test_what_is_unusual_about_the_run_is_said_first() -> None:
    assert "2 tools are fine and not migrated, because the run was atomic and another tool failed" in cells(
        atomic_failure()
    )


def test_a_long_table_is_cut_and_says_how_much_is_missing() -> None:
    full = report()
    many = full.model_copy(update={"plan": (), "validation": None, "failed_tools": full.failed_tools * 50})
    assert f"and {200 - MOST} more rows" in cells(many)


@with_hostile_texts
def test_others_text_makes_no_structure(text: str) -> None:
    assert shape(hostile(text)) == shape(report())


def test_what_is_escaped_is_shown_as_it_is() -> None:
    assert "broken| a | *b* &lt;i&gt; [c](d) `e` \\" in cells(hostile("| a | *b* <i> [c](d) `e` \\"))
