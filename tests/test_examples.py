"""The examples are what their README says: every file migrates, is skipped, is refused or fails as its table has it."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible_tools import MigrationManagerConfig, MigrationReport, Phase51MigrationManager

EXAMPLES = Path(__file__).parent.parent / "examples" / "legacy_tools"


def table() -> dict[str, str]:
    """What the README says of each file at SAFE."""
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([^`]+)` \| .* \| ([^|]+) \|$", text, re.MULTILINE))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def report(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MigrationReport]:
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(EXAMPLES, folder / "legacy_tools")
    config = MigrationManagerConfig(migration_directories=(folder / "legacy_tools",), state=folder / ".crucible")
    async with Phase51MigrationManager(config) as manager:
        yield await manager.execute_migration()


def sources() -> set[str]:
    return {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*") if path.suffix in {".rn", ".rune"}}


def test_the_readme_has_every_file_and_no_other() -> None:
    assert set(table()) == sources()


@pytest.mark.asyncio(loop_scope="module")
async def test_files_that_migrate_are_those_that_the_readme_says(report: MigrationReport) -> None:
    planned = {tool.name: tool.path for tool in report.plan}
    migrated = {planned[name] for name in report.migrated_tools}
    assert migrated == {path for path, verdict in table().items() if verdict.startswith("migrates")}
    assert len(report.migrated_tools) >= 14


@pytest.mark.asyncio(loop_scope="module")
async def test_files_that_are_repaired_are_those_that_the_readme_says(report: MigrationReport) -> None:
    repaired = {tool.path for tool in report.plan if tool.repairs and tool.name in report.migrated_tools}
    assert repaired == {path for path, verdict in table().items() if verdict.startswith("migrates, repaired")}


@pytest.mark.asyncio(loop_scope="module")
async def test_files_that_are_skipped_have_the_kind_that_the_readme_says(report: MigrationReport) -> None:
    skipped = {file.path: f"skipped: {file.kind.value}" for file in report.skipped_files}
    assert skipped == {path: verdict for path, verdict in table().items() if verdict.startswith("skipped")}


@pytest.mark.asyncio(loop_scope="module")
async def test_files_that_need_more_than_safe_are_refused_with_the_lowest_level(report: MigrationReport) -> None:
    refused = {tool.path: tool for tool in report.plan if tool.missing_capabilities}
    expected = {path: verdict for path, verdict in table().items() if verdict.startswith("refused")}
    assert refused.keys() == expected.keys()
    for path, verdict in expected.items():
        (capability,) = refused[path].missing_capabilities
        level = refused[path].lowest_level
        assert f"needs {capability}" in verdict
        assert level is not None
        assert level.name in verdict


@pytest.mark.asyncio(loop_scope="module")
async def test_files_that_fail_are_those_that_the_readme_says(report: MigrationReport) -> None:
    refused = {tool.path for tool in report.plan if tool.missing_capabilities}
    failed = {error.context["path"] for error in report.failed_tools} - refused
    assert failed == {path for path, verdict in table().items() if verdict.startswith("fails")}
