"""A report as JSON: as its published schema says, and read back as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from crucible_tools.formats.text import json_text
from crucible_tools.migration.formats import render
from crucible_tools.migration.formats.document import json_schema
from crucible_tools.model.enums import MigrationMode, ReportFormat
from crucible_tools.model.migration import MigrationReport
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import atomic_failure, report, unplanned

PUBLISHED = Path(__file__).parents[3] / "docs" / "migration-report.schema.json"


def test_the_published_schema_is_that_of_the_model() -> None:
    stale = "docs/migration-report.schema.json is stale: run `make docs`"
    assert PUBLISHED.read_text(encoding="utf-8") == f"{json_text(json_schema())}\n", stale


@pytest.mark.parametrize(
    "made", [report(), report(mode=MigrationMode.DRY_RUN), atomic_failure(), unplanned()], ids=lambda _: ""
)
def test_a_report_is_what_the_schema_says_and_is_read_back_as_it_was(made: MigrationReport) -> None:
    rendered = render(made, ReportFormat.JSON)
    jsonschema_rs.validate(
        json.loads(PUBLISHED.read_text(encoding="utf-8")), json.loads(rendered), validate_formats=True
    )
    assert MigrationReport.model_validate_json(rendered) == made


def test_a_report_with_another_field_or_without_one_is_not_valid() -> None:
    schema: Any = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    good = json.loads(render(report(), ReportFormat.JSON))
    for wrong in ({**good, "more": 1}, {key: value for key, value in good.items() if key != "state"}):
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validate(schema, wrong)


@with_hostile_texts
def test_any_text_comes_back_and_nothing_in_the_document_moves_a_cursor(text: str) -> None:
    rendered = render(hostile(text), ReportFormat.JSON)
    assert MigrationReport.model_validate_json(rendered) == hostile(text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rendered)


def test_halves_of_surrogate_pairs_are_escapes_that_any_file_can_hold() -> None:
    broken = report().failed_tools[0].model_copy(update={"context": {"diagnostics": [{"message": "a\ud800b"}]}})
    made = report(failed_tools=(broken,))
    for wanted in ReportFormat:
        render(made, wanted).encode("utf-8", "strict" if wanted is not ReportFormat.TEXT else "backslashreplace")
    assert json.loads(render(made, ReportFormat.JSON))["failed_tools"][0]["context"] == broken.context
