"""Annotations of a report: one line each, errors first, and no line that others' text begins."""

from __future__ import annotations

import re

from crucible_tools.migration.formats import render
from crucible_tools.model.enums import MigrationMode, PlanAction, ReportFormat
from crucible_tools.model.migration import MigrationReport, PlannedTool
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import RUN, report


def lines(made: MigrationReport) -> list[str]:
    return render(made, ReportFormat.GITHUB).splitlines()


def test_errors_come_first_each_at_its_place() -> None:
    assert lines(report()) == [
        "::error file=tools/broken.rn,line=2,col=9,endColumn=11,title=RN903 broken::"
        "broken: it does not compile; look at it",
        "::error file=tools/careless.rn,line=3,col=5,endColumn=7,title=VAL003 careless::"
        "careless: the call {} found no function `foo`; look at what is called there",
        "::error file=tools/fetch.rn,line=4,col=1,title=validation_failed fetch::"
        "fetch: it needs http, which SAFE does not have; look at it",
        "::error file=tools/twice.rn,title=RN905 twice::twice: used twice; look at it",
        "::warning file=tools/warned.rn,title=VAL009 warned::warned: nobody knows",
        "::warning title=crucible migrate::stale is inactive now: tools/stale.rn no longer defines it",
    ]


def test_a_report_with_nothing_to_say_is_nothing() -> None:
    calm = PlannedTool(name="calm", action=PlanAction.UNCHANGED, path="calm.rn", directory="tools")
    state = report().state.model_copy(update={"warnings": (), "errors": ()})
    quiet = report(plan=(calm,), failed_tools=(), validation=None, state=state)
    assert render(quiet, ReportFormat.GITHUB) == ""


def test_ten_of_a_level_are_shown_and_the_number_of_the_others_said() -> None:
    full = report()
    many = full.model_copy(update={"plan": (), "validation": None, "failed_tools": full.failed_tools * 4})
    shown = lines(many)
    assert sum(line.startswith("::error ") for line in shown) == 10
    assert shown[-1] == (
        f"::notice title=crucible migrate::6 more errors not shown here: `crucible report {RUN}` shows them all"
    )
    planned = many.model_copy(update={"config": report(mode=MigrationMode.DRY_RUN).config})
    assert lines(planned)[-1].endswith("`crucible plan` shows them all")


@with_hostile_texts
def test_others_text_neither_begins_a_line_nor_ends_a_property(text: str) -> None:
    rendered = render(hostile(text), ReportFormat.GITHUB)
    shown = rendered.removesuffix("\n").split("\n")
    assert len(shown) == 6
    keys = [re.findall(r"(?:^|,)(\w+)=", line.split("::")[1].partition(" ")[2]) for line in shown]
    assert keys == [re.findall(r"(?:^|,)(\w+)=", line.split("::")[1].partition(" ")[2]) for line in lines(report())]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", rendered)
