"""Page images on disk: a restarted engine finds its tools compiled, and trusts nothing that it reads."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.engine.cache import write_entry
from crucible_tools.engine.image import PAGE_BYTES, PageImage
from crucible_tools.engine.images import ImageStore, pack, unpack
from crucible_tools.errors import CallRefused, EngineClosed
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import level, tool

SOURCE = 'pub fn call(args) { if args.n > 1 { panic("too many") } let v = [args.n, 2.5, "text"]; v }'
MIB = 2**20


async def answers(folder: Path, source: str = SOURCE, **fields: object) -> tuple[object, object, int]:
    """What an engine of its own says to two calls, and how often it compiled."""
    config = ScriptEngineConfig(image_cache=folder, **fields)  # type: ignore[arg-type]
    async with ScriptEngine(config) as engine:
        await engine.register_tool(tool(), source)
        good = await engine.execute_tool("tool", {"n": 1})
        bad = await engine.execute_tool("tool", {"n": 2})
        return good.result, bad.error, sum(engine.metrics.loads.values())


async def test_a_restarted_engine_does_not_compile_its_tools_again(tmp_path: Path) -> None:
    first, second = await answers(tmp_path / "i"), await answers(tmp_path / "i")
    assert first[:2] == second[:2]
    assert (first[2], second[2]) == (1, 0)
    assert first[0] == [1, 2.5, "text"]
    assert {path.suffix for path in (tmp_path / "i").iterdir()} == {".image", ".sha256"}


async def test_another_source_or_other_host_functions_have_another_image(tmp_path: Path) -> None:
    await answers(tmp_path / "i")
    assert (await answers(tmp_path / "i", SOURCE + " "))[2] == 1
    module = HostModule("call")
    module.add("args", lambda: 1, params={})
    async with ScriptEngine(ScriptEngineConfig(image_cache=tmp_path / "i"), modules=[module]) as engine:
        await engine.register_tool(tool(), SOURCE)
        assert engine.metrics.loads == {"finished": 1}


async def test_a_tool_with_a_warning_is_compiled_each_time_so_that_it_is_told(tmp_path: Path) -> None:
    source = "pub fn call(args) { let x = 1; `text`; x }"
    for _ in range(2):
        async with ScriptEngine(ScriptEngineConfig(image_cache=tmp_path / "i")) as engine:
            outcome = await engine.register_tool(tool(), source)
            assert outcome.diagnostics
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize("begin", ["restart", "stop"])
@pytest.mark.parametrize("stored", [True, False])
async def test_an_engine_that_is_stopped_while_an_image_is_read_has_nothing_written_into_freed_memory(
    begin: str, stored: bool, tmp_path: Path
) -> None:
    if stored:
        await answers(tmp_path / "i")
    async with ScriptEngine(ScriptEngineConfig(image_cache=tmp_path / "i")) as engine:
        registering = asyncio.create_task(engine.register_tool(tool(), SOURCE))
        await asyncio.sleep(0)  # a thread looks for the image now
        await (engine.restart() if begin == "restart" else engine.stop())
        with pytest.raises(EngineClosed, match="stopped while tool was loaded"):
            await registering
        assert engine.list_tools() == []
        await engine.start()
        await engine.register_tool(tool(), SOURCE)
        assert (await engine.execute_tool("tool", {"n": 1})).result == [1, 2.5, "text"]


async def test_an_engine_that_is_restarted_while_an_image_is_written_keeps_no_tool_without_its_vm(
    tmp_path: Path,
) -> None:
    async with ScriptEngine(ScriptEngineConfig(image_cache=tmp_path / "i")) as engine:
        registering = asyncio.create_task(engine.register_tool(tool(), SOURCE))
        async with asyncio.timeout(10):
            while not engine.metrics.loads:  # it is compiled, and a thread writes its image now
                await asyncio.sleep(0)
        await engine.restart()
        with pytest.raises(EngineClosed, match="stopped while tool was loaded"):
            await registering
        assert engine.list_tools() == []


async def test_a_call_that_is_cancelled_while_its_image_is_looked_for_compiles_nothing(tmp_path: Path) -> None:
    async with ScriptEngine(ScriptEngineConfig(image_cache=tmp_path / "i")) as engine:
        await engine.register_tool(tool(), SOURCE)
        engine.clear_cache()
        for path in (tmp_path / "i").iterdir():
            path.unlink()
        loads = dict(engine.metrics.loads)
        calling = asyncio.create_task(engine.execute_tool("tool", {"n": 1}, ToolExecutionContext(call_id="c-1")))
        await asyncio.sleep(0)  # a thread looks for the image now
        assert engine.cancel_execution("c-1")
        result = await calling
        assert result.error is not None
        assert result.error.kind == "cancelled"
        assert engine.metrics.loads == loads
        assert (await engine.execute_tool("tool", {"n": 1})).result == [1, 2.5, "text"]


async def test_limits_hold_for_a_tool_from_an_image_too(tmp_path: Path) -> None:
    await answers(tmp_path / "i")
    with pytest.raises(CallRefused):
        await answers(tmp_path / "i", max_source_size=10)
    fill = "pub fn call(args) { let v = []; loop { v.push([args.n]); } }"
    for _ in range(2):
        async with ScriptEngine(ScriptEngineConfig(image_cache=tmp_path / "i", max_memory=8 * MIB)) as engine:
            await engine.register_tool(tool(), fill, policy=level("safe", memory_bytes=8 * MIB))
            full = await engine.execute_tool("tool", {"n": 1})
            assert full.error is not None
            assert full.error.kind == "out_of_memory"


@pytest.mark.parametrize("damage", ["digest", "cut", "foreign", "link"])
async def test_a_file_that_is_not_sound_is_compiled_in_place_of(damage: str, tmp_path: Path) -> None:
    await answers(tmp_path / "i")
    (path,) = (tmp_path / "i").glob("*.image")
    data = path.read_bytes()
    if damage == "digest":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif damage == "cut":
        path.write_bytes(data[:100])
    elif damage == "foreign":
        path.chmod(0o644)
    else:
        path.rename(tmp_path / "elsewhere")
        os.symlink(tmp_path / "elsewhere", path)
    result, error, compiled = await answers(tmp_path / "i")
    assert (result, compiled) == ([1, 2.5, "text"], 1)
    assert error is not None


@pytest.mark.parametrize("seed", range(12))
async def test_an_image_with_a_right_digest_and_hostile_contents_hurts_one_vm_at_most(
    seed: int, tmp_path: Path
) -> None:
    await answers(tmp_path / "i")
    (path,) = (tmp_path / "i").glob("*.image")
    image = unpack(path.read_bytes())
    assert image is not None
    chance = random.Random(seed)
    runs = [
        (offset, bytes(byte if chance.random() < 0.9 else chance.randrange(256) for byte in data))
        for offset, data in image.runs
    ]
    if seed % 3 == 0:
        runs.append((image.memory_bytes - PAGE_BYTES, chance.randbytes(PAGE_BYTES)))
    assert write_entry(path, pack(PageImage(image.memory_bytes, tuple(runs))))
    config = ScriptEngineConfig(image_cache=tmp_path / "i", execution_timeout=0.2, max_memory=32 * MIB)
    async with ScriptEngine(config) as engine:
        await engine.register_tool(tool("other"), "pub fn call(args) { 7 }")
        await engine.register_tool(tool(), SOURCE)
        result = await engine.execute_tool("tool", {"n": 1})
        assert result.success or result.error is not None
        assert (await engine.execute_tool("other", {})).result == 7


@given(st.binary(max_size=200))
def test_bytes_that_are_no_image_give_none(data: bytes) -> None:
    assert unpack(data) is None


@given(
    st.integers(0, 2**40),
    st.lists(st.tuples(st.integers(0, 2**40), st.binary(max_size=50)), max_size=5),
    st.integers(0, 400),
    st.integers(0, 255),
)
def test_an_image_is_read_as_it_was_written_and_a_cut_one_is_none(
    size: int, runs: list[tuple[int, bytes]], place: int, byte: int
) -> None:
    image = PageImage(size, tuple(runs))
    data = pack(image)
    assert unpack(data) == image
    if place < len(data):
        assert unpack(data[:place]) is None
        damaged = unpack(data[:place] + bytes([byte]) + data[place + 1 :])
        assert damaged is None or isinstance(damaged, PageImage)


def test_an_image_fits_only_a_memory_that_has_all_its_runs() -> None:
    page = 64 << 10
    assert PageImage(page, ((0, b"x"),)).fits(page)
    assert not PageImage(page, ((0, b"x"),)).fits(page - 1)
    assert not PageImage(page, ((page, b"x"),)).fits(2 * page)
    assert not PageImage(page, ((-1, b"x"),)).fits(2 * page)
    assert not PageImage(page + 1, ()).fits(2 * page)
    assert not PageImage(0, ()).fits(2 * page)


def test_the_least_recently_used_images_go_when_there_are_too_many(tmp_path: Path) -> None:
    folder = tmp_path / "i"
    for number in range(5):
        assert ImageStore(folder, 100).write(str(number), PageImage(number, ()))
    for number, path in enumerate(sorted(folder.glob("*.image"))):
        os.utime(path, ns=(number, number))
    assert ImageStore(folder, 100).read("0") == PageImage(0, ())
    assert ImageStore(folder, 2).write("new", PageImage(9, ()))
    assert ImageStore(folder, 2).read("0") == PageImage(0, ())
    assert ImageStore(folder, 2).read("new") == PageImage(9, ())
    assert len(list(folder.iterdir())) == 4


def test_an_image_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    large = PageImage(20 * MIB, ((0, bytes(17 * MIB)),))
    assert not ImageStore(tmp_path / "i", 10).write("large", large)
    assert ImageStore(tmp_path / "i", 10).read("large") is None


async def test_an_image_that_breaks_its_vm_is_dropped_and_the_next_call_compiles(tmp_path: Path) -> None:
    folder = tmp_path / "i"
    good = await answers(folder)
    entry = next(folder.glob("*.image"))
    image = unpack(entry.read_bytes())
    assert image is not None
    # Every byte of what loading had changed is another one now; the digest is right.
    spoilt = PageImage(
        image.memory_bytes, tuple((offset, bytes(b ^ 0xA5 for b in data)) for offset, data in image.runs)
    )
    assert write_entry(entry, pack(spoilt))
    async with ScriptEngine(ScriptEngineConfig(image_cache=folder)) as engine:
        await engine.register_tool(tool(), SOURCE)
        assert not engine.metrics.loads
        broken = await engine.execute_tool("tool", {"n": 1})
        assert broken.error is not None
        assert broken.error.kind in {"crashed", "out_of_memory", "stack_exhausted"}
        assert not entry.exists()
        for _ in range(2):
            assert (await engine.execute_tool("tool", {"n": 1})).result == good[0]
        assert engine.metrics.loads == {"finished": 1}
        assert not entry.exists(), "a source that was disowned is not written again by this engine"


async def test_a_script_that_crashes_its_own_vm_costs_its_image_once(tmp_path: Path) -> None:
    folder = tmp_path / "i"
    source = 'pub fn call(args) { if args.n > 1 { oq::query("xxxxxxxxxx", ". * 1000000000 | length") } else { 1 } }'
    async with ScriptEngine(ScriptEngineConfig(image_cache=folder, policy=level("production"))) as engine:
        await engine.register_tool(tool(), source)
    async with ScriptEngine(ScriptEngineConfig(image_cache=folder, policy=level("production"))) as engine:
        await engine.register_tool(tool(), source)
        for _ in range(2):
            await engine.execute_tool("tool", {"n": 2})
            assert (await engine.execute_tool("tool", {"n": 1})).result == 1
