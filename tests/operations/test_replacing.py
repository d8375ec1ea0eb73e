"""A file is replaced as a whole or not at all, and only by whoever knows what is in it."""

import os
import stat
import sys
from pathlib import Path

import pytest

from crucible_tools.operations.replacing import replace_file, replace_source

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")


def test_the_contents_are_replaced_and_nothing_is_left_beside(tmp_path: Path) -> None:
    file = tmp_path / "a.rn"
    file.write_bytes(b"before")
    assert replace_source(file, tmp_path, b"before", b"after") is None
    assert file.read_bytes() == b"after"
    assert os.listdir(tmp_path) == ["a.rn"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a.rn"
    file.write_bytes(b"before")
    file.chmod(mode)
    assert replace_source(file, tmp_path, b"before", b"after") is None
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_what_somebody_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.rn"
    file.write_bytes(b"somebody else's")
    assert "changed since" in (replace_source(file, tmp_path, b"before", b"after") or "")
    assert file.read_bytes() == b"somebody else's"
    assert os.listdir(tmp_path) == ["a.rn"]


def test_what_has_the_new_contents_already_is_as_good_as_written(tmp_path: Path) -> None:
    file = tmp_path / "a.rn"
    file.write_bytes(b"after")
    assert replace_source(file, tmp_path, b"before", b"after") is None


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    assert "can't be written" in (replace_source(tmp_path / "a.rn", tmp_path, b"before", b"after") or "")
    assert os.listdir(tmp_path) == []


@posix
def test_behind_a_link_inside_the_folder_the_target_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.rn", tmp_path / "link.rn"
    target.write_bytes(b"before")
    link.symlink_to(target)
    assert replace_source(link, tmp_path, b"before", b"after") is None
    assert link.is_symlink()
    assert target.read_bytes() == b"after"


@posix
def test_a_link_that_leads_out_of_the_folder_is_never_written_through(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.rn", tmp_path / "folder"
    outside.write_bytes(b"before")
    folder.mkdir()
    (folder / "a.rn").symlink_to(outside)
    assert "leads out" in (replace_source(folder / "a.rn", folder, b"before", b"after") or "")
    assert outside.read_bytes() == b"before"


@posix
def test_a_linked_folder_that_was_put_in_the_way_is_not_written_through(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "a.rn").write_bytes(b"before")
    (folder / "inner").symlink_to(outside)
    assert "leads out" in (replace_source(folder / "inner" / "a.rn", folder, b"before", b"after") or "")
    assert (outside / "a.rn").read_bytes() == b"before"


def test_when_writing_fails_the_file_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.rn"
    file.write_bytes(b"before")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert replace_source(file, tmp_path, b"before", b"after") == "can't be written: No space left on device"
    assert file.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.rn"]


def test_a_file_that_did_not_exist_is_made_with_the_usual_mode(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    assert replace_file(tmp_path / "new", b"contents")
    assert (tmp_path / "new").read_bytes() == b"contents"
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode
