"""The compiled guest on disk: used only when it is whole and ours."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from pathlib import Path

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.cache import load_runtime, read_entry, write_entry
from tests.engine.support import tool

SMALL = b'(module (memory (export "memory") 1))'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "modules"
    path.mkdir(mode=0o700)
    return path


def entry_of(folder: Path) -> Path:
    (entry,) = folder.glob("*.cwasm")
    return entry


async def test_a_damaged_cache_is_compiled_again_and_the_engine_works(folder: Path, tmp_path: Path) -> None:
    import wasmtime

    guest = tmp_path / "small.wasm"
    guest.write_bytes(wasmtime.wat2wasm(SMALL.decode()))
    load_runtime(cache=folder, guest=guest)
    entry = entry_of(folder)
    whole = entry.read_bytes()
    damages = [whole[: len(whole) // 2], b"", whole + b"x"]
    damages += [
        whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(0, len(whole), len(whole) // 24)
    ]
    for damaged in damages:
        entry.write_bytes(damaged)
        assert read_entry(entry) is None
        load_runtime(cache=folder, guest=guest)
        assert read_entry(entry) == entry.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has memory files")
def test_a_memory_file_that_the_kernel_does_not_seal_is_done_without(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    import wasmtime

    guest = tmp_path / "small.wasm"
    guest.write_bytes(wasmtime.wat2wasm(SMALL.decode()))
    load_runtime(cache=folder, guest=guest)
    written = entry_of(folder).stat().st_mtime_ns
    asked: list[int] = []

    def busy(_file: int, command: int, _seals: int) -> int:
        asked.append(command)
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(fcntl, "fcntl", busy)
    load_runtime(cache=folder, guest=guest)
    assert asked == [fcntl.F_ADD_SEALS]
    assert entry_of(folder).stat().st_mtime_ns == written, "it was not compiled again"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has memory files")
def test_a_process_that_may_write_no_large_file_has_the_guest_all_the_same(folder: Path, tmp_path: Path) -> None:
    import resource

    import wasmtime

    guest = tmp_path / "small.wasm"
    guest.write_bytes(wasmtime.wat2wasm(SMALL.decode()))
    load_runtime(cache=folder, guest=guest)
    written = entry_of(folder).stat().st_mtime_ns
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        load_runtime(cache=folder, guest=guest)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert entry_of(folder).stat().st_mtime_ns == written, "it was not compiled again"


def test_an_entry_is_what_was_written(folder: Path) -> None:
    entry = folder / "a.cwasm"
    assert write_entry(entry, b"code")
    assert read_entry(entry) == b"code"
    assert entry.stat().st_mode & 0o777 == 0o600


def test_an_entry_that_others_may_write_is_not_used(folder: Path) -> None:
    entry = folder / "a.cwasm"
    write_entry(entry, b"code")
    entry.chmod(0o620)
    assert read_entry(entry) is None


def test_a_folder_that_others_may_write_is_not_used(folder: Path) -> None:
    entry = folder / "a.cwasm"
    write_entry(entry, b"code")
    folder.chmod(0o770)
    assert read_entry(entry) is None
    assert not write_entry(entry, b"other")


@pytest.mark.parametrize("name", ["a.cwasm", "a.sha256"])
def test_a_link_is_not_followed(folder: Path, tmp_path: Path, name: str) -> None:
    entry = folder / "a.cwasm"
    write_entry(entry, b"code")
    other = tmp_path / "elsewhere"
    (folder / name).rename(other)
    (folder / name).symlink_to(other)
    assert read_entry(entry) is None


def test_a_linked_folder_is_not_used(folder: Path, tmp_path: Path) -> None:
    write_entry(folder / "a.cwasm", b"code")
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert read_entry(link / "a.cwasm") is None


def test_a_special_file_is_not_read(folder: Path) -> None:
    entry = folder / "a.cwasm"
    write_entry(entry, b"code")
    entry.unlink()
    os.mkfifo(entry, 0o600)
    # Opened without waiting for a writer: the digest's own file answers first.
    entry.with_suffix(".sha256").write_bytes(hashlib.sha256(b"").digest())
    assert read_entry(entry) is None


async def test_an_engine_without_a_writable_cache_still_works(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    async with ScriptEngine(cache=blocked / "modules") as engine:
        await engine.register_tool(tool(), "pub fn call(args) { 1 }")
        assert (await engine.execute_tool("tool", {})).result == 1
