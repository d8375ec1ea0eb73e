"""Restoring originals: byte for byte, under their own paths, and nowhere that a recorded path may want them."""

import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.errors import RestoreConflict, RunNotFound, StateDamaged, ToolNotFound, UsageError
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.restore import RestoreReport, restore
from tests.migration.conftest import Project, migrate, tool

SOURCES = {
    "plain.rn": tool("plain").encode(),
    "deep/er/bom.rn": b"\xef\xbb\xbf" + tool("bom").encode(),
    "windows.rn": tool("windows").replace("\n", "\r\n").encode(),
    "no_end.rn": tool("no_end").rstrip("\n").encode(),
    "repaired.rn": tool("repaired", body="let mut x = 1; x").encode(),
}


@pytest.fixture
async def migrated(tmp_path: Path) -> AsyncIterator[Project]:
    """A project whose sources are migrated."""
    (tmp_path / "project").mkdir()
    project = Project(tmp_path / "project")
    for path, content in SOURCES.items():
        project.write(path, content)
    await migrate(project)
    yield project
    project.state.close()


async def restored(project: Project, to: Path, **options: Any) -> RestoreReport:
    configuration = read_configuration(Flags(state=str(project.root / ".crucible")), {}, project.root)
    return await restore(configuration, to, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def record_path(project: Project, path: str, *, tool_name: str = "plain") -> None:
    """Make the state say that a tool came from another path."""
    project.state.close()
    connection = sqlite3.connect(project.root / ".crucible" / "crucible.db")
    connection.execute("UPDATE tool_versions SET path = ? WHERE tool = ?", (path, tool_name))
    connection.commit()
    connection.close()


async def test_originals_come_back_byte_for_byte_under_their_own_paths(migrated: Project, tmp_path: Path) -> None:
    done = await restored(migrated, tmp_path / "back")
    assert contents(tmp_path / "back") == SOURCES
    assert done.written == tuple(sorted(SOURCES))
    again = await restored(migrated, tmp_path / "back")
    assert (again.written, again.unchanged) == ((), tuple(sorted(SOURCES)))


async def test_only_the_originals_of_named_tools_come_back(migrated: Project, tmp_path: Path) -> None:
    assert (await restored(migrated, tmp_path / "back", tools=["plain", "bom"])).written == (
        "deep/er/bom.rn",
        "plain.rn",
    )
    with pytest.raises(ToolNotFound):
        await restored(migrated, tmp_path / "back", tools=["plain", "nothing"])


async def test_a_file_that_vanished_comes_back(migrated: Project) -> None:
    (migrated.tools / "plain.rn").unlink()
    await migrate(migrated)
    done = await restored(migrated, migrated.tools)
    assert done.written == ("plain.rn",)
    assert contents(migrated.tools) == SOURCES


async def test_originals_come_back_as_they_were_when_a_run_had_ended(migrated: Project, tmp_path: Path) -> None:
    (first,) = migrated.state.run_ids()
    migrated.write("plain.rn", tool("plain", body="1"))
    migrated.write("late.rn", tool("late"))
    await migrate(migrated)
    await restored(migrated, tmp_path / "then", run=first)
    assert contents(tmp_path / "then") == SOURCES
    await restored(migrated, tmp_path / "now")
    assert contents(tmp_path / "now") == contents(migrated.tools)
    with pytest.raises(RunNotFound):
        await restored(migrated, tmp_path / "then", run="nothing")
    with pytest.raises(UsageError, match="both"):
        await restored(migrated, tmp_path / "then", run=first, tools=["plain"])


async def test_files_of_hooks_come_back_with_the_tools(migrated: Project, tmp_path: Path) -> None:
    first = '#[hook(event = "tool:before")] pub fn guard(ctx, event) { event }'
    migrated.write("hooks/guard.rn", first)
    await migrate(migrated)
    then = migrated.state.run_ids()[0]
    migrated.write("hooks/guard.rn", first.replace("before", "after"))
    await migrate(migrated)
    await restored(migrated, tmp_path / "now")
    assert contents(tmp_path / "now") == contents(migrated.tools)
    (migrated.tools / "hooks" / "guard.rn").unlink()
    await migrate(migrated)
    await restored(migrated, migrated.tools)
    assert contents(migrated.tools) == contents(tmp_path / "now")
    await restored(migrated, tmp_path / "then", run=then)
    assert contents(tmp_path / "then") == {**SOURCES, "hooks/guard.rn": first.encode()}
    await restored(migrated, tmp_path / "first", run=migrated.state.run_ids()[-1])
    assert contents(tmp_path / "first") == SOURCES
    assert (await restored(migrated, tmp_path / "tools", tools=["plain"])).written == ("plain.rn",)


async def test_another_file_in_the_way_keeps_everything_from_being_written(migrated: Project, tmp_path: Path) -> None:
    back = tmp_path / "back"
    back.mkdir()
    (back / "windows.rn").write_bytes(b"mine")
    with pytest.raises(RestoreConflict, match=r"windows\.rn \(another file is there\)") as caught:
        await restored(migrated, back)
    assert caught.value.exit_code == 2
    assert "--force" in (caught.value.hint or "")
    assert caught.value.to_json()["files"] == {"windows.rn": "another file is there"}
    assert contents(back) == {"windows.rn": b"mine"}
    await restored(migrated, back, force=True)
    assert contents(back) == SOURCES


@pytest.mark.parametrize("path", ["../out.rn", "deep/../../out.rn", "/tmp/out.rn", "", ".", "a\0b.rn"])
async def test_a_recorded_path_that_leads_out_of_the_folder_is_refused(
    migrated: Project, tmp_path: Path, path: str
) -> None:
    record_path(migrated, path)
    with pytest.raises(RestoreConflict, match="leads out of the folder"):
        await restored(migrated, tmp_path / "back", force=True)
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "out.rn").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few users make links")
@pytest.mark.parametrize("link", ["deep", "deep/er", "plain.rn"])
async def test_no_link_on_the_way_is_followed(migrated: Project, tmp_path: Path, link: str) -> None:
    back, outside = tmp_path / "back", tmp_path / "outside"
    outside.mkdir()
    (outside / "target").write_bytes(b"theirs")
    (back / link).parent.mkdir(parents=True)
    (back / link).symlink_to(outside / "target" if link.endswith(".rn") else outside)
    with pytest.raises(RestoreConflict, match=r"is a link|is no regular file"):
        await restored(migrated, back, force=True)
    assert contents(outside) == {"target": b"theirs"}


