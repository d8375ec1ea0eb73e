"""What the guide says of the three security levels, on tools that were migrated to them."""

import asyncio
from typing import Any

import pytest

from crucible_tools import (
    ALL,
    MigrationConfig,
    Policy,
    RuneServiceConfig,
    SecurityLevel,
    ToolExecutionResult,
    ToolMigrationBridge,
)
from tests.migration.conftest import Project, tool

SAFE, PRODUCTION, DEVELOPMENT = SecurityLevel.SAFE, SecurityLevel.PRODUCTION, SecurityLevel.DEVELOPMENT
MIB = 2**20

FILES = tool("touch", "fs::read_to_string(args.path)?")
PROGRAMS = tool("run", 'shell::exec("printf", ["hello"], #{})?.stdout', "pub async fn call(args)")
NETWORK = tool("fetch", "crucible::http_get(args.url).await?", "pub async fn call(args)")


async def migrated(project: Project, level: SecurityLevel, *sources: str) -> dict[str, str | None]:
    """What becomes of sources at a level: why not, or None."""
    for number, source in enumerate(sources):
        project.write(f"t{number}.rn", source)
    async with opened(project, level) as bridge:
        report = await bridge.discover_and_migrate_tools()
    return {
        **dict.fromkeys(report.migrated_tools),
        **{error.tool_name: error.message for error in report.failed_tools},
    }


def opened(project: Project, level: SecurityLevel) -> ToolMigrationBridge:
    config = MigrationConfig(state=project.root / ".crucible", security_level=level)
    return ToolMigrationBridge(RuneServiceConfig(directories=(project.tools,)), config)


async def called(project: Project, level: SecurityLevel, name: str, **arguments: Any) -> ToolExecutionResult:
    async with opened(project, level) as bridge:
        return await bridge.execute_migrated_tool(name, arguments)


def grown(mebibytes: int) -> str:
    """A tool that wants this much memory in one text, and its double while it makes it, when it is told to."""
    return tool(
        "grow",
        f"if args.get(`go`).is_none() {{ return 0; }} let text = `0123456789abcdef`;"
        f" while text.len() < {mebibytes * MIB} {{ text = text + text; }} text.len()",
    )


@pytest.mark.seed("safe.memory", "production.memory", "development.memory", "performance.limits")
@pytest.mark.parametrize(
    ("level", "limit", "wanted", "enough"),
    [(SAFE, 50, 64, False), (PRODUCTION, 100, 128, False), (PRODUCTION, 100, 32, True), (DEVELOPMENT, 4096, 128, True)],
)
async def test_a_level_has_as_much_memory_as_the_guide_says(
    project: Project, level: SecurityLevel, limit: int, wanted: int, enough: bool
) -> None:
    project.write("grow.rn", grown(wanted))
    result = await called(project, level, "grow", go=True)
    assert Policy.for_level(level).memory_bytes == limit * MIB
    if enough:
        assert result.result == wanted * MIB
    else:
        assert result.error is not None
        assert result.error.kind == "out_of_memory"


@pytest.mark.seed("safe.timeout", "production.timeout", "development.timeout")
@pytest.mark.parametrize(("level", "seconds"), [(SAFE, 10.0), (PRODUCTION, 30.0), (DEVELOPMENT, None)])
async def test_a_migrated_tool_has_its_levels_time(
    project: Project, level: SecurityLevel, seconds: float | None
) -> None:
    await migrated(project, level, tool("one", "1"))
    stored = project.state.tool("one")
    assert stored is not None
    assert stored.version.policy.timeout_s == seconds


@pytest.mark.seed("safe.files", "production.files", "safe.calls", "production.calls", "safe.network")
@pytest.mark.parametrize("level", [SAFE, PRODUCTION])
async def test_files_and_programs_are_out_of_reach_below_development(project: Project, level: SecurityLevel) -> None:
    sources = (FILES, PROGRAMS, NETWORK)
    found = await migrated(project, level, *sources)
    assert "capability file" in str(found["touch"])
    assert "capability process" in str(found["run"])
    assert ("capability http" in str(found["fetch"])) == (level is SAFE)


@pytest.mark.seed("development.files", "development.calls")
async def test_development_has_files_and_programs(project: Project) -> None:
    note = project.root / "note.txt"
    note.write_text("hello")
    assert await migrated(project, DEVELOPMENT, FILES, PROGRAMS) == {"touch": None, "run": None}
    assert (await called(project, DEVELOPMENT, "touch", path=str(note))).result == "hello"
    assert (await called(project, DEVELOPMENT, "run")).result == "hello"


@pytest.mark.seed("production.network", "development.network")
async def test_production_reaches_public_addresses_only_and_development_private_ones_too(project: Project) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        for level in (PRODUCTION, DEVELOPMENT):
            assert await migrated(project, level, NETWORK) == {"fetch": None}
        refused = await called(project, PRODUCTION, "fetch", url=url)
        assert (await called(project, DEVELOPMENT, "fetch", url=url)).result == "hello"
    assert refused.error is not None
    assert refused.error.kind == "denied"
    other = await called(project, PRODUCTION, "fetch", url="ftp://example.com/")
    assert not other.success


@pytest.mark.seed("safe.modules", "production.modules", "development.modules")
@pytest.mark.parametrize(
    ("level", "modules"),
    [(SAFE, {"basic"}), (PRODUCTION, {"basic", "http", "json"}), (DEVELOPMENT, None)],
)
async def test_a_level_has_the_modules_of_the_guide(
    project: Project, level: SecurityLevel, modules: set[str] | None
) -> None:
    capabilities = Policy.for_level(level).capabilities
    assert capabilities is ALL if modules is None else set(capabilities) == modules  # type: ignore[arg-type]
    found = await migrated(
        project,
        level,
        tool("basic", "crucible::string_trim(args.text)"),
        tool("json", "json::from_string(args.text)?"),
        FILES,
    )
    allowed = {"basic", "json", "file"} if modules is None else modules
    assert (found["json"] is None) == ("json" in allowed)
    assert (found["touch"] is None) == ("file" in allowed)
    assert found["basic"] is None


@pytest.mark.seed("safe.default")
async def test_safe_is_the_default(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    config = MigrationConfig(state=project.root / ".crucible")
    async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
        assert (await bridge.get_migrated_tool("one")).metadata["security_level"] == "safe"
