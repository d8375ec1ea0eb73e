"""The report at a terminal: no line of it is begun by somebody else's text, and nothing moves the cursor."""

from __future__ import annotations

import re

from crucible_tools.formats.text import Colour
from crucible_tools.migration.formats import render
from crucible_tools.migration.formats.text import text as as_text
from crucible_tools.model.enums import MigrationMode, ReportFormat
from crucible_tools.model.migration import MigrationValidation
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import atomic_failure, report, unplanned


def test_a_plan_says_what_would_be_done_and_that_nothing_was_changed() -> None:
    shown = as_text(report(mode=MigrationMode.DRY_RUN))
    assert shown.startswith(
        "Plan at SAFE: 3 blocked, 1 changed, 1 conflicting, 2 new, 1 repaired, 1 unchanged, 1 vanished.\n"
    )
    assert "  changed    shown    tools/shown.rn  its source changed\n" in shown
    assert shown.endswith("Nothing was changed.")


def test_a_failure_has_its_place_the_line_and_what_helps() -> None:
    assert (
        "  broken  (tools/broken.rn) [RN903]\n"
        "      it does not compile\n"
        "      tools/broken.rn:2:9: Expected pattern\n"
        "        2 |     let let a = 1;\n"
        "          |         ^^^\n"
        "      Expected pattern\n"
        "      hint: look at it\n"
    ) in as_text(report())


def test_what_would_allow_a_tool_is_said_as_lines_of_a_configuration() -> None:
    shown = as_text(report())
    assert (
        '      the smallest policy that allows it:\n        [tool."fetch".policy]\n        level = "production"\n'
        in shown
    )


def test_an_atomic_failure_and_a_resumed_run_are_said() -> None:
    shown = as_text(atomic_failure())
    assert "2 tools are fine and not migrated, because the run was atomic and another tool failed.\n" in shown
    assert "It went on from the run 20261129T100000Z-aaaaaaaa, which was interrupted.\n" in shown


def test_a_report_without_a_plan_says_so() -> None:
    assert "An earlier version recorded this run, and kept no plan" in as_text(unplanned())


def test_colours_are_those_of_whoever_paints() -> None:
    def paint(text: str, colour: Colour) -> str:
        return f"<{colour}>{text}</>"

    assert as_text(report(), paint).startswith("<bold>Migrated</> 5 of 9 tools")


@with_hostile_texts
def test_others_text_begins_no_line_and_moves_no_cursor(text: str) -> None:
    rendered = render(hostile(text), ReportFormat.TEXT)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rendered)
    first_columns = [line[:8] for line in rendered.split("\n") if line[:1] not in ("", " ")]
    assert first_columns == [line[:8] for line in as_text(report()).split("\n") if line[:1] not in ("", " ")]


def test_what_a_finding_went_by_is_said_and_cut_where_it_is_long() -> None:
    assert '      arguments: {"url": "http://x"}\n' in as_text(report())
    validation = report().validation
    assert validation is not None
    long = validation.findings[0].model_copy(update={"context": {"result": "a" * 1000}})
    made = report(validation=MigrationValidation(valid=False, findings=(long,)))
    (shown,) = [line for line in as_text(made).splitlines() if "result:" in line]
    assert shown == f"      result: {'a' * 300}..."
