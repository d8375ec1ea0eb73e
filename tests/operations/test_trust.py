"""A folder that its user trusts: what is found in it counts as if it had been named."""

from pathlib import Path

import pytest

from crucible_tools import ConfigurationError, MigrationConfig, RuneServiceConfig, SecurityLevel, ToolMigrationBridge
from crucible_tools.errors import CallRefused
from crucible_tools.model.policy import MIB
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.store.trusted import distrust, trust
from tests.migration.conftest import Project, migrate, tool

WIDER = 'level = "production"\n[policy]\nmemory_mb = 200\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project as the working directory, and a configuration folder of its own for the user."""
    record = tmp_path / "config" / "trusted.json"
    monkeypatch.setattr("crucible_tools.store.trusted.trust_file", lambda: record)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


def read(flags: Flags | None = None) -> Configuration:
    return read_configuration(flags or Flags(), {})


def test_found_settings_may_do_everything_in_a_trusted_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "crucible.toml").write_text(f'state = "{tmp_path.as_posix()}/elsewhere"\n{WIDER}')
    with pytest.raises(ConfigurationError, match="merely found"):
        read()
    trust(folder)
    configuration = read()
    assert configuration.level.value is SecurityLevel.PRODUCTION
    assert configuration.policy.value is not None
    assert configuration.policy.value.memory_bytes == 200 * MIB
    assert configuration.state.value == f"{tmp_path.as_posix()}/elsewhere"
    assert configuration.state_is_named
    assert configuration.warnings == ()


def test_trust_in_the_folder_ends_with_the_bytes_that_were_trusted(folder: Path) -> None:
    settings = folder / "crucible.toml"
    settings.write_text('level = "production"\n')
    trust(folder)
    assert read().level.value is SecurityLevel.PRODUCTION
    settings.write_text('level = "production"\n# and more\n')
    configuration = read()
    assert configuration.level.value is SecurityLevel.SAFE
    assert not configuration.trusted
    assert not configuration.state_is_named
    settings.write_text('level = "production"\n')
    assert read().level.value is SecurityLevel.PRODUCTION


def test_named_settings_do_not_make_the_state_of_an_untrusted_folder_trusted(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    named = Flags(config=tmp_path / "mine.toml")
    assert not read(named).state_is_named
    trust(folder)
    assert read(named).state_is_named
    (folder / "crucible.toml").write_text("")
    assert not read(named).state_is_named


def test_trust_in_one_folder_is_no_trust_in_those_above_or_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(folder)
    below = folder / "below"
    below.mkdir()
    (below / "crucible.toml").write_text('level = "production"\n')
    monkeypatch.chdir(below)
    assert read().level.value is SecurityLevel.SAFE


async def test_a_bridge_calls_what_a_trusted_folder_allows(folder: Path) -> None:
    project = Project(folder)
    project.write("a.rn", tool("a", body="1"))
    await migrate(project, security_level="production")
    config = MigrationConfig(auto_migrate=False)
    async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
        with pytest.raises(CallRefused, match="merely found"):
            await bridge.execute_migrated_tool("a", {})
        trust(folder)
        assert (await bridge.execute_migrated_tool("a", {})).result == 1
    distrust(folder)
    async with ToolMigrationBridge(RuneServiceConfig(), config) as bridge:
        with pytest.raises(CallRefused, match="merely found"):
            await bridge.execute_migrated_tool("a", {})
    project.state.close()
