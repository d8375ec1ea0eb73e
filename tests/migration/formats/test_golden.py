"""A small report, whole, in every format: what changes in one is seen and meant."""

from __future__ import annotations

import pytest

from crucible_tools.model.enums import ReportFormat
from tests.migration.formats.golden import FILES, FOLDER, made


@pytest.mark.parametrize("wanted", list(ReportFormat))
def test_the_report_is_what_it_was(wanted: ReportFormat) -> None:
    kept = (FOLDER / FILES[wanted]).read_bytes().decode()
    assert made(wanted) == kept, "if the change is meant: python -m tests.migration.formats.golden"
