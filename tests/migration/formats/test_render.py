"""A report in any format, from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from crucible_tools import MigrationManagerConfig, MigrationReport, Phase51MigrationManager, ReportFormat
from crucible_tools.migration.formats import SUFFIXES, render
from tests.migration.formats.support import atomic_failure, report, unplanned


@pytest.mark.parametrize("wanted", list(ReportFormat))
def test_every_format_ends_its_last_line_and_has_no_other_text_after_it(wanted: ReportFormat) -> None:
    for made in (report(), atomic_failure(), unplanned()):
        rendered = render(made, wanted)
        assert rendered.endswith("\n")
        assert not rendered.endswith("\n\n")


def test_every_format_but_that_of_a_log_has_an_ending_of_its_own() -> None:
    assert set(SUFFIXES.values()) == set(ReportFormat) - {ReportFormat.GITHUB}


async def test_the_manager_exports_json_and_whatever_else_is_wanted(tmp_path: Path) -> None:
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "broken.rn").write_text("pub fn NAME() { let let }", encoding="utf-8")
    config = MigrationManagerConfig(migration_directories=(folder,), state=tmp_path / "state")
    async with Phase51MigrationManager(config) as manager:
        made = await manager.execute_migration()
        assert MigrationReport.model_validate_json(await manager.export_migration_report(made)) == made
        assert (await manager.export_migration_report(made, ReportFormat.HTML)).startswith("<!doctype html>")
