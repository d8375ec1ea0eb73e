"""Calls of every valid tool of the corpus: the original service gives what the migrated tool gives, and what is right.

Functions of the world are answered by modules that this test registers, with the replies that the call lists.
"""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from crucible_tools import (
    MigrationManagerConfig,
    Phase51MigrationManager,
    RuneService,
    RuneServiceConfig,
    SecurityLevel,
    ToolExecutionResult,
)
from tests.engine.world import CORPUS, EXPECTED, World, check, told

FILES = [entry for entry in EXPECTED["files"] if entry["valid_as_is"] and entry["kind"] == "tool" and entry["calls"]]
REPAIRED = [
    entry
    for entry in EXPECTED["files"]
    if entry["tools"]
    and entry.get("calls")
    and entry["repairable"]["verdict"] == "safe"
    and not entry["validity"]["compiles"]
]

Execute: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[ToolExecutionResult]]


async def run(world: World, execute: Execute, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All calls, each checked; what they gave."""
    found: list[dict[str, Any]] = []
    for call in calls:
        world.expected, world.wrong = list(call.get("host", [])), []
        result = await execute(call["tool"], call["args"])
        check(call, result)
        assert (world.wrong, world.expected) == ([], [])
        found.append({**told(result), "logs": result.metadata.get("logs")})
    return found


@pytest.mark.seed("overview.seamless")
@pytest.mark.parametrize("entry", FILES, ids=[entry["path"] for entry in FILES])
async def test_a_tool_gives_the_same_before_its_migration_as_migrated_and_redirected(
    entry: dict[str, Any], tmp_path: Path
) -> None:
    world = World()
    file = tmp_path / "tools" / Path(entry["path"]).name
    file.parent.mkdir()
    shutil.copy(CORPUS / EXPECTED["root"] / entry["path"], file)
    config = MigrationManagerConfig(
        migration_directories=(file.parent,),
        state=tmp_path / ".crucible",
        security_level=SecurityLevel(entry["lowest_level"]),
        preserve_original_service=False,
    )
    async with RuneService(RuneServiceConfig(directories=(file.parent,)), modules=world.modules()) as service:
        before = await run(world, service.execute_tool, entry["calls"])
        async with Phase51MigrationManager(config, modules=world.modules(), rune_service=service) as manager:
            report = await manager.execute_migration()
            assert set(report.migrated_tools) == {tool["name"] for tool in entry["tools"]}
            migrated = await run(world, manager.bridge.execute_migrated_tool, entry["calls"])
            assert service.redirected_to is manager.bridge
            redirected = await run(world, service.execute_tool, entry["calls"])
            assert (await manager.bridge.get_metrics()).calls == 2 * len(entry["calls"])
        after = await run(world, service.execute_tool, entry["calls"])
    assert before == migrated == redirected == after


@pytest.mark.parametrize("entry", REPAIRED, ids=[entry["path"] for entry in REPAIRED])
async def test_a_tool_that_only_works_repaired_is_answered_once_it_is_migrated(
    entry: dict[str, Any], tmp_path: Path
) -> None:
    world = World()
    file = tmp_path / "tools" / Path(entry["path"]).name
    file.parent.mkdir()
    shutil.copy(CORPUS / EXPECTED["root"] / entry["path"], file)
    config = MigrationManagerConfig(
        migration_directories=(file.parent,),
        state=tmp_path / ".crucible",
        security_level=SecurityLevel(entry["lowest_level"]),
        preserve_original_service=False,
    )
    async with (
        RuneService(RuneServiceConfig(directories=(file.parent,)), modules=world.modules()) as service,
        Phase51MigrationManager(config, modules=world.modules(), rune_service=service) as manager,
    ):
        assert service.files[0].problems
        await manager.execute_migration()
        await run(world, service.execute_tool, entry["calls"])
        assert {tool["name"] for tool in entry["tools"]} <= {tool.name for tool in await service.list_tools()}


async def test_every_file_of_the_corpus_is_listed_with_its_tools_or_its_reasons() -> None:
    config = RuneServiceConfig(directories=(CORPUS / EXPECTED["root"],))
    async with RuneService(config, modules=World().modules()) as service:
        found = {file.path: file for file in service.files}
        listed = {definition.name for definition in await service.list_tools()}
    assert set(found) == {entry["path"] for entry in EXPECTED["files"]}
    later = {path for duplicate in EXPECTED["duplicates"] for path in duplicate["paths"][1:]}
    for entry in EXPECTED["files"]:
        file, names = found[entry["path"]], {tool["name"] for tool in entry["tools"]}
        assert file.kind.value == entry["kind"] or file.problems
        if entry["path"] in later:
            assert [problem.code for problem in file.problems] == ["RN905"]
        elif entry["valid_as_is"]:
            assert (set(file.tools), file.problems) == (names, ())
            assert names <= listed
        else:
            assert file.tools or file.problems or file.reasons