async def test_two_different_originals_of_one_path_are_refused(migrated: Project, tmp_path: Path) -> None:
    record_path(migrated, "plain.rn", tool_name="windows")
    with pytest.raises(RestoreConflict, match="which were different"):
        await restored(migrated, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert (await restored(migrated, tmp_path / "back", tools=["windows"])).written == ("plain.rn",)


async def test_a_damaged_original_keeps_the_others_from_being_written(migrated: Project, tmp_path: Path) -> None:
    stored = migrated.state.tool("windows")
    assert stored is not None
    migrated.state.close()
    connection = sqlite3.connect(migrated.root / ".crucible" / "crucible.db")
    connection.execute("UPDATE blobs SET content = x'00' WHERE hash = ?", (stored.version.original_hash,))
    connection.commit()
    connection.close()
    with pytest.raises(StateDamaged, match="not what was recorded"):
        await restored(migrated, tmp_path / "back")
    assert not (tmp_path / "back").exists()


async def test_a_folder_that_can_not_be_made_is_told(migrated: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RestoreConflict, match="is no folder"):
        await restored(migrated, tmp_path / "file")
    with pytest.raises((UsageError, RestoreConflict)):
        await restored(migrated, tmp_path / "file" / "below")


async def test_a_file_that_can_not_be_written_is_told_and_what_was_there_stays(
    migrated: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = tmp_path / "back"
    await restored(migrated, back, tools=["plain"])
    migrated_before = contents(back)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UsageError, match="No space left on device") as caught:
            await restored(migrated, back)
    assert "goes on from there" in (caught.value.hint or "")
    assert contents(back) == migrated_before
    await restored(migrated, back)
    assert contents(back) == SOURCES
