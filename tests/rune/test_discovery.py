"""Finding files: what is taken, what is left out, and that no folder makes it raise or run for ever."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crucible_tools.rune.discovery import DiscoveredFile, FileProblem, discover
from tests.rune.support import EXPECTED, TOOLS


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may look into, for tests that give up root's privileges."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Runs a test as a user whom modes bind."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


def names(files: tuple[DiscoveredFile, ...]) -> list[str]:
    return [file.relative for file in files]


def problems(folder: Path) -> dict[str, FileProblem | None]:
    return {file.relative: file.problem for file in discover(folder)}


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("pub fn call(args) { 1 }\n")


def test_the_corpus_is_found_in_the_order_of_its_paths() -> None:
    found = names(discover(TOOLS))
    assert found == sorted(file["path"] for file in EXPECTED["files"])
    assert not {item["path"] for item in EXPECTED["excluded"]} & set(found)


def test_excluded_folders_are_left_out_at_any_depth_and_configured_ones_too(tmp_path: Path) -> None:
    write(
        tmp_path, "a.rn", "x/target/b.rn", "x/y/.git/c.rn", "node_modules/d.rn", "old/e.rn", "x/old/f.rn", "target.rn"
    )
    assert names(discover(tmp_path)) == ["a.rn", "old/e.rn", "target.rn", "x/old/f.rn"]
    assert names(discover(tmp_path, excluded=["old"])) == ["a.rn", "target.rn"]


def test_only_the_named_extensions_are_taken(tmp_path: Path) -> None:
    write(tmp_path, "a.rn", "b.rune", "c.RN", "d.rn.bak", "e.rs", ".rn")
    assert names(discover(tmp_path)) == [".rn", "a.rn", "b.rune", "c.RN"]
    assert names(discover(tmp_path, extensions=[".rs"])) == ["e.rs"]


def test_a_flat_search_stays_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.rn", "sub/b.rn")
    assert names(discover(tmp_path, recursive=False)) == ["a.rn"]


def test_linked_folders_are_not_entered(tmp_path: Path) -> None:
    write(tmp_path, "notes/slugify.rn")
    (tmp_path / "notes" / "loop").symlink_to("..")
    (tmp_path / "notes" / "folder.rn").symlink_to("..")
    assert names(discover(tmp_path)) == ["notes/slugify.rn"]


def test_a_link_to_a_file_is_followed_inside_the_folder_only(tmp_path: Path) -> None:
    root = tmp_path / "tools"
    write(tmp_path, "tools/notes/slugify.rn", "outside.rn", "tools/.crucible/cached.rn")
    for name, target in [
        ("again.rn", "slugify.rn"),
        ("outside.rn", tmp_path / "outside.rn"),
        ("gone.rn", "nowhere.rn"),
        ("round.rn", "round.rn"),
        ("cached.rn", "../.crucible/cached.rn"),
    ]:
        (root / "notes" / name).symlink_to(target)
    assert problems(root) == {
        "notes/again.rn": None,
        "notes/cached.rn": FileProblem.LINK_EXCLUDED,
        "notes/gone.rn": FileProblem.BROKEN_LINK,
        "notes/outside.rn": FileProblem.LINK_OUTSIDE,
        "notes/round.rn": FileProblem.BROKEN_LINK,
        "notes/slugify.rn": None,
    }


def test_a_folder_that_is_itself_reached_by_a_link_is_searched(tmp_path: Path) -> None:
    write(tmp_path, "real/a.rn")
    (tmp_path / "real" / "b.rn").symlink_to("a.rn")
    (tmp_path / "linked").symlink_to("real")
    assert problems(tmp_path / "linked") == {"a.rn": None, "b.rn": None}


def test_a_file_above_the_limit_is_named_with_both_figures(tmp_path: Path) -> None:
    write(tmp_path, "a.rn")
    with (tmp_path / "dump.rn").open("wb") as dump:
        dump.truncate(11 * 2**20)
    found = {file.relative: file for file in discover(tmp_path)}
    assert found["a.rn"].problem is None
    assert found["dump.rn"].problem is FileProblem.TOO_LARGE
    assert "11,534,336" in found["dump.rn"].message
    assert "10,485,760" in found["dump.rn"].message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.rn")
    assert problems(tmp_path) == {"pipe.rn": FileProblem.NO_FILE}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes bind nobody here")
def test_a_folder_that_may_not_be_listed_is_named_and_the_search_goes_on(
    open_folder: Path, request: pytest.FixtureRequest
) -> None:
    write(open_folder, "a.rn", "closed/b.rn", "z/c.rn")
    (open_folder / "closed").chmod(0o000)
    request.getfixturevalue("unprivileged")
    found = {file.relative: file.problem for file in discover(open_folder)}
    assert found == {"a.rn": None, "closed": FileProblem.UNREADABLE, "z/c.rn": None}


@pytest.mark.skipif(os.name != "posix", reason="names are text here")
def test_a_name_that_is_no_utf8_is_shown_and_can_still_be_opened(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xfcber.rn"
    try:
        Path(os.fsdecode(path)).write_text("1")
    except OSError:
        pytest.skip("this file system allows no such name")
    [file] = discover(tmp_path)
    assert file.relative == "\\xfcber.rn"
    assert file.stem == "\\xfcber"
    assert file.path.read_text() == "1"


def test_a_missing_folder_gives_nothing_but_its_own_name(tmp_path: Path) -> None:
    [file] = discover(tmp_path / "gone")
    assert (file.relative, file.problem) == (".", FileProblem.UNREADABLE)
