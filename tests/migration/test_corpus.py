"""The whole corpus: every valid tool is migrated at its lowest level, every other file is listed with its reasons."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    HostModule,
    MigrationManagerConfig,
    MigrationReport,
    Phase51MigrationManager,
    PlanAction,
    RepairMode,
    SecurityLevel,
)

CORPUS = Path(__file__).parent.parent / "corpus"
EXPECTED = json.loads((CORPUS / "expected.json").read_text())
FILES: dict[str, dict[str, Any]] = {file["path"]: file for file in EXPECTED["files"]}
SECOND_OF_DUPLICATES = {path for duplicate in EXPECTED["duplicates"] for path in duplicate["paths"][1:]}
LEVELS = [SecurityLevel.SAFE, SecurityLevel.PRODUCTION, SecurityLevel.DEVELOPMENT]


def database() -> HostModule:
    """The module that no level brings along: the application registers it."""
    module = HostModule("db", capability="db")
    module.add("query", lambda sql, params: [], params={"sql": "string", "params": "array"})
    module.add("query_simple", lambda sql: [], params={"sql": "string"})
    return module


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[SecurityLevel, MigrationReport]:
    """One migration at each level, each into a state of its own."""
    root = tmp_path_factory.mktemp("corpus")
    shutil.copytree(CORPUS / "legacy" / "tools", root / "tools")
    return {level: asyncio.run(migrate(root, level)) for level in LEVELS}


async def migrate(root: Path, level: SecurityLevel, repair: RepairMode = RepairMode.SAFE) -> MigrationReport:
    config = MigrationManagerConfig(
        migration_directories=(root / "tools",), state=root / level, security_level=level, repair=repair
    )
    async with Phase51MigrationManager(config, modules=[database()]) as manager:
        return await manager.execute_migration()


def copied(path: str, root: Path) -> Path:
    """A folder with this file alone."""
    file = root / "tools" / Path(path).name
    file.parent.mkdir()
    shutil.copy(CORPUS / "legacy" / "tools" / path, file)
    return root


def tools_of(report: MigrationReport, path: str) -> dict[str, PlanAction]:
    return {entry.name: entry.action for entry in report.plan if entry.path == path}


@pytest.mark.parametrize("path", [path for path, file in FILES.items() if file["valid_as_is"] and file["tools"]])
def test_a_valid_file_is_migrated_at_its_lowest_level_and_refused_below(
    reports: dict[SecurityLevel, MigrationReport], path: str
) -> None:
    names = {tool["name"] for tool in FILES[path]["tools"]}
    lowest = LEVELS.index(SecurityLevel(FILES[path]["lowest_level"]))
    for position, level in enumerate(LEVELS):
        actions = tools_of(reports[level], path)
        assert set(actions) == names
        if path in SECOND_OF_DUPLICATES:
            assert set(actions.values()) == {PlanAction.CONFLICTING}
        elif position >= lowest:
            assert set(actions.values()) == {PlanAction.NEW}
            assert names <= set(reports[level].migrated_tools)
        else:
            assert set(actions.values()) == {PlanAction.BLOCKED}


@pytest.mark.parametrize("level", LEVELS)
def test_no_file_is_silently_missing(reports: dict[SecurityLevel, MigrationReport], level: SecurityLevel) -> None:
    report = reports[level]
    named = {entry.path for entry in report.plan} | {file.path for file in report.skipped_files}
    assert named == set(FILES)
    assert all(file.reasons for file in report.skipped_files)
    assert all(error.message for error in report.failed_tools)


VERDICTS = {path: file["repairable"]["verdict"] for path, file in FILES.items()}
BROKEN = [path for path, file in FILES.items() if file["tools"] and not file["validity"]["compiles"]]


@pytest.mark.parametrize("path", [path for path in BROKEN if VERDICTS[path] != "unsafe"])
def test_a_tool_that_does_not_compile_is_migrated_only_after_a_repair(
    reports: dict[SecurityLevel, MigrationReport], path: str
) -> None:
    entries = [entry for entry in reports[SecurityLevel.DEVELOPMENT].plan if entry.path == path]
    repairable = VERDICTS[path] == "safe"
    assert {entry.action for entry in entries} == {PlanAction.REPAIRED if repairable else PlanAction.BLOCKED}
    assert all(bool(entry.repairs) == repairable for entry in entries)


@pytest.mark.parametrize("path", [path for path in BROKEN if VERDICTS[path] == "unsafe"])
async def test_with_unsafe_repairs_more_tools_are_migrated_and_the_report_says_so(path: str, tmp_path: Path) -> None:
    report = await migrate(copied(path, tmp_path), SecurityLevel.DEVELOPMENT, repair=RepairMode.UNSAFE)
    assert {entry.action for entry in report.plan} == {PlanAction.REPAIRED}
    assert report.repairs.unsafe == len(report.plan)
    assert any(not repair.safe for entry in report.plan for repair in entry.repairs)


@pytest.mark.parametrize("path", BROKEN)
async def test_without_repairs_a_tool_that_does_not_compile_is_not_migrated(path: str, tmp_path: Path) -> None:
    report = await migrate(copied(path, tmp_path), SecurityLevel.DEVELOPMENT, repair=RepairMode.NONE)
    assert {entry.action for entry in report.plan} == {PlanAction.BLOCKED}
    assert report.repairs.refused == len(report.plan)


@pytest.mark.parametrize("duplicate", EXPECTED["duplicates"], ids=lambda duplicate: duplicate["tool"])
def test_the_first_of_two_files_keeps_the_name_and_the_error_names_both(
    reports: dict[SecurityLevel, MigrationReport], duplicate: dict[str, Any]
) -> None:
    first, second = duplicate["paths"]
    report = reports[SecurityLevel.SAFE]
    assert tools_of(report, first) == {duplicate["tool"]: PlanAction.NEW}
    (error,) = [error for error in report.failed_tools if error.context["path"] == second]
    assert error.context["code"] == duplicate["code"]
    assert first in error.message
    assert second in error.message


@pytest.mark.parametrize("level", LEVELS)
def test_every_count_of_the_report_adds_up(reports: dict[SecurityLevel, MigrationReport], level: SecurityLevel) -> None:
    state = reports[level].state
    assert state.successfully_migrated == len(reports[level].migrated_tools)
    assert state.failed_migrations == len(reports[level].failed_tools) == len(state.errors)
    assert state.total_discovered == state.successfully_migrated + state.failed_migrations
