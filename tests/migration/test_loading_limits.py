"""What a policy that is stricter than SAFE means for loading: reading under SAFE proves nothing then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crucible_tools import MigrationManagerConfig, Phase51MigrationManager, Policy, SecurityLevel

SAFE = Policy.for_level(SecurityLevel.SAFE)
SOURCE = 'pub fn NAME() { "one" } pub fn DESCRIPTION() { "d" } pub fn call(args) { 1 }'


async def failures(tmp_path: Path, policy: Policy, source: str = SOURCE) -> list[str]:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "one.rn").write_text(source)
    config = MigrationManagerConfig(migration_directories=(tools,), state=tmp_path / "state", policy=policy)
    async with Phase51MigrationManager(config) as manager:
        report = await manager.execute_migration()
    assert report.state.total_discovered == 1
    return [failure.message for failure in report.failed_tools]


async def test_a_policy_like_safe_migrates_the_tool(tmp_path: Path) -> None:
    assert await failures(tmp_path, SAFE) == []


async def test_a_source_above_the_policys_own_limit_is_refused_with_both_figures(tmp_path: Path) -> None:
    (message,) = await failures(tmp_path, replace(SAFE, max_source_bytes=20))
    assert f"{len(SOURCE)} bytes, more than the 20" in message


async def test_a_source_that_needs_more_memory_than_the_policy_has_is_refused(tmp_path: Path) -> None:
    big = SOURCE + " pub fn table() { [" + "1, " * 30_000 + "1] }"
    (message,) = await failures(tmp_path, replace(SAFE, memory_bytes=5 << 20), big)
    assert "memory" in message
