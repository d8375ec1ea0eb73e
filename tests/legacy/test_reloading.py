"""Loading and reloading folders: what changed is taken up, what has begun is finished, and calls never stop working."""

import asyncio
import os
from pathlib import Path

import pytest

from crucible_tools import CompileFailed, DirectoryNotFound, HostModule, RuneService, ToolNotFound
from tests.legacy.conftest import Folder, names, value
from tests.migration.conftest import tool


async def test_a_change_counts_from_the_reload_on(service: RuneService, folder: Folder) -> None:
    assert await value(service, "one") == 1
    folder.write("one.rn", tool("one", "11"))
    folder.write("new.rn", tool("new", "3"))
    (folder.tools / "greet.rn").unlink()
    assert await value(service, "one") == 1
    report = await service.reload()
    assert (report.added, report.changed, report.removed) == (("new",), ("one",), ("greet",))
    assert (await value(service, "one"), await value(service, "new")) == (11, 3)
    with pytest.raises(ToolNotFound):
        await service.execute_tool("greet", {"name": "Ada"})


async def test_reloading_what_did_not_change_changes_nothing_and_keeps_what_is_loaded(service: RuneService) -> None:
    await value(service, "one")
    loaded = (await service.get_metrics()).loaded_vms
    report = await service.reload()
    assert (report.added, report.changed, report.removed, report.broken) == ((), (), (), ())
    await value(service, "one")
    assert (await service.get_metrics()).loaded_vms == loaded


async def test_a_file_that_breaks_is_reported_and_comes_back_when_it_is_mended(
    service: RuneService, folder: Folder
) -> None:
    await value(service, "one")
    folder.write("one.rn", tool("one", "let let"))
    report = await service.reload()
    assert [file.path for file in report.broken] == ["one.rn"]
    assert report.removed == ("one",)
    with pytest.raises(CompileFailed):
        await service.execute_tool("one", {})
    assert await value(service, "greet", name="Ada") == "Hello Ada"
    folder.write("one.rn", tool("one", "12"))
    assert (await service.reload()).added == ("one",)
    assert await value(service, "one") == 12


async def test_a_file_of_the_same_length_and_time_that_changed_is_read_again(
    service: RuneService, folder: Folder
) -> None:
    file = folder.tools / "one.rn"
    before = file.stat()
    file.write_text(tool("one", "2"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert (await service.reload()).changed == ("one",)
    assert await value(service, "one") == 2


async def test_more_folders_can_be_loaded_and_stay(service: RuneService, folder: Folder, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "two.rn").write_text(tool("two", "2"))
    assert (await service.load(more)).added == ("two",)
    assert await names(service) == ["greet", "one", "two"]
    await service.reload()
    assert await value(service, "two") == 2


async def test_folders_can_be_loaded_where_the_default_ones_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "two.rn").write_text(tool("two", "2"))
    async with RuneService() as service:
        await service.load("more")
        assert await value(service, "two") == 2


async def test_a_missing_folder_is_refused_and_nothing_changes(service: RuneService, tmp_path: Path) -> None:
    with pytest.raises(DirectoryNotFound):
        await service.load(tmp_path / "missing")
    await service.reload()
    assert await names(service) == ["greet", "one"]


@pytest.mark.parametrize("gone", [False, True], ids=["changed", "gone"])
async def test_a_call_that_has_begun_is_finished_by_the_source_that_it_began_with(folder: Folder, gone: bool) -> None:
    module, opened, entered = HostModule("gate"), asyncio.Event(), asyncio.Event()

    @module.function(params={})
    async def enter() -> None:
        entered.set()
        await opened.wait()

    folder.write("slow.rn", tool("slow", "gate::enter(); 1"))
    async with folder.service(modules=[module]) as service:
        begun = asyncio.create_task(service.execute_tool("slow", {}))
        await asyncio.wait_for(entered.wait(), 60)
        if gone:
            (folder.tools / "slow.rn").unlink()
            assert (await service.reload()).removed == ("slow",)
        else:
            folder.write("slow.rn", tool("slow", "2"))
            await service.reload()
            assert await value(service, "slow") == 2
        opened.set()
        assert (await asyncio.wait_for(begun, 60)).result == 1


async def test_calls_work_all_the_time_while_folders_are_reloaded(folder: Folder) -> None:
    for number in range(20):
        folder.write(f"t{number}.rn", tool(f"t{number}", f"args.n + {number}"))
    async with folder.service() as service:
        reloading = asyncio.create_task(reload_often(service, folder))
        made = 0
        while not reloading.done() or made < 100:
            number = made % 20
            assert await value(service, f"t{number}", n=1) == 1 + number
            made += 1
            await asyncio.sleep(0)  # quick calls never wait for anything
        await reloading


async def reload_often(service: RuneService, folder: Folder) -> None:
    for count in range(10):
        folder.write("t7.rn", tool("t7", f"args.n + 7 // {count}\n"))
        assert (await service.reload()).changed == ("t7",)
        await asyncio.sleep(0)
