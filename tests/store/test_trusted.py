"""Trust in folders is recorded by real path and by the bytes of their settings, in the user's own folder."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from crucible_tools.errors import ConfigurationError
from crucible_tools.store.trusted import distrust, is_trusted, trust, trust_file, trusted_folders


@pytest.fixture(autouse=True)
def configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("crucible_tools.store.trusted.trust_file", lambda: tmp_path / "config" / "trusted.json")
    return tmp_path / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


def test_nothing_is_trusted_that_nobody_trusted(folder: Path, configuration_folder: Path) -> None:
    assert not is_trusted(folder)
    assert trusted_folders() == []
    assert not distrust(folder)
    assert not configuration_folder.exists()


def test_a_folder_is_trusted_until_it_is_no_more(folder: Path) -> None:
    (folder / "crucible.toml").write_text('level = "production"')
    done = trust(folder)
    assert is_trusted(folder)
    assert [entry.path for entry in trusted_folders()] == [done.path]
    assert distrust(folder)
    assert not is_trusted(folder)


@pytest.mark.parametrize("before", [None, 'level = "production"'], ids=["none before", "one before"])
@pytest.mark.parametrize("after", [None, 'level = "development"'], ids=["none after", "another after"])
def test_settings_that_change_appear_or_go_away_need_trust_again(
    folder: Path, before: str | None, after: str | None
) -> None:
    settings = folder / "crucible.toml"
    if before is not None:
        settings.write_text(before)
    trust(folder)
    settings.unlink(missing_ok=True)
    if after is not None:
        settings.write_text(after)
    assert is_trusted(folder) == (before == after)
    assert [entry.valid for entry in trusted_folders()] == [before == after]
    trust(folder)
    assert is_trusted(folder)


def test_the_bytes_that_are_followed_are_the_ones_that_are_compared(folder: Path) -> None:
    (folder / "crucible.toml").write_bytes(b"")
    trust(folder)
    assert is_trusted(folder, b"")
    assert not is_trusted(folder, b'level = "development"')


def test_a_folder_is_known_by_its_real_path(folder: Path, tmp_path: Path) -> None:
    trust(folder)
    assert is_trusted(folder / ".." / "project")
    other = tmp_path / "other"
    other.mkdir()
    assert not is_trusted(other)
    assert not is_trusted(tmp_path)
    assert not is_trusted(folder / "below")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few users make links")
def test_a_link_to_a_trusted_folder_is_that_folder_and_one_that_is_turned_elsewhere_is_not(
    folder: Path, tmp_path: Path
) -> None:
    trust(folder)
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert is_trusted(link)
    link.unlink()
    (tmp_path / "evil").mkdir()
    link.symlink_to(tmp_path / "evil")
    assert not is_trusted(link)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_the_record_is_the_users_alone(folder: Path, configuration_folder: Path) -> None:
    trust(folder)
    (file,) = configuration_folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(configuration_folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content", ["", "[]", '{"folders": []}', '{"folders": {"/": null}}', '{"folders": {"/": {"sha256": 1}}}', "\xff"]
)
def test_a_record_that_can_not_be_read_trusts_nothing_and_is_not_overwritten(
    folder: Path, configuration_folder: Path, content: str
) -> None:
    configuration_folder.mkdir()
    file = configuration_folder / "trusted.json"
    file.write_text(content, encoding="latin-1")
    assert not is_trusted(folder)
    for use in (lambda: trust(folder), lambda: distrust(folder), trusted_folders):
        with pytest.raises(ConfigurationError, match="can't be read"):
            use()
    assert file.read_text(encoding="latin-1") == content


def test_a_folder_that_is_not_there_is_not_trusted_but_can_be_forgotten(folder: Path) -> None:
    trust(folder)
    folder.rmdir()
    with pytest.raises(ConfigurationError, match="no folder"):
        trust(folder)
    assert distrust(folder)


def test_a_record_that_can_not_be_written_is_told(
    folder: Path, configuration_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(folder)
    before = (configuration_folder / "trusted.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        distrust(folder)
    assert (configuration_folder / "trusted.json").read_bytes() == before
    assert [path.name for path in configuration_folder.iterdir()] == ["trusted.json"]
    assert json.loads(before)["folders"].keys() == {os.path.realpath(folder)}


def test_the_record_is_in_the_users_configuration_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert trust_file().name == "trusted.json"
    assert trust_file().parent.name == "crucible-tools"
